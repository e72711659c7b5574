package dev.sluice.testing.kafka;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * One broker that is its own controller (KRaft), in a child JVM with a data directory under the
 * build folder. {@link #shared} is started on first use and stopped when the test JVM ends; a test
 * that kills its broker starts one of its own. Safe for use by any thread, but for {@link #kill}
 * and {@link #start}.
 */
public final class KafkaServer implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofSeconds(90);

  private static final class Shared {
    private static final KafkaServer INSTANCE = startShared();

    private static KafkaServer startShared() {
      KafkaServer server = new KafkaServer();
      Runtime.getRuntime().addShutdownHook(new Thread(server::close, "stop-kafka"));
      return server;
    }
  }

  private final Path home;
  private final int port;
  private Process process;
  private Optional<Admin> admin = Optional.empty();

  /** Formats an empty data directory and starts a broker over it; waits until it answers. */
  public KafkaServer() {
    try {
      Path parent = Files.createDirectories(Path.of("target", "kafka").toAbsolutePath());
      home = Files.createTempDirectory(parent, "broker");
      port = freePort();
      Files.writeString(home.resolve("server.properties"), properties(freePort()));
      Files.writeString(home.resolve("log4j2.yaml"), LOGGING);
      run(
          "kafka.tools.StorageTool",
          "format",
          "-t",
          Uuid.randomUuid().toString(),
          "-c",
          "server.properties");
    } catch (IOException e) {
      throw new UncheckedIOException("making a broker's folder", e);
    }
    start();
  }

  /** The broker that all tests of this JVM share. */
  public static KafkaServer shared() {
    return Shared.INSTANCE;
  }

  private static final String LOGGING =
      """
      Configuration:
        Appenders:
          Console:
            name: STDOUT
            target: SYSTEM_OUT
            PatternLayout:
              pattern: "[%d] %p %m (%c)%n"
        Loggers:
          Root:
            level: WARN
            AppenderRef:
              ref: STDOUT
      """;

  private String properties(int controllerPort) {
    return """
    process.roles=broker,controller
    node.id=1
    controller.quorum.voters=1@127.0.0.1:%2$d
    listeners=PLAINTEXT://127.0.0.1:%1$d,CONTROLLER://127.0.0.1:%2$d
    advertised.listeners=PLAINTEXT://127.0.0.1:%1$d
    controller.listener.names=CONTROLLER
    log.dirs=data
    auto.create.topics.enable=false
    num.partitions=1
    default.replication.factor=1
    offsets.topic.replication.factor=1
    offsets.topic.num.partitions=4
    transaction.state.log.replication.factor=1
    transaction.state.log.min.isr=1
    transaction.state.log.num.partitions=4
    # tests write rows of 1970
    log.retention.ms=-1
    share.coordinator.state.topic.replication.factor=1
    share.coordinator.state.topic.min.isr=1
    group.initial.rebalance.delay.ms=0
    """
        .formatted(port, controllerPort);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private void run(String... arguments) throws IOException {
    try {
      Process tool = launch("format.log", arguments);
      if (!tool.waitFor(START_LIMIT.toSeconds(), TimeUnit.SECONDS) || tool.exitValue() != 0) {
        tool.destroyForcibly();
        throw new IllegalStateException(
            "kafka's " + arguments[0] + " failed: " + log("format.log"));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private Process launch(String log, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Xmx512m",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Dlog4j2.configurationFile=" + home.resolve("log4j2.yaml").toUri(),
            "-cp",
            classPath()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command)
        .directory(home.toFile())
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(home.resolve(log).toFile()))
        .start();
  }

  /** Written by the build of {@code testing/kafka-broker}, which is above or beside this module. */
  private static String classPath() throws IOException {
    Path folder = Path.of("").toAbsolutePath();
    while (folder != null) {
      Path file = folder.resolve("testing/kafka-broker/target/classpath.txt");
      if (Files.exists(file)) {
        return Files.readString(file).strip().replace(":", File.pathSeparator);
      }
      folder = folder.getParent();
    }
    throw new IllegalStateException(
        "testing/kafka-broker has not been built: run the tests with mvn -am");
  }

  /** Starts the broker over its data; waits until it answers. */
  public void start() {
    try {
      process = launch("server.log", "kafka.Kafka", "server.properties");
    } catch (IOException e) {
      throw new UncheckedIOException("starting the broker", e);
    }
    long deadline = System.nanoTime() + START_LIMIT.toNanos();
    while (!answers()) {
      if (!process.isAlive() || System.nanoTime() > deadline) {
        process.destroyForcibly();
        throw new IllegalStateException("the broker does not start: " + log("server.log"));
      }
    }
  }

  private boolean answers() {
    try {
      admin().describeCluster().nodes().get(2, TimeUnit.SECONDS);
      return true;
    } catch (ExecutionException | java.util.concurrent.TimeoutException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private String log(String name) {
    try {
      return Files.readString(home.resolve(name));
    } catch (IOException e) {
      return "(no " + name + ": " + e.getMessage() + ")";
    }
  }

  /** Ends the broker's process at once, as a power cut would; its data stays for {@link #start}. */
  public void kill() {
    process.destroyForcibly();
    process.onExit().join();
  }

  /** For {@code properties.bootstrap.servers}. */
  public String bootstrap() {
    return "127.0.0.1:" + port;
  }

  /** A client of the broker, closed with it. */
  public synchronized Admin admin() {
    if (admin.isEmpty()) {
      Map<String, Object> settings = new HashMap<>();
      settings.put("bootstrap.servers", bootstrap());
      settings.put("reconnect.backoff.max.ms", 200);
      admin = Optional.of(Admin.create(settings));
    }
    return admin.get();
  }

  /** Makes a topic. */
  public void createTopic(String topic, int partitions) {
    await(admin().createTopics(List.of(new NewTopic(topic, partitions, (short) 1))).all());
  }

  /** Waits for the broker's answer; a failure is a test's failure. */
  private static <T> T await(org.apache.kafka.common.KafkaFuture<T> future) {
    try {
      return future.get(30, TimeUnit.SECONDS);
    } catch (ExecutionException | java.util.concurrent.TimeoutException e) {
      throw new IllegalStateException("the broker refused", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** Appends records to one partition, as UTF-8, in order, with the time stamp given. */
  public void produceAt(String topic, int partition, long timestampMillis, String... values) {
    try (KafkaProducer<byte[], byte[]> producer = producer()) {
      for (String value : values) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        var unused =
            producer.send(new ProducerRecord<>(topic, partition, timestampMillis, null, bytes));
      }
      producer.flush();
    }
  }

  /** Appends records to one partition, as UTF-8, in order. */
  public void produce(String topic, int partition, String... values) {
    produceAt(topic, partition, System.currentTimeMillis(), values);
  }

  /** A producer of bytes; the caller closes it. */
  public KafkaProducer<byte[], byte[]> producer() {
    Properties settings = new Properties();
    settings.put("bootstrap.servers", bootstrap());
    return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /** Whether no transaction is open on a topic: readers of what is committed see its end. */
  public boolean isSettled(String topic) {
    List<Map<TopicPartition, Long>> ends = new ArrayList<>();
    for (String isolation : List.of("read_committed", "read_uncommitted")) {
      Properties settings = new Properties();
      settings.put("bootstrap.servers", bootstrap());
      settings.put("isolation.level", isolation);
      try (KafkaConsumer<byte[], byte[]> consumer =
          new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
        ends.add(
            consumer.endOffsets(
                consumer.partitionsFor(topic).stream()
                    .map(p -> new TopicPartition(topic, p.partition()))
                    .toList()));
      }
    }
    return ends.get(0).equals(ends.get(1));
  }

  /**
   * Every record of a topic, partition by partition.
   *
   * @param committedOnly whether records of open and aborted transactions are left out
   */
  public List<ConsumerRecord<byte[], byte[]>> records(String topic, boolean committedOnly) {
    Properties settings = new Properties();
    settings.put("bootstrap.servers", bootstrap());
    settings.put("isolation.level", committedOnly ? "read_committed" : "read_uncommitted");
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(p -> new TopicPartition(topic, p.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      List<ConsumerRecord<byte[], byte[]>> all = new ArrayList<>();
      while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
        consumer.poll(Duration.ofMillis(200)).forEach(all::add);
      }
      all.sort(Comparator.comparingInt(ConsumerRecord::partition));
      return all;
    }
  }

  /** The committed values of a topic as text, partition by partition. */
  public List<String> values(String topic) {
    return records(topic, true).stream()
        .map(r -> r.value() == null ? "null" : new String(r.value(), StandardCharsets.UTF_8))
        .toList();
  }

  /** What a consumer group has committed. */
  public Map<TopicPartition, OffsetAndMetadata> committed(String group) {
    return await(admin().listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata());
  }

  /** Forgets the records of a partition before {@code offset}, as retention does. */
  public void deleteBefore(String topic, int partition, long offset) {
    await(
        admin()
            .deleteRecords(
                Map.of(
                    new TopicPartition(topic, partition),
                    org.apache.kafka.clients.admin.RecordsToDelete.beforeOffset(offset)))
            .all());
  }

  @Override
  public void close() {
    admin.ifPresent(a -> a.close(Duration.ZERO));
    kill();
    try (Stream<Path> files = Files.walk(home)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).collect(Collectors.toList())) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("removing the broker's folder", e);
    }
  }

  /** {@code count} records made of their numbers. */
  public static String[] numbered(int count, java.util.function.IntFunction<String> record) {
    return IntStream.range(0, count).mapToObj(record).toArray(String[]::new);
  }
}
