package dev.sluice.connector;

import dev.sluice.batch.RecordBatch;
import java.io.IOException;
import java.util.function.Consumer;

/**
 * A table opened for finding rows by key, as they are at that moment. Used by one thread, which
 * closes it.
 */
public interface LookupSource extends AutoCloseable {
  /**
   * Gives the rows whose key columns equal one of {@code keys}, which stays the caller's; perhaps
   * rows with keys that are nearly equal, too. Blocks.
   *
   * @param keys different keys without NULLs, at least one; columns in the order of {@link
   *     LookupRequest#keys}
   * @param rows gets batches of the columns that were asked for, and owns them
   * @throws IOException if it fails after the retries that the table's options allow
   */
  void lookup(RecordBatch keys, Consumer<RecordBatch> rows) throws IOException;

  /** Closes connections; idempotent. */
  @Override
  void close();
}
