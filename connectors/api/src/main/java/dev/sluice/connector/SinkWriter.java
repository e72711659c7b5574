package dev.sluice.connector;

import dev.sluice.batch.RecordBatch;
import java.io.IOException;
import java.util.Optional;

/** Writes rows of one sink in order. One thread at a time. */
public interface SinkWriter extends AutoCloseable {
  /**
   * Writes the rows of a batch whose columns are the table's, in order; takes ownership. Only row
   * kinds that the sink's capabilities name arrive. May buffer; nothing need be visible before the
   * commit.
   *
   * @throws IOException if writing fails in a way that trying again later may mend
   */
  void write(RecordBatch batch) throws IOException;

  /**
   * After every tick: what has been written may be pushed on, so that a quiet stream shows its
   * rows. Must not block for long.
   */
  default void endOfTick() throws IOException {}

  /**
   * Ends epoch {@code epoch}: everything written since the last call is made ready to be committed.
   *
   * @return what the committer needs, which by law contains or durably names everything the commit
   *     needs; empty if nothing was written
   */
  Optional<Committable> prepare(long epoch) throws IOException;

  /** Releases everything; rows not committed may be lost. Idempotent. */
  @Override
  void close();
}
