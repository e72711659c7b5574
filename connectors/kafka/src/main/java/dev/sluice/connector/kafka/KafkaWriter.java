package dev.sluice.connector.kafka;

import dev.sluice.batch.RecordBatch;
import dev.sluice.connector.Committable;
import dev.sluice.connector.DeliveryGuarantee;
import dev.sluice.connector.FaultPoint;
import dev.sluice.connector.Options;
import dev.sluice.connector.SinkWriter;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.TableRef;
import dev.sluice.type.RowKind;
import java.io.IOException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Writes rows to a topic through a producer of its own. {@link #write} and {@link #prepare} belong
 * to the writer's thread; {@link #commit} is called while that thread is at rest.
 */
final class KafkaWriter implements SinkWriter {
  /**
   * Where to write.
   *
   * @param table the declaration
   * @param layout which columns go where
   * @param topic the topic
   * @param partitions its number of partitions
   * @param zone the session's, for times of rows without one
   * @param guarantee whether to write in transactions, or to wait for the brokers, or neither
   */
  record Target(
      TableRef table,
      KafkaTable layout,
      String topic,
      int partitions,
      ZoneId zone,
      DeliveryGuarantee guarantee) {}

  private final Target target;
  private final int task;
  private final String transactionalId;
  private final RecordEncoder encoder;
  private final KafkaProducer<byte[], byte[]> producer;
  private final String partitioner;
  private final boolean tellsChanges;
  private volatile Exception failure;
  private boolean inTransaction;
  private boolean ended;
  private long rows;
  private int turn;

  /** Makes the producer; a transactional one ends what an earlier run left open under its name. */
  KafkaWriter(Target target, int task, String transactionalId, Options options) {
    this.target = target;
    this.task = task;
    this.transactionalId = transactionalId;
    this.encoder = new RecordEncoder(target.layout(), target.zone());
    this.tellsChanges = KafkaOptions.isOfChanges(target.table());
    this.partitioner = options.string(KafkaOptions.PARTITIONER).toLowerCase(Locale.ROOT);
    Map<String, Object> settings = ClientSettings.producer(options);
    if (isTransactional()) {
      settings.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId);
      settings.putIfAbsent(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, 600_000);
    }
    try {
      producer =
          new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    } catch (KafkaException e) {
      throw Failures.beforeStart(target.table(), e);
    }
    if (isTransactional()) {
      try {
        producer.initTransactions();
      } catch (KafkaException e) {
        producer.close(Duration.ZERO);
        throw Failures.beforeStart(target.table(), e);
      }
    }
  }

  private boolean isTransactional() {
    return target.guarantee() == DeliveryGuarantee.EXACTLY_ONCE;
  }

  @Override
  public void write(RecordBatch batch) throws IOException {
    try (batch;
        RecordEncoder.Rows records = encoder.rows(batch)) {
      check();
      begin();
      for (int i = 0; i < batch.rowCount(); i++) {
        int position = batch.position(i);
        boolean delete = batch.kind(position) == RowKind.DELETE && !tellsChanges;
        ProducerRecord<byte[], byte[]> record =
            records.record(position, delete, target.topic(), partition());
        var unused =
            producer.send(
                record,
                (metadata, e) -> {
                  if (e != null && failure == null) {
                    failure = e;
                  }
                });
        rows++;
      }
    } catch (KafkaException e) {
      throw told(e);
    }
  }

  private void begin() {
    if (isTransactional() && !inTransaction) {
      producer.beginTransaction();
      inTransaction = true;
      FaultPoint.pass("kafka.begun");
    }
  }

  /** The partition to write to; null leaves it to Kafka's partitioner. */
  private Integer partition() {
    return switch (partitioner) {
      case "fixed" -> task % target.partitions();
      case "round-robin" -> Math.floorMod(turn++, target.partitions());
      default -> null;
    };
  }

  private void check() throws IOException {
    Exception failed = failure;
    if (failed != null) {
      throw told(failed);
    }
  }

  /** The failure as the user's, thrown, or as one that trying again may mend. */
  private IOException told(Exception e) {
    TableRef table = target.table();
    if (Failures.isFenced(e)) {
      throw UserError.of(
              ErrorCode.SINK_FAILED,
              "another run writes to '"
                  + table.name()
                  + "' in transaction '"
                  + transactionalId
                  + "', or the transaction took too long")
          .withHint(
              "stop the other, or give each its own 'pipeline.name' or"
                  + " 'sink.transactional-id-prefix'; raise 'properties.transaction.timeout.ms'")
          .causedBy(e);
    }
    if (e instanceof RecordTooLargeException) {
      throw UserError.of(
              ErrorCode.SINK_FAILED, "a row is too large for topic '" + target.topic() + "'")
          .withDetail(Failures.firstLine(e))
          .withHint("raise 'properties.max.request.size' here and 'max.message.bytes' of the topic")
          .causedBy(e);
    }
    if (e instanceof AuthorizationException || e instanceof AuthenticationException) {
      throw UserError.of(
              ErrorCode.SINK_FAILED, "writing to topic '" + target.topic() + "' is not allowed")
          .withDetail(Failures.firstLine(e))
          .causedBy(e);
    }
    if (e instanceof InterruptException) {
      Thread.currentThread().interrupt();
    }
    return new IOException(Failures.firstLine(e), e);
  }

  @Override
  public Optional<Committable> prepare(long epoch) throws IOException {
    if (rows == 0) {
      return Optional.empty();
    }
    try {
      if (target.guarantee() != DeliveryGuarantee.NONE) {
        producer.flush();
      }
    } catch (KafkaException e) {
      throw told(e);
    }
    check();
    long ready = rows;
    rows = 0;
    return Optional.of(new Committable(target.table().name(), task, epoch, transactionalId, ready));
  }

  /** Makes the rows of the epoch visible. */
  void commit() throws IOException {
    if (!inTransaction) {
      return;
    }
    try {
      producer.commitTransaction();
      inTransaction = false;
    } catch (KafkaException e) {
      throw told(e);
    }
  }

  /** Makes the rows visible together with offsets of a group; also if there are no rows. */
  // the clients give groups without members no other way to commit in a transaction
  @SuppressWarnings("removal")
  void commit(Map<TopicPartition, OffsetAndMetadata> offsets, String group) throws IOException {
    try {
      begin();
      producer.sendOffsetsToTransaction(offsets, new ConsumerGroupMetadata(group));
      FaultPoint.pass("kafka.marked");
      producer.commitTransaction();
      inTransaction = false;
      rows = 0;
    } catch (KafkaException e) {
      throw told(e);
    }
    check();
  }

  /** Throws the rows of the epoch away. */
  void abort() {
    if (inTransaction) {
      inTransaction = false;
      producer.abortTransaction();
    }
  }

  /** The producer outlives the writer's thread: the last commit comes after it. */
  @Override
  public void close() {}

  /** Gives up what is not committed and closes the producer; idempotent. */
  void end(Duration limit) {
    if (ended) {
      return;
    }
    ended = true;
    try {
      if (failure == null) {
        abort();
      }
    } finally {
      producer.close(limit);
    }
  }
}
