package dev.sluice.connector.kafka;

import dev.sluice.connector.EpochTarget;
import dev.sluice.connector.FaultPoint;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * A topic as a target of epochs: the rows of an epoch and its number are one Kafka transaction. The
 * number is a committed offset of a consumer group that nobody is in, because offsets are what a
 * transaction takes besides records; the owner stands in its metadata. A new producer under the
 * same transactional id ends what an earlier one left open, or waits until it is through.
 * Single-threaded.
 */
final class KafkaEpochs implements EpochTarget {
  /** Waits before each further try, in milliseconds; then the run starts again. */
  private static final int[] PATIENCE = {200, 1_000, 3_000};

  private final KafkaWriter.Target target;
  private final String group;
  private final TopicPartition marker;
  private final Supplier<Admin> admins;
  private final Supplier<KafkaWriter> writers;
  private Optional<KafkaWriter> writer = Optional.empty();
  private Optional<Owner> owner = Optional.empty();
  private long epoch;

  KafkaEpochs(
      KafkaWriter.Target target,
      String group,
      Supplier<Admin> admins,
      Supplier<KafkaWriter> writers) {
    this.target = target;
    this.group = group;
    this.marker = new TopicPartition(target.topic(), 0);
    this.admins = admins;
    this.writers = writers;
  }

  @Override
  public long acquire(Owner who) throws IOException {
    writer = Optional.of(writers.get());
    OffsetAndMetadata found = marker(true);
    String[] holder = found.metadata().split("/", 2);
    boolean same = holder[0].equals(who.id());
    if (same && Long.parseLong(holder[1]) > who.token()) {
      throw fenced();
    }
    owner = Optional.of(who);
    epoch = same ? found.offset() : 0;
    // from here on an older run that comes back reads that it was replaced
    writer.get().commit(mark(epoch), group);
    return epoch;
  }

  /**
   * @param stable whether to wait for transactions that are not over
   */
  private OffsetAndMetadata marker(boolean stable) {
    try (Admin admin = admins.get()) {
      OffsetAndMetadata found =
          Failures.await(
                  target.table(),
                  admin
                      .listConsumerGroupOffsets(
                          group, new ListConsumerGroupOffsetsOptions().requireStable(stable))
                      .partitionsToOffsetAndMetadata())
              .get(marker);
      return found == null ? new OffsetAndMetadata(0, "/") : found;
    }
  }

  private Map<TopicPartition, OffsetAndMetadata> mark(long number) {
    Owner who = owner.orElseThrow();
    return Map.of(marker, new OffsetAndMetadata(number, who.id() + "/" + who.token()));
  }

  @Override
  public void commit(long next, EpochRows rows, boolean last) throws IOException {
    for (int attempt = 0; ; attempt++) {
      try {
        if (attempt > 0) {
          reopen();
        }
        if (epoch < next) {
          send(next, rows);
        }
        return;
      } catch (IOException e) {
        if (attempt == PATIENCE.length) {
          throw e;
        }
      } catch (UserError e) {
        // a transaction that took too long looks like a run that was replaced: the marker tells
        if (attempt == PATIENCE.length || !Failures.isFenced(e)) {
          throw e;
        }
      }
      pause(PATIENCE[attempt]);
    }
  }

  private void send(long next, EpochRows rows) throws IOException {
    KafkaWriter to = writer.orElseThrow();
    rows.read(to::write);
    FaultPoint.pass("kafka.sent");
    to.commit(mark(next), group);
    FaultPoint.pass("kafka.committed");
    epoch = next;
  }

  /** After an error whose outcome is unknown only a new producer may go on. */
  private void reopen() throws IOException {
    end();
    try {
      // looked at before there is a new producer, which would end what the other run is at
      requireMine(marker(false));
      writer = Optional.of(writers.get());
      OffsetAndMetadata found = marker(true);
      requireMine(found);
      epoch = found.offset();
    } catch (UserError e) {
      if (e.code() == ErrorCode.UNREACHABLE) {
        throw new IOException(e.summary(), e);
      }
      throw e;
    }
  }

  private void requireMine(OffsetAndMetadata found) {
    if (!found.metadata().equals(mark(0).get(marker).metadata())) {
      throw fenced();
    }
  }

  private UserError fenced() {
    return UserError.of(
            ErrorCode.FENCED, "another run has taken over sink '" + target.table().name() + "'")
        .withHint(
            "stop one of them, or give each its own 'pipeline.name' or"
                + " 'sink.transactional-id-prefix'");
  }

  private static void pause(int millis) throws IOException {
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for the brokers", e);
    }
  }

  @Override
  public boolean absorbsRepeats() {
    return !target.table().primaryKey().isEmpty();
  }

  private void end() {
    writer.ifPresent(open -> open.end(java.time.Duration.ofSeconds(5)));
    writer = Optional.empty();
  }

  @Override
  public void close() {
    end();
  }
}
