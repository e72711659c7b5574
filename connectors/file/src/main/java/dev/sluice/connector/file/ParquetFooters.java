package dev.sluice.connector.file;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;

/**
 * The footers of a source's files, each read once: every row group of a file is a split with a
 * reader of its own. Safe for use by any thread.
 */
final class ParquetFooters {
  private final Map<Path, ParquetMetadata> known = new ConcurrentHashMap<>();

  /** A reader over {@code file}; the caller closes it. */
  ParquetFileReader open(Path file) throws IOException {
    ParquetMetadata footer = known.get(file);
    if (footer != null) {
      return ParquetFiles.open(file, footer);
    }
    ParquetFileReader reader = ParquetFiles.open(file);
    known.put(file, reader.getFooter());
    return reader;
  }
}
