package dev.sluice.connector.file;

import dev.sluice.format.ColumnBuilder;
import java.io.IOException;

/** The values of one column of a row group, in order. One thread. */
interface ParquetValues extends AutoCloseable {
  /** Appends the next {@code count} rows, which must be there, to {@code out}. */
  void read(ColumnBuilder out, int count) throws IOException;

  /** Gives back the memory of its pages; no reading after that. */
  @Override
  void close();
}
