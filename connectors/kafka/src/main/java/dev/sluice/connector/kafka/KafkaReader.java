package dev.sluice.connector.kafka;

import dev.sluice.connector.Fetch;
import dev.sluice.connector.MalformedRecord;
import dev.sluice.connector.Offset;
import dev.sluice.connector.ReaderContext;
import dev.sluice.connector.SplitReader;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.operator.RejectedRow;
import dev.sluice.plan.TableRef;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteBufferDeserializer;

/** Reads one partition from an offset on. Threads as {@link SplitReader} says. */
final class KafkaReader implements SplitReader {
  private final TableRef table;
  private final TopicPartition partition;
  private final long end;
  private final RecordBatches batches;
  private final ReaderContext context;
  private final KafkaConsumer<ByteBuffer, ByteBuffer> consumer;
  private Iterator<ConsumerRecord<ByteBuffer, ByteBuffer>> pending = Collections.emptyIterator();
  private long next;

  /**
   * Takes ownership of {@code batches}.
   *
   * @param start offset of the first record
   * @param end offset of the first record not to read; {@link Long#MAX_VALUE} for none
   */
  KafkaReader(
      TableRef table,
      TopicPartition partition,
      long start,
      long end,
      RecordBatches batches,
      Map<String, Object> settings,
      ReaderContext context) {
    this.table = table;
    this.partition = partition;
    this.end = end;
    this.batches = batches;
    this.context = context;
    this.next = start;
    try {
      consumer =
          new KafkaConsumer<>(settings, new ByteBufferDeserializer(), new ByteBufferDeserializer());
      consumer.assign(List.of(partition));
      consumer.seek(partition, start);
    } catch (RuntimeException e) {
      batches.close();
      throw e;
    }
  }

  @Override
  public Fetch fetch(int maxRows, long maxBytes, Duration maxWait) throws IOException {
    long bytes = 0;
    while (batches.rows() < maxRows && bytes < maxBytes && next < end && !batches.mustFinish()) {
      if (!pending.hasNext() && !poll(batches.rows() > 0 ? Duration.ZERO : maxWait)) {
        break;
      }
      ConsumerRecord<ByteBuffer, ByteBuffer> record = pending.next();
      if (record.offset() >= end) {
        next = end;
        break;
      }
      bytes += Math.max(0, record.serializedKeySize()) + Math.max(0, record.serializedValueSize());
      append(record);
      next = record.offset() + 1;
    }
    context.bytesRead(bytes);
    if (batches.rows() == 0 && batches.mustFinish()) {
      batches.finish().close();
    }
    if (batches.rows() > 0) {
      return new Fetch.Rows(batches.finish(), Offset.of(next));
    }
    return next >= end ? new Fetch.EndOfSplit(Offset.of(next)) : new Fetch.Nothing(Offset.of(next));
  }

  /** Whether there are records pending now. */
  private boolean poll(Duration wait) throws IOException {
    try {
      pending = consumer.poll(wait).records(partition).iterator();
      if (!pending.hasNext()) {
        // Markers of transactions take offsets too; there may be nothing but them up to the end.
        next = Math.max(next, consumer.position(partition));
      }
      return pending.hasNext();
    } catch (WakeupException e) {
      return false;
    } catch (InterruptException e) {
      Thread.currentThread().interrupt();
      return false;
    } catch (OffsetOutOfRangeException e) {
      throw UserError.of(
              ErrorCode.SOURCE_FAILED,
              "offset "
                  + next
                  + " of partition "
                  + partition
                  + " of '"
                  + table.name()
                  + "' does not exist in the topic")
          .withDetail(
              "Either the broker's retention has removed records that were not read yet, or the"
                  + " topic was made anew. Nothing is skipped silently.")
          .withHint(
              "choose where to go on: set 'scan.startup.mode', or reset the offsets of the group")
          .causedBy(e);
    } catch (AuthorizationException e) {
      throw UserError.of(
              ErrorCode.SOURCE_FAILED, "reading partition " + partition + " is not allowed")
          .withDetail(Failures.firstLine(e))
          .causedBy(e);
    } catch (KafkaException e) {
      throw new IOException(Failures.firstLine(e), e);
    }
  }

  private void append(ConsumerRecord<ByteBuffer, ByteBuffer> record) {
    try {
      batches.append(record);
    } catch (MalformedRecord e) {
      context.rejected(
          new RejectedRow(
              table.name(),
              partition.toString(),
              record.offset(),
              Optional.empty(),
              e.column(),
              e.getMessage(),
              raw(record)));
    }
  }

  private static byte[] raw(ConsumerRecord<ByteBuffer, ByteBuffer> record) {
    if (record.value() == null) {
      return new byte[0];
    }
    byte[] raw = new byte[Math.min(record.value().remaining(), RejectedRow.MAX_RAW_BYTES)];
    record.value().duplicate().get(raw);
    return raw;
  }

  @Override
  public void wakeUp() {
    consumer.wakeup();
  }

  @Override
  public void close() {
    batches.close();
    boolean interrupted = Thread.interrupted();
    consumer.close(CloseOptions.timeout(Duration.ofMillis(500)));
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
