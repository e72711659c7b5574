package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.cli.run.ExitCode;
import dev.sluice.testing.kafka.KafkaServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.FeatureUpdate;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.UpdateFeaturesOptions;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What can happen to topics and transactions behind a pipeline's back. */
class KafkaFaultsTest {
  private final KafkaServer kafka = KafkaServer.shared();

  @TempDir Path directory;

  private String topic(String name) {
    return "'connector' = 'kafka', 'format' = 'json', 'topic' = '"
        + name
        + "', 'properties.bootstrap.servers' = '"
        + kafka.bootstrap()
        + "'";
  }

  private void script(String sql) throws Exception {
    Files.writeString(directory.resolve("p.sql"), sql);
  }

  private Invocation run() {
    return Invocation.of(directory, "run", "p.sql", "--checkpoint-dir", "c");
  }

  private boolean hasPart() throws IOException {
    if (!Files.isDirectory(directory.resolve("out"))) {
      return false;
    }
    try (Stream<Path> files = Files.list(directory.resolve("out"))) {
      return files.anyMatch(f -> f.getFileName().toString().startsWith("part-"));
    }
  }

  @Test
  void aTopicMadeAnewUnderItsNameIsNotTakenForTheOldOne() throws Exception {
    kafka.createTopic("anew", 1);
    kafka.produce("anew", 0, "{\"id\":1}", "{\"id\":2}");
    script(
        "SET 'checkpoint.interval' = '50 ms'; CREATE STREAM s (id BIGINT) WITH ("
            + topic("anew")
            + "); CREATE SINK o WITH ('connector' = 'filesystem', 'format' = 'csv', 'path' ="
            + " 'out') AS SELECT id FROM s;");
    CompletableFuture<Invocation> first = CompletableFuture.supplyAsync(this::run);
    await().atMost(Duration.ofSeconds(60)).until(this::hasPart);
    assertThat(Invocation.of(directory, "stop", "c").code()).isZero();
    assertThat(first.get().code()).as(first.get().err()).isZero();
    kafka.admin().deleteTopics(List.of("anew")).all().get();
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> !kafka.admin().listTopics().names().get().contains("anew"));
    kafka.createTopic("anew", 1);
    kafka.produce("anew", 0, "{\"id\":7}", "{\"id\":8}", "{\"id\":9}");
    Invocation second = run();
    assertThat(second.code()).as(second.err()).isEqualTo(ExitCode.FAILED);
    assertThat(second.err()).contains("topic 'anew' of 's' has been deleted and made anew");
  }

  @Test
  void transactionsThatEarlierRunsLeftOpenAreEnded() throws Exception {
    kafka.createTopic("open-in", 1);
    kafka.createTopic("open-out", 1);
    kafka.produce("open-in", 0, "{\"id\":1}", "{\"id\":2}");
    script(
        "SET 'pipeline.name' = 'open'; CREATE STREAM s (id BIGINT) WITH ("
            + topic("open-in")
            + ", 'scan.bounded.mode' = 'latest-offset'); CREATE SINK o WITH ("
            + topic("open-out")
            + ") AS SELECT id FROM s;");
    Properties settings = new Properties();
    settings.put("bootstrap.servers", kafka.bootstrap());
    settings.put("transactional.id", "open.o-3");
    settings.put("transaction.timeout.ms", 600_000);
    try (KafkaProducer<byte[], byte[]> dead =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      dead.initTransactions();
      dead.beginTransaction();
      dead.send(
              new ProducerRecord<>(
                  "open-out", 0, null, "{\"id\":0}".getBytes(StandardCharsets.UTF_8)))
          .get();
      dead.flush();
      assertThat(kafka.isSettled("open-out")).isFalse();
      Invocation run = run();
      assertThat(run.code()).as(run.err()).isZero();
    }
    assertThat(kafka.isSettled("open-out")).isTrue();
    assertThat(kafka.values("open-out")).containsExactly("{\"id\":1}", "{\"id\":2}");
  }

  private String copy(String from, String to) {
    return "SET 'checkpoint.interval' = '50 ms'; SET 'pipeline.name' = '"
        + to
        + "'; CREATE STREAM s (id BIGINT) WITH ("
        + topic(from)
        + ", 'properties.group.id' = 'others'); CREATE SINK o WITH ("
        + topic(to)
        + ") AS SELECT id FROM s;";
  }

  private void awaitRecords(String topic, int count, CompletableFuture<Invocation> run) {
    await()
        .atMost(Duration.ofSeconds(90))
        .until(() -> kafka.values(topic).size() >= count || run.isDone());
  }

  private Invocation stopped(CompletableFuture<Invocation> run) throws Exception {
    assertThat(Invocation.of(directory, "stop", "c").code()).as("stopping").isZero();
    return run.get(60, TimeUnit.SECONDS);
  }

  @Test
  void recordsThatWereForgottenMeanwhileAreMissed() throws Exception {
    kafka.createTopic("short", 1);
    kafka.createTopic("short-out", 1);
    kafka.produce("short", 0, "{\"id\":1}", "{\"id\":2}");
    script(copy("short", "short-out"));
    CompletableFuture<Invocation> first = CompletableFuture.supplyAsync(this::run);
    awaitRecords("short-out", 2, first);
    assertThat(stopped(first).code()).as(first.get().err()).isZero();
    kafka.produce("short", 0, "{\"id\":3}", "{\"id\":4}", "{\"id\":5}");
    kafka.deleteBefore("short", 0, 4);
    Invocation second = run();
    assertThat(second.code()).as(second.err()).isEqualTo(ExitCode.FAILED);
    assertThat(second.err()).contains("offset 2 of partition short-0", "Nothing is skipped");
    assertThat(kafka.values("short-out")).hasSize(2);
  }

  /** The broker lets nobody else commit offsets of a group that has members. */
  @Test
  void anotherMemberOfTheGroupIsToldAndCostsNoRecord() throws Exception {
    kafka.createTopic("shared", 1);
    kafka.createTopic("shared-out", 1);
    kafka.produce("shared", 0, KafkaServer.numbered(50, i -> "{\"id\":" + i + "}"));
    script(copy("shared", "shared-out"));
    Properties settings = new Properties();
    settings.put("bootstrap.servers", kafka.bootstrap());
    settings.put("group.id", "others");
    settings.put("auto.offset.reset", "earliest");
    try (KafkaConsumer<byte[], byte[]> other =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      other.subscribe(List.of("shared"));
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> !other.poll(Duration.ofMillis(200)).isEmpty());
      CompletableFuture<Invocation> first = CompletableFuture.supplyAsync(this::run);
      awaitRecords("shared-out", 50, first);
      Invocation told = stopped(first);
      assertThat(told.code()).as(told.err()).isZero();
      assertThat(told.err())
          .containsOnlyOnce("group 'others' does not take the offsets of 's'")
          .contains("the checkpoints have them");
    }
    kafka.produce("shared", 0, KafkaServer.numbered(50, i -> "{\"id\":" + (50 + i) + "}"));
    CompletableFuture<Invocation> again = CompletableFuture.supplyAsync(this::run);
    awaitRecords("shared-out", 100, again);
    Invocation end = stopped(again);
    assertThat(end.code()).as(end.err()).isZero();
    assertThat(end.err()).doesNotContain("does not take");
    assertThat(kafka.values("shared-out")).hasSize(100).doesNotHaveDuplicates();
  }

  /** Without checkpoints a group's offsets are all that the next run has. */
  @Test
  void withoutCheckpointsAnotherMemberOfTheGroupEndsTheRun() throws Exception {
    kafka.createTopic("kept", 1);
    kafka.createTopic("kept-out", 1);
    kafka.produce("kept", 0, KafkaServer.numbered(5, i -> "{\"id\":" + i + "}"));
    script(copy("kept", "kept-out").replace("'others'", "'kept-others'"));
    Properties settings = new Properties();
    settings.put("bootstrap.servers", kafka.bootstrap());
    settings.put("group.id", "kept-others");
    settings.put("auto.offset.reset", "earliest");
    try (KafkaConsumer<byte[], byte[]> other =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      other.subscribe(List.of("kept"));
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> !other.poll(Duration.ofMillis(200)).isEmpty());
      Invocation told = Invocation.of(directory, "run", "p.sql");
      assertThat(told.code()).as(told.err()).isEqualTo(ExitCode.FAILED);
      assertThat(told.err()).contains("group 'kept-others'", "give this pipeline one of its own");
    }
  }

  private void transactionVersion(int version, FeatureUpdate.UpgradeType way) throws Exception {
    kafka
        .admin()
        .updateFeatures(
            Map.of("transaction.version", new FeatureUpdate((short) version, way)),
            new UpdateFeaturesOptions())
        .all()
        .get();
  }

  @Test
  void oldTransactionsOfTheBrokersAreTold() throws Exception {
    kafka.createTopic("old-in", 1);
    kafka.createTopic("old-out", 1);
    kafka.produce("old-in", 0, "{\"id\":1}");
    script(
        copy("old-in", "old-out")
            .replace("'others'", "'o', 'scan.bounded.mode' = 'latest-offset'"));
    transactionVersion(1, FeatureUpdate.UpgradeType.SAFE_DOWNGRADE);
    try {
      Invocation told = run();
      assertThat(told.code()).as(told.err()).isZero();
      assertThat(told.err()).containsOnlyOnce("transactions of version 1");
    } finally {
      transactionVersion(2, FeatureUpdate.UpgradeType.UPGRADE);
    }
    Invocation quiet = Invocation.of(directory, "run", "p.sql", "--checkpoint-dir", "d");
    assertThat(quiet.code()).as(quiet.err()).isZero();
    assertThat(quiet.err()).doesNotContain("transactions of version");
  }

  /** Somebody uses the transactional id: the marker tells that no other run has taken over. */
  @Test
  void aProducerThatIsFencedByAStrangerIsMadeAnew() throws Exception {
    kafka.createTopic("fenced", 1);
    kafka.createTopic("fenced-out", 1);
    kafka.produce("fenced", 0, KafkaServer.numbered(50, i -> "{\"id\":" + i + "}"));
    script(copy("fenced", "fenced-out"));
    CompletableFuture<Invocation> run = CompletableFuture.supplyAsync(this::run);
    awaitRecords("fenced-out", 50, run);
    List<String> ids =
        kafka.admin().listTransactions().all().get().stream()
            .map(TransactionListing::transactionalId)
            .filter(id -> id.startsWith("fenced-out."))
            .toList();
    assertThat(ids).as("transactional ids of the run").isNotEmpty();
    for (String id : ids) {
      Properties settings = new Properties();
      settings.put("bootstrap.servers", kafka.bootstrap());
      settings.put("transactional.id", id);
      try (KafkaProducer<byte[], byte[]> stranger =
          new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
        stranger.initTransactions();
      }
    }
    kafka.produce("fenced", 0, KafkaServer.numbered(50, i -> "{\"id\":" + (50 + i) + "}"));
    awaitRecords("fenced-out", 100, run);
    Invocation end = stopped(run);
    assertThat(end.code()).as(end.err()).isZero();
    assertThat(kafka.values("fenced-out")).hasSize(100).doesNotHaveDuplicates();
    assertThat(kafka.isSettled("fenced-out")).isTrue();
  }
}
