package dev.sluice.connector.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Optional;
import java.util.zip.CRC32;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.util.MemoryUtil;
import org.apache.parquet.bytes.ByteBufferInputStream;
import org.apache.parquet.format.DataPageHeaderV2;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.PageType;
import org.apache.parquet.format.Util;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;

/**
 * The pages of one column of a row group, read from the file and unpacked one at a time, so that a
 * scan holds a page of each column and not the whole group; all of it off the heap, where it is
 * used again. Checksums are verified where pages have them. One thread.
 */
final class ColumnPages implements AutoCloseable {
  private static final int FIRST_READ = 64 << 10;

  private final FileChannel channel;
  private final ColumnChunkMetaData chunk;
  private final UnpackLimit limit;
  private final ParquetCodecs.Unpacker unpacker;

  /** What is read from the file, packed; shared by the columns of a reader. */
  private final PageMemory packed;

  private final PageMemory data;
  private final PageMemory dictionary;
  private final long fileSize;
  private long position;
  private long valuesLeft;

  /** How much to read for a page: about as much as the last one took. */
  private int readSize = FIRST_READ;

  /** Bytes that the last read brought, and how many of them lie behind the header. */
  private int bufferSize;

  private int loaded;

  /**
   * An unpacked page at address {@code at}, of {@code size} bytes and {@link PageMemory#SLACK}
   * readable ones behind; there until the next of its kind. A page of version 2 begins with its
   * repetition and then its definition levels.
   */
  record Page(PageHeader header, long at, int size) {
    boolean isDictionary() {
      return header.getType() == PageType.DICTIONARY_PAGE;
    }

    long end() {
      return at + size;
    }

    /** The values of a data page, NULLs counted. */
    int values() {
      return header.isSetData_page_header_v2()
          ? header.getData_page_header_v2().getNum_values()
          : header.getData_page_header().getNum_values();
    }
  }

  /** {@code packed} and {@code channel} stay the caller's. */
  ColumnPages(
      FileChannel channel,
      ColumnChunkMetaData chunk,
      UnpackLimit limit,
      PageMemory packed,
      BufferAllocator allocator)
      throws IOException {
    if (chunk.isEncrypted()) {
      throw new IOException("column '" + chunk.getPath() + "' is encrypted");
    }
    this.channel = channel;
    this.chunk = chunk;
    this.limit = limit;
    this.packed = packed;
    this.unpacker = ParquetCodecs.unpacker(chunk.getCodec());
    this.data = new PageMemory(allocator);
    this.dictionary = new PageMemory(allocator);
    this.fileSize = channel.size();
    this.position = chunk.getStartingPos();
    this.valuesLeft = chunk.getValueCount();
  }

  long valueCount() {
    return chunk.getValueCount();
  }

  /** The next dictionary or data page; empty behind the last value. */
  Optional<Page> next() throws IOException {
    while (valuesLeft > 0) {
      PageHeader header = header();
      int size = header.getUncompressed_page_size();
      if (size < 0 || size > Math.max(chunk.getTotalUncompressedSize(), UnpackLimit.FREE_BYTES)) {
        throw damaged("has a page of " + size + " bytes, more than the file says of all");
      }
      limit.check(
          "a page of column '" + chunk.getPath().toDotString() + "'",
          Math.max(1, header.getCompressed_page_size()),
          size);
      long body = body(header);
      switch (header.getType()) {
        case DICTIONARY_PAGE -> {
          dictionary.reserve(size);
          unpack(unpacker, body, header.getCompressed_page_size(), dictionary.address(), size);
          return Optional.of(new Page(header, dictionary.address(), size));
        }
        case DATA_PAGE, DATA_PAGE_V2 -> {
          data.reserve(size);
          unpack(header, body);
          Page page = new Page(header, data.address(), size);
          if (page.values() < 0 || page.values() > valuesLeft) {
            throw damaged("has a page of " + page.values() + " values");
          }
          valuesLeft -= page.values();
          return Optional.of(page);
        }
        default -> {
          // an index, of no use here
        }
      }
    }
    return Optional.empty();
  }

  private void unpack(PageHeader header, long body) throws IOException {
    int size = header.getUncompressed_page_size();
    int bodySize = header.getCompressed_page_size();
    if (header.getType() == PageType.DATA_PAGE) {
      unpack(unpacker, body, bodySize, data.address(), size);
      return;
    }
    DataPageHeaderV2 second = header.getData_page_header_v2();
    int repetition = second.getRepetition_levels_byte_length();
    int definition = second.getDefinition_levels_byte_length();
    int levels = repetition + definition;
    if (repetition < 0 || definition < 0 || levels < 0 || levels > bodySize || levels > size) {
      throw damaged("has levels of " + levels + " bytes in a page of " + bodySize);
    }
    MemoryUtil.copyMemory(body, data.address(), levels);
    if (bodySize > levels) {
      ParquetCodecs.Unpacker values = second.isIs_compressed() ? unpacker : ParquetCodecs::copy;
      unpack(values, body + levels, bodySize - levels, data.address() + levels, size - levels);
    } else if (size > levels) {
      throw damaged("has a page without values");
    }
  }

  private void unpack(ParquetCodecs.Unpacker how, long from, int fromSize, long to, int size)
      throws IOException {
    try {
      how.unpack(from, fromSize, to, size);
    } catch (IOException e) {
      IOException told = damaged("has a page that cannot be unpacked: " + e.getMessage());
      told.initCause(e);
      throw told;
    }
  }

  /** Reads the header at {@link #position} and moves on behind it. */
  private PageHeader header() throws IOException {
    long left = fileSize - position;
    if (position < 0 || left <= 0) {
      throw damaged("lies behind the end of the file");
    }
    int want = (int) Math.min(left, readSize);
    while (true) {
      load(position, want);
      try (ByteBufferInputStream in = ByteBufferInputStream.wrap(packed.view(want))) {
        PageHeader header = Util.readPageHeader(in);
        position += in.position();
        loaded = want - (int) in.position();
        return header;
      } catch (IOException e) {
        // a header may be long: it holds the least and the greatest value
        if (want == left || want >= 16 << 20) {
          throw e;
        }
        want = (int) Math.min(left, 8L * want);
      }
    }
  }

  /** The address of the packed page behind the header; moves on behind the page. */
  private long body(PageHeader header) throws IOException {
    int size = header.getCompressed_page_size();
    if (size < 0 || size > fileSize - position) {
      throw damaged("has a page of " + size + " bytes behind the end of the file");
    }
    int from = 0;
    if (size <= loaded) {
      from = bufferSize - loaded;
    } else {
      load(position, size);
    }
    position += size;
    readSize = Math.max(4096, size + size / 8 + 512);
    ByteBuffer body = packed.view(from + size).position(from);
    if (header.isSetCrc()) {
      CRC32 sum = new CRC32();
      sum.update(body);
      if ((int) sum.getValue() != header.getCrc()) {
        throw damaged("has a page whose checksum does not fit");
      }
    }
    return packed.address() + from;
  }

  private void load(long from, int size) throws IOException {
    packed.reserve(size);
    ByteBuffer target = packed.view(size);
    while (target.hasRemaining()) {
      if (channel.read(target, from + target.position()) < 0) {
        throw damaged("ends in the middle of a page");
      }
    }
    bufferSize = size;
  }

  private IOException damaged(String what) {
    return new IOException("column '" + chunk.getPath().toDotString() + "' " + what);
  }

  @Override
  public void close() {
    data.close();
    dictionary.close();
  }
}
