package dev.sluice.benchmark;

import dev.sluice.testing.kafka.KafkaServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * How long a row takes from a topic to a topic: records are sent at an even rate, each with the
 * time at which it was sent; the results carry it on, and whoever polls them looks at the clock.
 * Producer, broker, pipeline and consumer share the machine, so theirs is in the figure as well.
 */
final class LatencyCell {
  private static final int RATE = 50_000;
  private static final int WARM_UP_SECONDS = 20;
  private static final int SECONDS = 20;
  private static final int PARTITIONS = 2;

  /** Milliseconds that half, 99 of 100 and all results took, and how many results there were. */
  record Outcome(double median, double p99, double most, long results) {}

  private LatencyCell() {}

  static Map<String, Outcome> run(Rival.Place place) throws IOException, InterruptedException {
    Map<String, Outcome> outcomes = new LinkedHashMap<>();
    outcomes.put("map", question(place, "map", "", "SELECT k, v * 2 AS v, sent FROM events"));
    outcomes.put(
        "updating count",
        question(
            place,
            "count",
            ", PRIMARY KEY (k) NOT ENFORCED",
            "SELECT k, COUNT(*) AS v, MAX(sent) AS sent FROM events GROUP BY k"));
    return outcomes;
  }

  private static Outcome question(Rival.Place place, String name, String key, String query)
      throws IOException, InterruptedException {
    try (KafkaServer broker = new KafkaServer()) {
      broker.createTopic("events", PARTITIONS);
      broker.createTopic("results", PARTITIONS);
      String servers = "'properties.bootstrap.servers' = '" + broker.bootstrap() + "'";
      String sql =
          "SET 'state.ttl' = '0';\nSET 'checkpoint.interval' = '1 s';\n"
              + "CREATE STREAM events (k BIGINT, v BIGINT, sent BIGINT) WITH ('connector' ="
              + " 'kafka', 'topic' = 'events', 'scan.startup.mode' = 'earliest-offset', "
              + servers
              + ");\nCREATE SINK results (k BIGINT, v BIGINT, sent BIGINT"
              + key
              + ") WITH ('connector' = 'kafka', 'topic' = 'results', 'delivery-guarantee' ="
              + " 'at-least-once', 'properties.linger.ms' = '0', "
              + servers
              + ");\nINSERT INTO results "
              + query
              + ";\n";
      return measured(place, broker, name, place.write("latency-" + name + ".sql", sql));
    }
  }

  private static Outcome measured(Rival.Place place, KafkaServer broker, String name, Path sql)
      throws IOException, InterruptedException {
    Path log = Files.createDirectories(place.logs()).resolve("latency-" + name);
    ProcessBuilder builder =
        new ProcessBuilder(place.root().resolve("sluice").toString(), "run", sql.toString())
            .redirectOutput(log.toFile())
            .redirectErrorStream(true);
    builder.environment().put("SLUICE_NO_BUILD", "1");
    Process pipeline = builder.start();
    AtomicBoolean sending = new AtomicBoolean(true);
    Thread sender = new Thread(() -> send(broker, sending), "sender");
    sender.start();
    try {
      return consume(broker);
    } finally {
      sending.set(false);
      sender.join();
      pipeline.destroy();
      if (!pipeline.waitFor(30, TimeUnit.SECONDS)) {
        pipeline.destroyForcibly();
      }
    }
  }

  private static long micros() {
    return System.nanoTime() / 1000;
  }

  private static void send(KafkaServer broker, AtomicBoolean sending) {
    Properties settings = new Properties();
    settings.put("bootstrap.servers", broker.bootstrap());
    settings.put("key.serializer", ByteArraySerializer.class.getName());
    settings.put("value.serializer", ByteArraySerializer.class.getName());
    settings.put("linger.ms", "0");
    settings.put("acks", "1");
    long began = micros();
    try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(settings)) {
      for (long sent = 0; sending.get(); ) {
        long due = (micros() - began) * RATE / 1_000_000;
        for (; sent < due; sent++) {
          String row = "{\"k\":" + sent % 1000 + ",\"v\":" + sent + ",\"sent\":" + micros() + "}";
          producer.send(
              new ProducerRecord<>(
                  "events", (int) (sent % PARTITIONS), null, row.getBytes(StandardCharsets.UTF_8)));
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
      }
    }
  }

  private static Outcome consume(KafkaServer broker) throws IOException {
    Properties settings = new Properties();
    settings.put("bootstrap.servers", broker.bootstrap());
    settings.put("key.deserializer", ByteArrayDeserializer.class.getName());
    settings.put("value.deserializer", ByteArrayDeserializer.class.getName());
    settings.put("enable.auto.commit", "false");
    settings.put("max.poll.records", "10000");
    long[] took = new long[RATE * SECONDS * 2];
    int count = 0;
    try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings)) {
      List<TopicPartition> partitions =
          List.of(new TopicPartition("results", 0), new TopicPartition("results", 1));
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      long from = micros() + WARM_UP_SECONDS * 1_000_000L;
      long to = from + SECONDS * 1_000_000L;
      while (micros() < to) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
          long now = micros();
          if (now >= from && count < took.length) {
            took[count++] = now - sent(record.value());
          }
        }
      }
    }
    if (count < RATE) {
      throw new IOException("only " + count + " results in " + SECONDS + " seconds");
    }
    long[] sorted = Arrays.copyOf(took, count);
    Arrays.sort(sorted);
    return new Outcome(
        sorted[count / 2] / 1000.0,
        sorted[(int) (count * 0.99)] / 1000.0,
        sorted[count - 1] / 1000.0,
        count);
  }

  /** The number behind {@code "sent":}. */
  private static long sent(byte[] json) {
    String text = new String(json, StandardCharsets.UTF_8);
    int at = text.indexOf("\"sent\":") + 7;
    long value = 0;
    for (; at < text.length() && Character.isDigit(text.charAt(at)); at++) {
      value = 10 * value + text.charAt(at) - '0';
    }
    return value;
  }
}
