package dev.sluice.connector.kafka;

import dev.sluice.connector.Committable;
import dev.sluice.connector.Committer;
import dev.sluice.connector.ConnectorContext;
import dev.sluice.connector.DeliveryGuarantee;
import dev.sluice.connector.EpochTarget;
import dev.sluice.connector.Options;
import dev.sluice.connector.SinkWriter;
import dev.sluice.connector.TableSink;
import dev.sluice.plan.TableRef;
import java.io.IOException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.admin.Admin;

/**
 * A topic as a sink. With {@code exactly-once} each writer has a transaction for each epoch, begun
 * by its first row and ended by the commit, and with checkpoints one for all rows of an epoch
 * ({@link KafkaEpochs}); otherwise rows are seen as they are written, and the commit waits until
 * the brokers have them. Threads as {@link TableSink} says.
 */
final class KafkaSink implements TableSink {
  private final TableRef table;
  private final Options options;
  private final KafkaTable layout;
  private final String topic;
  private final int partitions;
  private final ZoneId zone;
  private final String transactions;
  private final Map<Integer, KafkaWriter> writers = new ConcurrentHashMap<>();

  private KafkaSink(TableRef table, Options options, ConnectorContext context, int partitions) {
    this.table = table;
    this.options = options;
    this.layout = KafkaTable.of(table, options);
    this.topic = options.string(KafkaOptions.TOPIC);
    this.partitions = partitions;
    this.zone = context.timeZone();
    this.transactions =
        options.find(KafkaOptions.TRANSACTIONS).orElse(context.pipelineName() + "." + table.name());
  }

  /** Connects and checks that the topic exists. */
  static KafkaSink open(TableRef table, Options options, ConnectorContext context) {
    String topic = options.string(KafkaOptions.TOPIC);
    try (Admin admin = KafkaSource.admin(table, options)) {
      KafkaSource.checkTopics(table, admin, List.of(topic));
      int partitions =
          Failures.await(table, admin.describeTopics(List.of(topic)).topicNameValues().get(topic))
              .partitions()
              .size();
      return new KafkaSink(table, options, context, partitions);
    }
  }

  @Override
  public SinkWriter writer(int task) {
    KafkaWriter writer = open(task);
    writers.put(task, writer);
    return writer;
  }

  private KafkaWriter open(int task) {
    return new KafkaWriter(target(), task, transactions + "-" + task, options);
  }

  private KafkaWriter.Target target() {
    DeliveryGuarantee guarantee = KafkaConnector.guarantee(options);
    return new KafkaWriter.Target(table, layout, topic, partitions, zone, guarantee);
  }

  @Override
  public Optional<EpochTarget> epochTarget() {
    return KafkaConnector.guarantee(options) == DeliveryGuarantee.EXACTLY_ONCE
        ? Optional.of(
            new KafkaEpochs(
                target(),
                "sluice-epochs." + transactions,
                () -> KafkaSource.admin(table, options),
                () -> open(0)))
        : Optional.empty();
  }

  @Override
  public Committer committer() {
    return new Committer() {
      @Override
      public void commit(List<Committable> ready, boolean last) throws IOException {
        for (Committable part : ready) {
          writers.get(part.task()).commit();
        }
      }

      /** What was prepared was flushed: the brokers have it. */
      @Override
      public void recover(List<Committable> pending, long epoch, EpochTarget.Owner owner) {}

      @Override
      public void abort(List<Committable> orphans) {
        orphans.forEach(part -> writers.get(part.task()).abort());
      }
    };
  }

  @Override
  public void close() {
    for (KafkaWriter writer : writers.values()) {
      writer.end(Duration.ofSeconds(5));
    }
    writers.clear();
  }
}
