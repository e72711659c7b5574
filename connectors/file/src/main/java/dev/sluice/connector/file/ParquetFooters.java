package dev.sluice.connector.file;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.io.LocalInputFile;

/**
 * The footers of a source's files, each read once though every row group of a file is a split with
 * a reader of its own. Safe for use by any thread.
 */
final class ParquetFooters {
  private final Map<Path, ParquetMetadata> known = new ConcurrentHashMap<>();

  ParquetMetadata of(Path file) throws IOException {
    ParquetMetadata footer = known.get(file);
    if (footer == null) {
      footer = read(file);
      known.put(file, footer);
    }
    return footer;
  }

  private static ParquetMetadata read(Path file) throws IOException {
    ParquetReadOptions options =
        ParquetReadOptions.builder(new PlainParquetConfiguration())
            .withUseHadoopVectoredIo(false)
            .withCodecFactory(new NoCodecs())
            .build();
    try (ParquetFileReader reader = ParquetFileReader.open(new LocalInputFile(file), options)) {
      return reader.getFooter();
    } catch (RuntimeException e) {
      throw new IOException("it is not a Parquet file, or was cut short", e);
    }
  }

  /** Footers are not packed; pages are unpacked by {@link ColumnPages}. */
  private static final class NoCodecs implements CompressionCodecFactory {
    @Override
    public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
      throw new UnsupportedOperationException("only footers are read");
    }

    @Override
    public BytesInputCompressor getCompressor(CompressionCodecName codec) {
      throw new UnsupportedOperationException("only footers are read");
    }

    @Override
    public void release() {}
  }
}
