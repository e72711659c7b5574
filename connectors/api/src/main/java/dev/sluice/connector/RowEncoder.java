package dev.sluice.connector;

import dev.sluice.batch.RecordBatch;
import java.io.ByteArrayOutputStream;

/** Turns rows into bytes. Single-threaded. */
public interface RowEncoder {
  /**
   * Bytes that go before the first record of a file (a CSV header with its line end); empty if
   * none.
   */
  byte[] header();

  /**
   * Appends the row at {@code position} of {@code batch} (before selection), without a line end.
   */
  void encode(RecordBatch batch, int position, ByteArrayOutputStream out);
}
