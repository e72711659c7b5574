package dev.sluice.connector.file;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;

/**
 * What the readers of a source's files share: the footers, each read once though every row group of
 * a file is a split with a reader of its own, and the arrays for pages. Safe for use by any thread.
 */
final class ParquetFooters {
  private final Map<Path, ParquetMetadata> known = new ConcurrentHashMap<>();
  private final PageBuffers buffers = new PageBuffers();

  /** A reader over {@code file}; the caller closes it. */
  ParquetFileReader open(Path file) throws IOException {
    return open(file, new ParquetCodecs(buffers));
  }

  /** A reader over {@code file} that unpacks through {@code codecs}; the caller closes it. */
  ParquetFileReader open(Path file, ParquetCodecs codecs) throws IOException {
    ParquetMetadata footer = known.get(file);
    if (footer != null) {
      return ParquetFiles.open(file, footer, buffers, codecs);
    }
    ParquetFileReader reader = ParquetFiles.open(file, buffers, codecs);
    known.put(file, reader.getFooter());
    return reader;
  }

  /** Codecs for one reader. */
  ParquetCodecs codecs() {
    return new ParquetCodecs(buffers);
  }
}
