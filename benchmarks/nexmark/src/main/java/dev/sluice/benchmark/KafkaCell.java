package dev.sluice.benchmark;

import dev.sluice.testing.kafka.KafkaServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The tumbling count over a topic of the bids as JSON, two partitions, beside a loop that only
 * polls them. The broker runs on the same cores.
 */
final class KafkaCell {
  private static final String TOPIC = "bid";
  private static final String POLL = "kafka-clients, only polled";

  private KafkaCell() {}

  /** Times by what ran, Sluice's first. */
  static Map<String, List<Timed>> run(Rival.Place place, Path data, int rounds)
      throws IOException, InterruptedException {
    Map<String, List<Timed>> times = new LinkedHashMap<>();
    try (KafkaServer broker = new KafkaServer()) {
      broker.createTopic(TOPIC, NexmarkData.PARTS);
      long sent = fill(broker, data);
      for (int round = 0; round < rounds; round++) {
        boolean first = round % 2 == 0;
        for (boolean own : new boolean[] {first, !first}) {
          Timed timed = own ? sluice(place, broker) : poll(place, broker, sent);
          String name = own ? Rival.SLUICE.label : POLL;
          System.err.printf("kafka %s: %.0f ms%n", name, timed.engineMillis());
          times.computeIfAbsent(name, n -> new ArrayList<>()).add(timed);
        }
      }
    }
    return times;
  }

  private static long fill(KafkaServer broker, Path data) throws IOException {
    Properties settings = new Properties();
    settings.put("bootstrap.servers", broker.bootstrap());
    settings.put("key.serializer", ByteArraySerializer.class.getName());
    settings.put("value.serializer", ByteArraySerializer.class.getName());
    settings.put("linger.ms", "20");
    settings.put("batch.size", "262144");
    settings.put("acks", "1");
    long sent = 0;
    try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(settings)) {
      List<BufferedReader> parts = new ArrayList<>();
      for (int part = 0; part < NexmarkData.PARTS; part++) {
        parts.add(Files.newBufferedReader(data.resolve("ndjson/bid/bid-" + part + ".json")));
      }
      // in turn, as the files were written, so that time goes on evenly in both
      for (boolean more = true; more; ) {
        more = false;
        for (int part = 0; part < parts.size(); part++) {
          String line = parts.get(part).readLine();
          if (line != null) {
            byte[] value = line.getBytes(StandardCharsets.UTF_8);
            producer.send(new ProducerRecord<>(TOPIC, part, null, value));
            sent++;
            more = true;
          }
        }
      }
      for (BufferedReader part : parts) {
        part.close();
      }
    }
    return sent;
  }

  private static Timed sluice(Rival.Place place, KafkaServer broker)
      throws IOException, InterruptedException {
    String sql =
        Cell.TC_NDJSON.streamingSql(
            "'connector' = 'kafka', 'topic' = '"
                + TOPIC
                + "', 'properties.bootstrap.servers' = '"
                + broker.bootstrap()
                + "', 'scan.startup.mode' = 'earliest-offset',"
                + " 'scan.bounded.mode' = 'latest-offset', 'format' = 'json'");
    return Rival.sluice(place, "kafka", place.write("kafka-sluice.sql", sql));
  }

  private static Timed poll(Rival.Place place, KafkaServer broker, long sent)
      throws IOException, InterruptedException {
    List<String> command =
        List.of(
            place.java(),
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
            "-cp",
            place.classPath("nexmark"),
            "dev.sluice.benchmark.KafkaPoll",
            broker.bootstrap(),
            TOPIC);
    Timed timed =
        Rival.timed(
            ChildProcess.run(place.logs(), "kafka-poll", command, Map.of()), "elapsedMillis");
    if (timed.rows() != sent) {
      throw new IllegalStateException(timed.rows() + " records polled of " + sent);
    }
    return timed;
  }
}
