package dev.sluice.connector.file;

import dev.sluice.format.ColumnBuilder;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Kind;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import org.apache.parquet.bytes.ByteBufferInputStream;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.ValuesType;
import org.apache.parquet.column.page.DataPage;
import org.apache.parquet.column.page.DataPageV1;
import org.apache.parquet.column.page.DataPageV2;
import org.apache.parquet.column.page.DictionaryPage;
import org.apache.parquet.column.page.PageReader;
import org.apache.parquet.column.values.ValuesReader;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;

/**
 * Decodes one flat column of a row group, plain and dictionary pages by loops of our own, other
 * encodings through Parquet's readers; conversion to the column's type happens there, for
 * dictionaries once per entry. Numbers held in longs are decoded as they are asked for, in chunks
 * that stay in the processor's cache; the rest a page at once. One thread.
 */
final class ParquetColumn implements ParquetValues {
  private static final int CHUNK = 4096;

  private final ColumnDescriptor descriptor;
  private final PageReader pages;
  private final ParquetCodecs codecs;
  private final PrimitiveTypeName physical;
  private final boolean optional;
  private final boolean asBytes;
  private final boolean asDouble;
  private final boolean asWideDecimal;
  private final ParquetConversion conversion;

  private long[] dictionaryLongs = {};
  private double[] dictionaryDoubles = {};
  private byte[][] dictionaryBytes = {};

  /** What the page was unpacked into; until the next page, for its strings lie in it. */
  private byte[] page = {};

  private int inPage;
  private int pageRows;
  private boolean[] present = {};
  private boolean allPresent;
  private int valueAt;
  private final long[] chunk = new long[CHUNK];
  private double[] doubles = {};
  private byte[] bytes = {};
  private int[] starts = {};
  private int[] ends = {};
  private int[] ids = {};
  private boolean byId;

  /** How the page gives its longs. */
  private Longs source = (out, count) -> {};

  /** Decodes the next {@code count} longs into the start of {@code out}. */
  private interface Longs {
    void next(long[] out, int count);
  }

  ParquetColumn(ColumnDescriptor descriptor, PageReader pages, ParquetCodecs codecs, DataType type)
      throws IOException {
    this.descriptor = descriptor;
    this.pages = pages;
    this.codecs = codecs;
    PrimitiveType primitive = descriptor.getPrimitiveType();
    this.physical = primitive.getPrimitiveTypeName();
    this.optional = descriptor.getMaxDefinitionLevel() > 0;
    boolean binary =
        physical == PrimitiveTypeName.BINARY || physical == PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY;
    this.asWideDecimal = binary && type.kind() == Kind.DECIMAL;
    this.asBytes = binary;
    this.asDouble = physical == PrimitiveTypeName.FLOAT || physical == PrimitiveTypeName.DOUBLE;
    this.conversion = new ParquetConversion(primitive, type);
    DictionaryPage dictionary = pages.readDictionaryPage();
    if (dictionary != null) {
      dictionary(dictionary);
    }
  }

  /** The entries of a dictionary are values as of a plain page. */
  @SuppressWarnings("deprecation") // old writers still say PLAIN_DICTIONARY
  private void dictionary(DictionaryPage entries) throws IOException {
    if (entries.getEncoding() != Encoding.PLAIN
        && entries.getEncoding() != Encoding.PLAIN_DICTIONARY) {
      throw new IOException(
          "a dictionary in "
              + entries.getEncoding()
              + " is not supported, in column "
              + descriptor);
    }
    int size = entries.getDictionarySize();
    ByteBuffer data = data(entries.getBytes());
    plain(data.array(), data.arrayOffset() + data.position(), size);
    if (asBytes) {
      dictionaryBytes = new byte[size][];
      for (int id = 0; id < size; id++) {
        dictionaryBytes[id] = Arrays.copyOfRange(bytes, starts[id], ends[id]);
      }
    } else if (asDouble) {
      dictionaryDoubles = doubles;
      doubles = new double[0];
    } else {
      dictionaryLongs = new long[size];
      source.next(dictionaryLongs, size);
    }
    codecs.giveBack(data.array());
  }

  @Override
  public void read(ColumnBuilder out, int count) throws IOException {
    int left = count;
    while (left > 0) {
      if (inPage == pageRows) {
        nextPage();
      }
      int n = Math.min(left, pageRows - inPage);
      append(out, n);
      inPage += n;
      left -= n;
    }
  }

  @Override
  public void close() {
    codecs.giveBack(page);
    page = new byte[0];
  }

  private void append(ColumnBuilder out, int n) {
    if (allPresent) {
      values(out, n);
      return;
    }
    int i = inPage;
    int end = inPage + n;
    while (i < end) {
      int run = i;
      while (run < end && present[run]) {
        run++;
      }
      values(out, run - i);
      i = run;
      while (i < end && !present[i]) {
        out.appendNull();
        i++;
      }
    }
  }

  private void values(ColumnBuilder out, int n) {
    int from = valueAt;
    valueAt += n;
    if (asBytes) {
      bytes(out, from, n);
    } else if (asDouble) {
      for (int i = from; i < from + n; i++) {
        out.appendDouble(doubles[i]);
      }
    } else {
      for (int done = 0; done < n; ) {
        int count = Math.min(CHUNK, n - done);
        source.next(chunk, count);
        longs(out, count);
        done += count;
      }
    }
  }

  private void longs(ColumnBuilder out, int n) {
    if (out.kind() == Kind.BOOLEAN) {
      for (int i = 0; i < n; i++) {
        out.appendBoolean(chunk[i] != 0);
      }
    } else if (out.kind() == Kind.DECIMAL) {
      for (int i = 0; i < n; i++) {
        out.appendDecimal(chunk[i]);
      }
    } else {
      out.appendLongs(chunk, 0, n);
    }
  }

  private void bytes(ColumnBuilder out, int from, int n) {
    for (int i = from; i < from + n; i++) {
      byte[] source = byId ? dictionaryBytes[ids[i]] : bytes;
      int start = byId ? 0 : starts[i];
      int end = byId ? source.length : ends[i];
      if (asWideDecimal) {
        out.appendDecimal(new BigInteger(source, start, end - start));
      } else {
        out.appendBytes(source, start, end);
      }
    }
  }

  private void nextPage() throws IOException {
    DataPage next = pages.readPage();
    if (next == null) {
      throw new IOException("the row group ends before its rows do, in column " + descriptor);
    }
    inPage = 0;
    valueAt = 0;
    pageRows = next.getValueCount();
    allPresent = !optional;
    codecs.giveBack(page);
    if (next instanceof DataPageV1 first) {
      ByteBuffer data = data(first.getBytes());
      page = data.array();
      int at = data.arrayOffset() + data.position();
      int end = at + data.remaining();
      if (optional) {
        if (first.getDlEncoding() != Encoding.RLE) {
          throw new IOException(
              "definition levels in "
                  + first.getDlEncoding()
                  + " are not supported, in column "
                  + descriptor);
        }
        int levels = at + Integer.BYTES;
        at = levels + data.order(ByteOrder.LITTLE_ENDIAN).getInt();
        levels(page, levels);
      }
      decode(first.getValueEncoding(), at, end);
    } else if (next instanceof DataPageV2 second) {
      if (optional) {
        ByteBuffer levels = data(second.getDefinitionLevels());
        int at = levels.arrayOffset() + levels.position();
        levels(levels.array(), at);
      }
      ByteBuffer data = data(second.getData());
      page = data.array();
      int at = data.arrayOffset() + data.position();
      decode(second.getDataEncoding(), at, at + data.remaining());
    }
  }

  /** The bytes in an array, copied only if they are not in one. */
  private static ByteBuffer data(BytesInput input) throws IOException {
    ByteBuffer buffer = input.toByteBuffer();
    return buffer.hasArray() ? buffer : ByteBuffer.wrap(input.toByteArray());
  }

  private int presentCount() {
    if (allPresent) {
      return pageRows;
    }
    int count = 0;
    for (int i = 0; i < pageRows; i++) {
      count += present[i] ? 1 : 0;
    }
    return count;
  }

  private void levels(byte[] b, int from) {
    RunDecoder runs = new RunDecoder(b, from, 1);
    if (runs.isConstant(1, pageRows)) {
      allPresent = true;
      return;
    }
    if (ids.length < pageRows) {
      ids = new int[pageRows];
    }
    runs.read(ids, pageRows);
    present = present.length < pageRows ? new boolean[pageRows] : present;
    for (int i = 0; i < pageRows; i++) {
      present[i] = ids[i] != 0;
    }
  }

  private void decode(Encoding encoding, int at, int end) throws IOException {
    int count = presentCount();
    byId = false;
    if (encoding == Encoding.PLAIN) {
      plain(page, at, count);
    } else if (encoding.usesDictionary()) {
      byDictionary(at, count);
    } else {
      generic(encoding, at, end, count);
    }
  }

  private void ensure(int count) {
    if (asBytes) {
      if (starts.length < count) {
        starts = new int[count];
        ends = new int[count];
      }
    } else if (asDouble) {
      doubles = doubles.length < count ? new double[count] : doubles;
    }
  }

  private void plain(byte[] data, int at, int count) {
    ensure(count);
    ByteBuffer buffer = ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN).position(at);
    switch (physical) {
      case INT64 -> {
        LongBuffer values = buffer.asLongBuffer();
        source =
            (out, n) -> {
              values.get(out, 0, n);
              conversion.integers(out, n);
            };
      }
      case INT32 -> {
        IntBuffer values = buffer.asIntBuffer();
        source =
            (out, n) -> {
              for (int i = 0; i < n; i++) {
                out[i] = values.get();
              }
              conversion.integers(out, n);
            };
      }
      case BOOLEAN -> source = new Bits(data, at);
      case INT96 ->
          source =
              (out, n) -> {
                for (int i = 0; i < n; i++) {
                  out[i] = conversion.int96(data, buffer.position());
                  buffer.position(buffer.position() + 12);
                }
              };
      case FLOAT -> {
        for (int i = 0; i < count; i++) {
          doubles[i] = buffer.getFloat(at + 4 * i);
        }
      }
      case DOUBLE -> {
        for (int i = 0; i < count; i++) {
          doubles[i] = buffer.getDouble(at + 8 * i);
        }
      }
      case FIXED_LEN_BYTE_ARRAY -> {
        bytes = data;
        int length = descriptor.getPrimitiveType().getTypeLength();
        for (int i = 0; i < count; i++) {
          starts[i] = at + length * i;
          ends[i] = starts[i] + length;
        }
      }
      case BINARY -> {
        bytes = data;
        int next = at;
        for (int i = 0; i < count; i++) {
          starts[i] = next + 4;
          next = starts[i] + buffer.getInt(next);
          ends[i] = next;
        }
      }
    }
  }

  /** Plain booleans, a bit each. */
  private static final class Bits implements Longs {
    private final byte[] data;
    private final int at;
    private int next;

    Bits(byte[] data, int at) {
      this.data = data;
      this.at = at;
    }

    @Override
    public void next(long[] out, int count) {
      for (int i = 0; i < count; i++, next++) {
        out[i] = data[at + (next >> 3)] >> (next & 7) & 1;
      }
    }
  }

  private void byDictionary(int at, int count) {
    byId = asBytes;
    if (count == 0) {
      return;
    }
    RunDecoder runs = new RunDecoder(page, at + 1, page[at]);
    if (!asBytes && !asDouble) {
      source = (out, n) -> runs.read(dictionaryLongs, out, n);
      return;
    }
    if (ids.length < count) {
      ids = new int[count];
    }
    runs.read(ids, count);
    if (asDouble) {
      ensure(count);
      for (int i = 0; i < count; i++) {
        doubles[i] = dictionaryDoubles[ids[i]];
      }
    }
  }

  private void generic(Encoding encoding, int at, int end, int count) throws IOException {
    ensure(count);
    ValuesReader values = encoding.getValuesReader(descriptor, ValuesType.VALUES);
    values.initFromPage(
        count, ByteBufferInputStream.wrap(ByteBuffer.wrap(page, at, end - at).slice()));
    if (!asBytes && !asDouble) {
      source = (out, n) -> generic(values, out, n);
      return;
    }
    java.io.ByteArrayOutputStream text = new java.io.ByteArrayOutputStream();
    for (int i = 0; i < count; i++) {
      switch (physical) {
        case FLOAT -> doubles[i] = values.readFloat();
        case DOUBLE -> doubles[i] = values.readDouble();
        default -> {
          Binary value = values.readBytes();
          starts[i] = text.size();
          text.writeBytes(value.getBytes());
          ends[i] = text.size();
        }
      }
    }
    if (asBytes) {
      bytes = text.toByteArray();
    }
  }

  private void generic(ValuesReader values, long[] out, int count) {
    for (int i = 0; i < count; i++) {
      out[i] =
          switch (physical) {
            case INT32 -> conversion.integer(values.readInteger());
            case INT64 -> conversion.integer(values.readLong());
            case INT96 -> conversion.int96(values.readBytes().getBytes(), 0);
            default -> values.readBoolean() ? 1 : 0;
          };
    }
  }
}
