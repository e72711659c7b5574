package dev.sluice.connector.file;

import dev.sluice.batch.RecordBatch;
import java.io.Closeable;
import java.io.IOException;

/** Writes one file in one format. One thread at a time. */
interface PartWriter extends Closeable {
  /**
   * Writes the rows at the first {@code count} of {@code positions} of {@code batch}, which is
   * borrowed.
   */
  void write(RecordBatch batch, int[] positions, int count) throws IOException;

  /** Bytes in the file so far, roughly. */
  long bytes();

  /** Pushes what is buffered to the operating system, where the format can. */
  void flush() throws IOException;

  /**
   * Completes the file; nothing is written after it. {@link #close} without it leaves an incomplete
   * file.
   */
  void finish() throws IOException;
}
