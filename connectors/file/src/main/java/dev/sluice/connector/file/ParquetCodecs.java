package dev.sluice.connector.file;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.GZIPInputStream;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.CodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.xerial.snappy.Snappy;

/**
 * Unpacks pages without Hadoop's codecs, whose first use reads Hadoop's whole configuration. Rare
 * codecs are left to Parquet's own factory. One reader, one thread.
 */
final class ParquetCodecs implements CompressionCodecFactory {
  /** Unpacks {@code packed} into an array of exactly the size of {@code unpacked}. */
  private interface Unpacker {
    void unpack(byte[] packed, byte[] unpacked) throws IOException;
  }

  private static final Unpacker SNAPPY =
      (packed, unpacked) ->
          require(Snappy.uncompress(packed, 0, packed.length, unpacked, 0), unpacked.length);
  private static final Unpacker ZSTD =
      (packed, unpacked) -> {
        long size = Zstd.decompress(unpacked, packed);
        if (Zstd.isError(size)) {
          throw new IOException("a page cannot be unpacked: " + Zstd.getErrorName(size));
        }
        require(size, unpacked.length);
      };
  private static final Unpacker GZIP =
      (packed, unpacked) -> {
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(packed))) {
          require(in.readNBytes(unpacked, 0, unpacked.length), unpacked.length);
        }
      };

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

  private record Unpacking(Unpacker unpacker) implements BytesInputDecompressor {
    @Override
    public BytesInput decompress(BytesInput packed, int size) throws IOException {
      byte[] unpacked = new byte[size];
      unpacker.unpack(packed.toByteArray(), unpacked);
      return BytesInput.from(unpacked);
    }

    @Override
    public void decompress(ByteBuffer packed, int packedSize, ByteBuffer out, int size)
        throws IOException {
      byte[] from = new byte[packedSize];
      packed.get(from);
      byte[] unpacked = new byte[size];
      unpacker.unpack(from, unpacked);
      out.put(unpacked);
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
