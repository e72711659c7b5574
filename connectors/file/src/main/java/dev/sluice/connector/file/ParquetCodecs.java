package dev.sluice.connector.file;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import org.apache.arrow.memory.util.MemoryUtil;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory.BytesInputDecompressor;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.CodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.xerial.snappy.OSInfo;
import org.xerial.snappy.Snappy;

/**
 * Unpacks pages without Hadoop's codecs, whose first use reads Hadoop's whole configuration. Rare
 * codecs are left to Parquet's own factory. Stateless; any thread, an {@link Unpacker} one.
 */
final class ParquetCodecs {
  /** Unpacks all bytes of a place in memory to another, where there is room for {@code size}. */
  interface Unpacker {
    /** Fails unless exactly {@code size} bytes come out; never writes more. */
    void unpack(long packed, int packedSize, long unpacked, int size) throws IOException;
  }

  /**
   * Where the launcher laid native libraries out as they lie in their jars. From there they are
   * loaded as they are; otherwise each start copies them to a temporary file and compares the two.
   */
  private static final String NATIVE = "sluice.native";

  private static final String SNAPPY_PATH = "org.xerial.snappy.lib.path";

  static {
    String laidOut = System.getProperty(NATIVE, "");
    if (!laidOut.isEmpty() && System.getProperty(SNAPPY_PATH) == null) {
      Path folder =
          Path.of(laidOut, "org/xerial/snappy/native", OSInfo.getNativeLibFolderPathForCurrentOS());
      if (Files.isDirectory(folder)) {
        System.setProperty(SNAPPY_PATH, folder.toString());
      }
    }
  }

  private ParquetCodecs() {}

  static Unpacker unpacker(CompressionCodecName codec) {
    return switch (codec) {
      case UNCOMPRESSED -> ParquetCodecs::copy;
      case SNAPPY -> ParquetCodecs::snappy;
      case ZSTD -> ParquetCodecs::zstd;
      case GZIP -> ParquetCodecs::gzip;
      default -> {
        BytesInputDecompressor decompressor =
            new CodecFactory(new PlainParquetConfiguration(), 0).getDecompressor(codec);
        yield (packed, packedSize, unpacked, size) ->
            rare(decompressor, packed, packedSize, unpacked, size);
      }
    };
  }

  static void copy(long packed, int packedSize, long unpacked, int size) throws IOException {
    require(packedSize, size);
    MemoryUtil.copyMemory(packed, unpacked, size);
  }

  private static void snappy(long packed, int packedSize, long unpacked, int size)
      throws IOException {
    // it writes as much as the packed bytes say
    require(Snappy.uncompressedLength(packed, packedSize), size);
    require(Snappy.rawUncompress(packed, packedSize, unpacked), size);
  }

  private static void zstd(long packed, int packedSize, long unpacked, int size)
      throws IOException {
    long made = Zstd.decompressUnsafe(unpacked, size, packed, packedSize);
    if (Zstd.isError(made)) {
      throw new IOException(Zstd.getErrorName(made));
    }
    require(made, size);
  }

  private static void gzip(long packed, int packedSize, long unpacked, int size)
      throws IOException {
    byte[] bytes = PageMemory.copy(packed, packedSize);
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
      byte[] some = new byte[8192];
      int done = 0;
      for (int n; (n = in.read(some)) >= 0; done += n) {
        require(Math.max(size, done + n), size);
        MemoryUtil.copyToMemory(some, 0, unpacked + done, n);
      }
      require(done, size);
    }
  }

  private static void rare(
      BytesInputDecompressor decompressor, long packed, int packedSize, long unpacked, int size)
      throws IOException {
    byte[] made =
        decompressor
            .decompress(BytesInput.from(PageMemory.copy(packed, packedSize)), size)
            .toByteArray();
    require(made.length, size);
    MemoryUtil.copyToMemory(made, 0, unpacked, size);
  }

  private static void require(long size, int expected) throws IOException {
    if (size != expected) {
      throw new IOException("it has " + size + " bytes instead of " + expected);
    }
  }
}
