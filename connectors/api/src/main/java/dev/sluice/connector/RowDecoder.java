package dev.sluice.connector;

import dev.sluice.batch.RecordBatch;

/** Turns record after record into rows of one batch. Single-threaded. */
public interface RowDecoder extends AutoCloseable {
  /**
   * Appends the record in {@code bytes[from, to)}, without its line end, as one row; a record that
   * tells a change as no, one or two rows.
   *
   * @throws MalformedRecord if it cannot; no row is appended then
   */
  void decode(byte[] bytes, int from, int to) throws MalformedRecord;

  /** Rows appended since the last {@link #finish}. */
  int rows();

  /** The rows appended since the last call, as a batch the caller owns. */
  RecordBatch finish();

  @Override
  void close();
}
