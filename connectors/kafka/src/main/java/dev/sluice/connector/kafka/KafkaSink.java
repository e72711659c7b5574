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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.FinalizedVersionRange;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;

/**
 * A topic as a sink. With {@code exactly-once} each writer has a transaction for each epoch, begun
 * by its first row and ended by the commit, and with checkpoints one for all rows of an epoch
 * ({@link KafkaEpochs}); otherwise rows are seen as they are written, and the commit waits until
 * the brokers have them. Threads as {@link TableSink} says.
 */
final class KafkaSink implements TableSink {
  private static final System.Logger LOG = System.getLogger(KafkaSink.class.getName());
  private static final int WAIT_SECONDS = 10;

  private final TableRef table;
  private final Options options;
  private final KafkaTable layout;
  private final String topic;
  private final int partitions;
  private final ZoneId zone;
  private final String transactions;
  private final Map<Integer, KafkaWriter> writers = new ConcurrentHashMap<>();
  private final List<String> warnings = new ArrayList<>();

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
      KafkaSink sink = new KafkaSink(table, options, context, partitions);
      if (KafkaConnector.guarantee(options) == DeliveryGuarantee.EXACTLY_ONCE) {
        sink.endTransactions(admin);
        sink.warnOfOldTransactions(admin);
      }
      return sink;
    }
  }

  /**
   * Until version 2 of its transactions (KIP-890) Kafka takes what ends a transaction for whichever
   * is open when it arrives.
   */
  private void warnOfOldTransactions(Admin admin) {
    short version = 0;
    try {
      FinalizedVersionRange range =
          admin
              .describeFeatures()
              .featureMetadata()
              .get(WAIT_SECONDS, TimeUnit.SECONDS)
              .finalizedFeatures()
              .get("transaction.version");
      version = range == null ? 0 : range.maxVersionLevel();
    } catch (ExecutionException | TimeoutException e) {
      // brokers that do not tell are old, or give no right to ask
      LOG.log(System.Logger.Level.DEBUG, "features of the brokers of '" + table.name() + "'", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (version < 2) {
      warnings.add(
          "sink '"
              + table.name()
              + "': its brokers have transactions of version "
              + version
              + ", in which a message that ends one may be delayed and end a later one, too: rows"
              + " can be lost then. From Kafka 4.0 on: kafka-features.sh upgrade --feature"
              + " transaction.version=2");
    }
  }

  @Override
  public List<String> warnings() {
    return List.copyOf(warnings);
  }

  /**
   * Ends what earlier runs of more tasks left open: nobody would take these names again, and
   * readers of committed rows would wait until the transactions time out.
   */
  private void endTransactions(Admin admin) {
    Pattern mine = Pattern.compile(Pattern.quote(transactions) + "-\\d+");
    try {
      List<String> open =
          admin
              .listTransactions(
                  new ListTransactionsOptions().filterStates(List.of(TransactionState.ONGOING)))
              .all()
              .get(WAIT_SECONDS, TimeUnit.SECONDS)
              .stream()
              .map(TransactionListing::transactionalId)
              .filter(id -> mine.matcher(id).matches())
              .toList();
      if (!open.isEmpty()) {
        admin.fenceProducers(open).all().get(WAIT_SECONDS, TimeUnit.SECONDS);
      }
    } catch (ExecutionException | TimeoutException e) {
      // without the right to list them they end by their timeout
      LOG.log(System.Logger.Level.WARNING, "open transactions of '" + table.name() + "'", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
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
