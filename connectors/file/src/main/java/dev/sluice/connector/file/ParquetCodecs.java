package dev.sluice.connector.file;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.CodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.xerial.snappy.OSInfo;
import org.xerial.snappy.Snappy;

/**
 * Unpacks pages without Hadoop's codecs, whose first use reads Hadoop's whole configuration. Rare
 * codecs are left to Parquet's own factory. One reader, one thread.
 */
final class ParquetCodecs implements CompressionCodecFactory {
  /** Unpacks all of {@code packed} into the first {@code size} bytes of {@code unpacked}. */
  private interface Unpacker {
    void unpack(ByteBuffer packed, byte[] unpacked, int size) throws IOException;
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

  private static final Unpacker SNAPPY =
      (packed, unpacked, size) -> {
        int from = packed.arrayOffset() + packed.position();
        int length = packed.remaining();
        // it writes as much as the packed bytes say
        require(Snappy.uncompressedLength(packed.array(), from, length), size);
        require(Snappy.uncompress(packed.array(), from, length, unpacked, 0), size);
      };
  private static final Unpacker ZSTD =
      (packed, unpacked, size) -> {
        long made =
            Zstd.decompressByteArray(
                unpacked,
                0,
                size,
                packed.array(),
                packed.arrayOffset() + packed.position(),
                packed.remaining());
        if (Zstd.isError(made)) {
          throw new IOException("a page cannot be unpacked: " + Zstd.getErrorName(made));
        }
        require(made, size);
      };
  private static final Unpacker GZIP =
      (packed, unpacked, size) -> {
        ByteArrayInputStream bytes =
            new ByteArrayInputStream(
                packed.array(), packed.arrayOffset() + packed.position(), packed.remaining());
        try (GZIPInputStream in = new GZIPInputStream(bytes)) {
          require(in.readNBytes(unpacked, 0, size), size);
        }
      };

  private final PageBuffers buffers;

  /** What has been unpacked and not been given back; few, for a column holds one page at a time. */
  private final List<byte[]> lent = new ArrayList<>();

  ParquetCodecs(PageBuffers buffers) {
    this.buffers = buffers;
  }

  /** The page in {@code array} has been decoded; no effect if the array did not come from here. */
  void giveBack(byte[] array) {
    for (int i = 0; i < lent.size(); i++) {
      if (lent.get(i) == array) {
        lent.remove(i);
        buffers.giveBack(array);
        return;
      }
    }
  }

  private static void require(long size, int expected) throws IOException {
    if (size != expected) {
      throw new IOException("a page has " + size + " bytes instead of " + expected);
    }
  }

  @Override
  public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
    return switch (codec) {
      case UNCOMPRESSED -> new Plain();
      case SNAPPY -> new Unpacking(SNAPPY);
      case ZSTD -> new Unpacking(ZSTD);
      case GZIP -> new Unpacking(GZIP);
      default -> new CodecFactory(new PlainParquetConfiguration(), 0).getDecompressor(codec);
    };
  }

  @Override
  public BytesInputCompressor getCompressor(CompressionCodecName codec) {
    throw new UnsupportedOperationException("readers do not compress");
  }

  @Override
  public void release() {}

  private final class Unpacking implements BytesInputDecompressor {
    private final Unpacker unpacker;

    Unpacking(Unpacker unpacker) {
      this.unpacker = unpacker;
    }

    @Override
    public BytesInput decompress(BytesInput packed, int size) throws IOException {
      byte[] unpacked = buffers.take(size);
      lent.add(unpacked);
      unpacker.unpack(packed.toByteBuffer(), unpacked, size);
      return BytesInput.from(unpacked, 0, size);
    }

    @Override
    public void decompress(ByteBuffer packed, int packedSize, ByteBuffer out, int size)
        throws IOException {
      ByteBuffer part = packed.slice(packed.position(), packedSize);
      packed.position(packed.position() + packedSize);
      byte[] unpacked = buffers.take(size);
      unpacker.unpack(part, unpacked, size);
      out.put(unpacked, 0, size);
      buffers.giveBack(unpacked);
    }

    @Override
    public void release() {}
  }

  private static final class Plain implements BytesInputDecompressor {
    @Override
    public BytesInput decompress(BytesInput packed, int size) {
      return packed;
    }

    @Override
    public void decompress(ByteBuffer packed, int packedSize, ByteBuffer out, int size) {
      ByteBuffer part = packed.slice(packed.position(), packedSize);
      packed.position(packed.position() + packedSize);
      out.put(part);
    }

    @Override
    public void release() {}
  }
}
