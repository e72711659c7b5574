package dev.sluice.connector.file;

import dev.sluice.format.ColumnBuilder;
import java.io.IOException;

/** The values of one column of a row group, in order. One thread. */
interface ParquetValues {
  /** Appends the next {@code count} rows, which must be there, to {@code out}. */
  void read(ColumnBuilder out, int count) throws IOException;

  /** Gives back what the last page was unpacked into; no reading after that. */
  default void close() {}
}
