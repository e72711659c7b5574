package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.cli.run.ExitCode;
import dev.sluice.testing.kafka.KafkaServer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pipelines from and to a real Kafka broker, through the command line. */
class KafkaPipelinesTest {
  private static final AtomicInteger NUMBER = new AtomicInteger();

  private final KafkaServer kafka = KafkaServer.shared();
  private final String in = "in-" + NUMBER.incrementAndGet();
  private final String out = "out-" + NUMBER.get();

  @TempDir Path directory;

  private String with(String topic, String more) {
    return " WITH ('connector' = 'kafka', 'topic' = '"
        + topic
        + "', 'properties.bootstrap.servers' = '"
        + kafka.bootstrap()
        + "'"
        + more
        + ");\n";
  }

  private String source(String columns, String more) {
    return "CREATE STREAM i ("
        + columns
        + ")"
        + with(in, ", 'scan.bounded.mode' = 'latest-offset'" + more);
  }

  private Invocation run(String sql) {
    return Invocation.of(directory, "-e", sql);
  }

  @Test
  void jsonRecordsAreRowsOfEveryPartition() {
    kafka.createTopic(in, 3);
    kafka.produce(in, 0, "{\"id\":1,\"name\":\"ann\"}", "{\"id\":2,\"name\":null}");
    kafka.produce(in, 2, "{\"id\":3,\"name\":\"zoé\"}");
    Invocation run =
        run(source("id BIGINT, name STRING", "") + "SELECT id, name FROM i ORDER BY id");
    assertThat(run.err()).isEmpty();
    assertThat(run.out()).isEqualTo("id,name\n1,ann\n2,\n3,zoé\n");
  }

  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS)
  void silentPartitionHoldsTimeOnlyUntilItIsIdle() {
    kafka.createTopic(in, 2);
    kafka.produce(
        in,
        0,
        "{\"ts\":\"2026-01-01 00:00:01.000\"}",
        "{\"ts\":\"2026-01-01 00:00:59.000\"}",
        "{\"ts\":\"2026-01-01 00:02:00.000\"}");
    Invocation run =
        run(
            "CREATE STREAM i (ts TIMESTAMP(3), WATERMARK FOR ts AS ts IDLE AFTER INTERVAL '1'"
                + " SECOND)"
                + with(in, "")
                + "SELECT window_start, COUNT(*) AS n FROM TUMBLE(i, ts, INTERVAL '1' MINUTE)"
                + " GROUP BY window_start, window_end LIMIT 1");
    assertThat(run.out()).isEqualTo("window_start,n\n2026-01-01 00:00:00.000,2\n");
    assertThat(run.code()).isZero();
  }

  private String names(String dimension) {
    return "CREATE TABLE names (id BIGINT, name STRING, PRIMARY KEY (id) NOT ENFORCED)"
        + with(dimension, "");
  }

  @Test
  @Timeout(value = 180, unit = TimeUnit.SECONDS)
  void aTopicOfLastStatesIsReadToItsEndBeforeRowsAreJoined() {
    String dimension = "names-" + in;
    kafka.createTopic(in, 2);
    kafka.createTopic(dimension, 2);
    kafka.produce(dimension, 0, "{\"id\":1,\"name\":\"old\"}", "{\"id\":1,\"name\":\"new\"}");
    kafka.produce(dimension, 1, "{\"id\":2,\"name\":\"two\"}");
    kafka.produce(in, 0, "{\"id\":1}", "{\"id\":3}");
    kafka.produce(in, 1, "{\"id\":2}", "{\"id\":null}");
    for (int parallelism : new int[] {1, 3}) {
      Invocation run =
          run(
              "SET 'parallelism' = '"
                  + parallelism
                  + "';"
                  + source("id BIGINT", "")
                  + names(dimension)
                  + "SELECT i.id, n.name FROM i LEFT JOIN names FOR SYSTEM_TIME AS OF PROCTIME()"
                  + " AS n ON i.id = n.id ORDER BY id NULLS LAST");
      assertThat(run.code()).as(run.err()).isZero();
      assertThat(run.out()).isEqualTo("id,name\n1,new\n2,two\n3,\n,\n");
    }
    Invocation half =
        run(
            source("id BIGINT", "")
                + names(dimension)
                + "SELECT i.id FROM i JOIN names FOR SYSTEM_TIME AS OF PROCTIME() AS n ON"
                + " CAST(i.id AS STRING) = n.name");
    assertThat(half.err()).contains("needs its whole key").contains("hint:");
  }

  @Test
  void csvRecordsHaveNoHeader() {
    kafka.createTopic(in, 1);
    kafka.produce(in, 0, "1,ann", "2,\"b,b\"");
    Invocation run =
        run(source("id BIGINT, name STRING", ", 'format' = 'csv'") + "SELECT name, id FROM i");
    assertThat(run.err()).isEmpty();
    assertThat(run.out()).isEqualTo("name,id\nann,1\n\"b,b\",2\n");
  }

  @Test
  void metadataColumnsTellWhereARecordCameFrom() {
    kafka.createTopic(in, 2);
    kafka.produceAt(in, 1, 1_700_000_000_123L, "{\"a\":5}");
    Invocation run =
        run(
            "SET 'time-zone' = 'UTC';"
                + source(
                    "a INT, p INT METADATA FROM 'partition', o BIGINT METADATA FROM 'offset',"
                        + " `topic` STRING METADATA, `time` TIMESTAMP_LTZ(3) METADATA FROM"
                        + " 'timestamp', kind STRING METADATA FROM 'timestamp-type'",
                    "")
                + "SELECT p, o, `topic`, `time`, kind, a FROM i");
    assertThat(run.err()).isEmpty();
    assertThat(run.out().lines().skip(1))
        .containsExactly("1,0," + in + ",2023-11-14 22:13:20.123Z,CreateTime,5");
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "7, 2", "4096, 2"})
  void windowsOverATopicEqualTheirDefinition(int batch, int parallelism) {
    kafka.createTopic(in, 3);
    kafka.createTopic(out, 2);
    for (int partition = 0; partition < 3; partition++) {
      int p = partition;
      kafka.produce(
          in,
          partition,
          KafkaServer.numbered(
              200,
              i ->
                  "{\"k\":\"k%d\",\"v\":%d,\"ts\":\"2026-01-01 00:%02d:%02d\"}"
                      .formatted(i % 3, i, (i * 3 + p) / 60, (i * 3 + p) % 60)));
    }
    Invocation run =
        run(
            "SET 'batch.rows' = '"
                + batch
                + "'; SET 'parallelism' = '"
                + parallelism
                + "';\n"
                + source(
                    "k STRING, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5'"
                        + " SECOND",
                    "")
                + "CREATE SINK o (k STRING, w TIMESTAMP(3), n BIGINT, s BIGINT)"
                + with(out, ", 'key.fields' = 'k'")
                + "INSERT INTO o SELECT k, window_start, COUNT(*), SUM(v) FROM TABLE(TUMBLE(TABLE"
                + " i, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY k, window_start,"
                + " window_end;");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.err()).contains("600 rows in", "30 out", "0 late");
    List<String> expected = new ArrayList<>();
    for (int minute = 0; minute < 10; minute++) {
      for (int k = 0; k < 3; k++) {
        long count = 0;
        long sum = 0;
        for (int i = k; i < 200; i += 3) {
          for (int p = 0; p < 3; p++) {
            if ((i * 3 + p) / 60 == minute) {
              count++;
              sum += i;
            }
          }
        }
        expected.add(
            "{\"k\":\"k%d\",\"w\":\"2026-01-01 00:%02d:00.000\",\"n\":%d,\"s\":%d}"
                .formatted(k, minute, count, sum));
      }
    }
    assertThat(kafka.values(out)).containsExactlyInAnyOrderElementsOf(expected);
    assertThat(kafka.records(out, true))
        .allSatisfy(r -> assertThat(text(r.key())).isEqualTo("{\"k\":\"" + key(r) + "\"}"));
  }

  private static String key(ConsumerRecord<byte[], byte[]> record) {
    return text(record.value()).substring(6, 8);
  }

  private static String text(byte[] bytes) {
    return bytes == null ? "null" : new String(bytes, StandardCharsets.UTF_8);
  }

  @Test
  void keyColumnsMayStandInTheKeyOnly() {
    kafka.createTopic(in, 1);
    try (var producer = kafka.producer()) {
      for (String key : List.of("7", "x", "8")) {
        var unused =
            producer.send(
                new ProducerRecord<>(in, bytes(key), bytes("{\"v\":\"of " + key + "\"}")));
      }
      var unused = producer.send(new ProducerRecord<>(in, bytes("9"), bytes("{broken")));
    }
    Invocation run =
        run(
            source(
                    "id BIGINT, v STRING",
                    ", 'key.fields' = 'id', 'key.format' = 'csv', 'value.fields-include' ="
                        + " 'EXCEPT_KEY', 'on-error' = 'drop'")
                + "SELECT id, v FROM i");
    assertThat(run.out()).isEqualTo("id,v\n7,of 7\n8,of 8\n");
    assertThat(run.err()).isEqualTo("not in the result: 2 malformed of 'i'\n");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void malformedRecordFailsTheRunAndSaysWhereItIs() {
    kafka.createTopic(in, 1);
    kafka.produce(in, 0, "{\"id\":1}", "{\"id\":\"one\"}");
    Invocation run = run(source("id BIGINT", "") + "SELECT * FROM i");
    assertThat(run.code()).isEqualTo(ExitCode.FAILED);
    assertThat(run.err())
        .contains("SLU-4001", "'id'", in + "-0", "offset 1", "{\"id\":\"one\"}", "'on-error'");
  }

  @Test
  void malformedRecordsGoToTheSinkOfErrors() throws Exception {
    kafka.createTopic(in, 1);
    kafka.produce(in, 0, "{\"id\":1}", "nonsense", "{\"id\":3}");
    Invocation run =
        run(
            "CREATE SINK bad (`split` STRING, `position` BIGINT, reason STRING, raw STRING) WITH"
                + " ('connector' = 'filesystem', 'path' = 'bad.csv');"
                + source("id BIGINT", ", 'on-error' = 'to:bad'")
                + "SELECT * FROM i");
    assertThat(run.out()).isEqualTo("id\n1\n3\n");
    assertThat(Files.readString(directory.resolve("bad.csv"))).contains(in + "-0,1,", "nonsense");
  }

  @Test
  void upsertsBecomeTheLastRecordOfEachKey() {
    kafka.createTopic(in, 1);
    kafka.createTopic(out, 1);
    kafka.produce(in, 0, "{\"k\":\"a\"}", "{\"k\":\"b\"}", "{\"k\":\"a\"}");
    Invocation run =
        run(
            source("k STRING", "")
                + "CREATE SINK o (k STRING, n BIGINT, PRIMARY KEY (k) NOT ENFORCED)"
                + with(out, "")
                + "INSERT INTO o SELECT k, COUNT(*) FROM i GROUP BY k;");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(kafka.values(out))
        .containsExactlyInAnyOrder("{\"k\":\"a\",\"n\":2}", "{\"k\":\"b\",\"n\":1}");
  }

  @Test
  void missingTopicIsNamedWithItsNeighbour() {
    kafka.createTopic(in, 1);
    String sql = source("id BIGINT", "").replace("'" + in + "'", "'" + in + "x'");
    Invocation run = run(sql + "SELECT * FROM i");
    assertThat(run.code()).isEqualTo(ExitCode.REFUSED);
    assertThat(run.err()).contains("SLU-3007", "'" + in + "x'", "did you mean '" + in + "'");
  }

  @Test
  void brokerThatIsNotThereIsToldBeforeAnythingRuns() {
    String sql =
        source("id BIGINT", "")
            .replace(
                kafka.bootstrap() + "'",
                "127.0.0.1:1', 'properties.default.api.timeout.ms' = '1500',"
                    + " 'properties.request.timeout.ms' = '1000'");
    Invocation run = run(sql + "SELECT * FROM i");
    assertThat(run.code()).isEqualTo(ExitCode.REFUSED);
    assertThat(run.err()).contains("SLU-3006", "127.0.0.1:1", "cannot be reached");
  }

  @Test
  void settingsAreCheckedWithoutABroker() {
    assertThat(
            run(source("id BIGINT", ", 'properties.max.pol.records' = '5'") + "SELECT * FROM i")
                .err())
        .contains("SLU-3002", "did you mean 'max.poll.records'");
    assertThat(
            run(source("id BIGINT", ", 'properties.interceptor.classes' = 'x.Y'")
                    + "SELECT * FROM i")
                .err())
        .contains("SLU-3004", "names a class");
    assertThat(
            run(source("id BIGINT", ", 'scan.startup.mode' = 'timestamp'") + "SELECT * FROM i")
                .err())
        .contains("SLU-3003", "scan.startup.timestamp-millis");
    assertThat(run(source("id BIGINT", ", 'key.fields' = 'ids'") + "SELECT * FROM i").err())
        .contains("SLU-3004", "did you mean 'id'");
  }

  @Test
  void readingBeginsWhereItIsToldTo() {
    kafka.createTopic(in, 2);
    kafka.produceAt(in, 0, 1_000, "{\"id\":1}");
    kafka.produceAt(in, 0, 2_000, "{\"id\":2}");
    kafka.produceAt(in, 1, 3_000, "{\"id\":3}");
    kafka.deleteBefore(in, 0, 1);
    String query = "SELECT id FROM i ORDER BY id";
    assertThat(run(source("id BIGINT", "") + query).out()).isEqualTo("id\n2\n3\n");
    assertThat(run(source("id BIGINT", ", 'scan.startup.mode' = 'latest-offset'") + query).out())
        .isEqualTo("id\n");
    String at = ", 'scan.startup.mode' = 'timestamp', 'scan.startup.timestamp-millis' = '2500'";
    assertThat(run(source("id BIGINT", at) + query).out()).isEqualTo("id\n3\n");
    String lost =
        ", 'scan.startup.mode' = 'specific-offsets', 'scan.startup.specific-offsets' ="
            + " 'partition:0,offset:0'";
    Invocation run = run(source("id BIGINT", lost) + query);
    assertThat(run.code()).isEqualTo(ExitCode.FAILED);
    assertThat(run.err())
        .contains("SLU-4003", "offset 0", in + "-0", "Nothing is skipped silently");
  }

  @Test
  void ordersSampleRunsToTheEndOfWhatIsThere() throws Exception {
    kafka.createTopic(in, 1);
    kafka.createTopic(out, 1);
    kafka.produce(
        in,
        0,
        "{\"order_id\":1,\"country\":\"de\",\"amount\":5.50,\"ts\":\"2026-01-01 10:00:01\"}",
        "{\"order_id\":2,\"country\":\"de\",\"amount\":1500,\"ts\":\"2026-01-01 10:00:59\"}",
        "not an order",
        "{\"order_id\":3,\"country\":\"fr\",\"amount\":7,\"ts\":\"2026-01-01 10:01:00\"}");
    String sample =
        Files.readString(Path.of("../pipelines/samples/kafka/orders-per-minute.sql"))
            .replace("'on-error' ", "'scan.bounded.mode' = 'latest-offset', 'on-error' ")
            .replace("'username'     = '${PGUSER:shop}',\n", "")
            .replace("  'password'     = '${env:PGPASSWORD}'", "  'username' = 'sa'");
    Path file = Files.writeString(directory.resolve("orders.sql"), sample);
    Invocation run =
        Invocation.of(
            directory,
            "run",
            file.toString(),
            "--set=BROKERS=" + kafka.bootstrap(),
            "--set=ORDERS=" + in,
            "--set=PER_MINUTE=" + out,
            "--set=PGURL=jdbc:h2:" + directory.resolve("shop"));
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.err()).contains("3 rows in", "1 malformed");
    assertThat(kafka.values(out))
        .containsExactlyInAnyOrder(
            "{\"window_start\":\"2026-01-01"
                + " 10:00:00.000\",\"country\":\"de\",\"orders\":2,\"revenue\":1505.50}",
            "{\"window_start\":\"2026-01-01"
                + " 10:01:00.000\",\"country\":\"fr\",\"orders\":1,\"revenue\":7.00}");
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "3, 2", "4096, 5"})
  void aTopicWithAPrimaryKeyIsReadAsItsLastRows(int batch, int parallelism) throws Exception {
    kafka.createTopic(in, 2);
    for (int i = 0; i < 40; i++) {
      upsert(0, "a" + i % 4, "{\"k\":\"a" + i % 4 + "\",\"n\":" + i + "}");
      upsert(1, "b" + i % 3, i % 7 == 0 ? null : "{\"k\":\"b" + i % 3 + "\",\"n\":" + i + "}");
    }
    upsert(0, "a1", null);
    upsert(0, "gone before it came", null);
    String set = "SET 'batch.rows' = '" + batch + "'; SET 'parallelism' = '" + parallelism + "';\n";
    String table =
        "CREATE TABLE i (k STRING, n INT, p INT METADATA FROM 'partition' VIRTUAL, PRIMARY KEY (k)"
            + " NOT ENFORCED)"
            + with(in, ", 'scan.bounded.mode' = 'latest-offset', 'key.format' = 'csv'");
    Invocation last = run(set + table + "SELECT k, n, p FROM i ORDER BY k;");
    assertThat(last.out()).as(last.err()).isEqualTo(LAST_ROWS);
    Invocation folded =
        run(set + table + "SELECT SUM(n) AS s, COUNT(*) AS c, MAX(n) AS m FROM i EMIT ON UPDATE;");
    assertThat(folded.out()).as(folded.err()).isEqualTo("s,c,m\n227,6,39\n");
    Invocation flink =
        run(
            set
                + "CREATE TABLE i (k STRING, n INT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector'"
                + " = 'upsert-kafka', 'topic' = '"
                + in
                + "', 'properties.bootstrap.servers' = '"
                + kafka.bootstrap()
                + "', 'key.format' = 'csv', 'value.format' = 'json', 'scan.bounded.mode' ="
                + " 'latest-offset');\nSELECT COUNT(*) AS c FROM i WHERE n > 36");
    assertThat(flink.out()).as(flink.err()).isEqualTo("c\n5\n");
  }

  private static final String LAST_ROWS =
      "k,n,p\na0,36,0\na2,38,0\na3,39,0\nb0,39,1\nb1,37,1\nb2,38,1\n";

  private void upsert(int partition, String key, String value) throws Exception {
    kafka
        .producer()
        .send(
            new ProducerRecord<>(
                in,
                partition,
                key.getBytes(StandardCharsets.UTF_8),
                value == null ? null : value.getBytes(StandardCharsets.UTF_8)))
        .get();
  }

  @Test
  void updatesAndDeletionsGoThroughATopicAndBack() {
    kafka.createTopic(in, 1);
    kafka.createTopic(out, 3);
    kafka.produce(
        in,
        0,
        "{\"before\":null,\"after\":{\"id\":1,\"c\":\"x\"},\"op\":\"c\"}",
        "{\"before\":null,\"after\":{\"id\":2,\"c\":\"x\"},\"op\":\"c\"}",
        "{\"before\":{\"id\":1,\"c\":\"x\"},\"after\":{\"id\":1,\"c\":\"y\"},\"op\":\"u\"}",
        "{\"before\":{\"id\":2,\"c\":\"x\"},\"after\":null,\"op\":\"d\"}",
        "{\"before\":null,\"after\":{\"id\":3,\"c\":\"z\"},\"op\":\"c\"}");
    String sink =
        "CREATE TABLE o (c STRING, n BIGINT, PRIMARY KEY (c) NOT ENFORCED)"
            + with(out, ", 'scan.bounded.mode' = 'latest-offset'");
    Invocation run =
        run(
            "SET 'batch.rows' = '1';\n"
                + source(
                    "id INT, c STRING, o BIGINT METADATA FROM 'offset' VIRTUAL",
                    ", 'format' = 'debezium-json'")
                + sink
                + "INSERT INTO o SELECT c, COUNT(*) FROM i GROUP BY c EMIT ON UPDATE;"
                + "SELECT * FROM o ORDER BY c;");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).isEqualTo("c,n\ny,1\nz,1\n");
    assertThat(kafka.records(out, true).stream().filter(r -> r.value() == null).count())
        .as("tombstones")
        .isEqualTo(1);
  }

  /** A pipeline that never ends, in a process of its own, stopped by SIGTERM and started again. */
  @Test
  void stoppedPipelineGoesOnWhereItsSinksEnd() throws Exception {
    kafka.createTopic(in, 2);
    kafka.createTopic(out, 1);
    String sql =
        "SET 'checkpoint.interval' = '200 ms';\n"
            + "CREATE STREAM i (id BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts)"
            + with(in, ", 'properties.group.id' = '" + in + "'")
            + "CREATE SINK o (w TIMESTAMP(3), n BIGINT)"
            + with(out, "")
            + "CREATE SINK ids (id BIGINT, PRIMARY KEY (id) NOT ENFORCED)"
            + with(ids(), "")
            + "INSERT INTO o SELECT window_start, COUNT(*) FROM TABLE(TUMBLE(TABLE i,"
            + " DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY window_start, window_end;\n"
            + "INSERT INTO ids SELECT id FROM i;";
    kafka.createTopic(ids(), 1);
    Path file = Files.writeString(directory.resolve("p.sql"), sql);
    for (int run = 0; run < 3; run++) {
      Process process = ChildRun.start(directory, file);
      try {
        for (int half = 0; half < 2; half++) {
          produceMinute(run * 2 + half);
          awaitKeys(ids(), 20 * (run * 2 + half + 1));
        }
        process.destroy();
        assertThat(process.waitFor(30, java.util.concurrent.TimeUnit.SECONDS)).isTrue();
      } finally {
        process.destroyForcibly();
      }
      assertThat(Files.readString(directory.resolve("err.txt"))).contains("stopped in", " 0 late");
      assertThat(process.exitValue()).isZero();
    }
    // rows of the window that was open are read again, which a sink with a key does not mind
    assertThat(Set.copyOf(kafka.values(ids()))).hasSize(120);
    // the last window is still open; every other was given once, whole, over three runs
    assertThat(kafka.values(out))
        .containsExactlyInAnyOrder(
            IntStream.range(0, 5)
                .mapToObj(m -> "{\"w\":\"2026-01-01 00:0%d:00.000\",\"n\":20}".formatted(m))
                .toArray(String[]::new));
  }

  private String ids() {
    return out + "-ids";
  }

  private void produceMinute(int minute) {
    for (int partition = 0; partition < 2; partition++) {
      int p = partition;
      kafka.produce(
          in,
          partition,
          KafkaServer.numbered(
              10,
              i ->
                  "{\"id\":%d,\"ts\":\"2026-01-01 00:%02d:%02d\"}"
                      .formatted((minute * 10 + i) * 2 + p, minute, i * 5)));
    }
  }

  private void awaitKeys(String topic, int count) {
    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () ->
                assertThat(Set.copyOf(kafka.values(topic)))
                    .as(Files.readString(directory.resolve("err.txt")))
                    .hasSizeGreaterThanOrEqualTo(count));
  }
}
