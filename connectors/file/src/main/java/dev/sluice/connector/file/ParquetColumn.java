package dev.sluice.connector.file;

import dev.sluice.connector.file.ColumnPages.Page;
import dev.sluice.format.ColumnBuilder;
import dev.sluice.type.DataType;
import java.io.IOException;
import org.apache.arrow.memory.util.MemoryUtil;
import org.apache.parquet.bytes.ByteBufferInputStream;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.format.DataPageHeader;
import org.apache.parquet.format.DataPageHeaderV2;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;

/**
 * Decodes one flat column of a row group, plain and dictionary pages by loops of our own, other
 * encodings through Parquet's readers. Values are decoded as they are asked for and go to the
 * column from where the page was unpacked. One thread.
 */
final class ParquetColumn implements ParquetValues {
  private final ColumnDescriptor descriptor;
  private final ColumnPages pages;
  private final PrimitiveTypeName physical;
  private final DataType type;
  private final boolean optional;
  private final ParquetConversion conversion;

  private long[] dictionaryLongs = {};
  private double[] dictionaryDoubles = {};
  private PageTexts.Dictionary dictionaryTexts = new PageTexts.Dictionary(0, 0, 0, 0);

  private int inPage;
  private int pageRows;
  private boolean[] present = {};
  private int[] levels = {};
  private boolean allPresent;
  private PageValues values = (out, count) -> {};

  /** Takes ownership of {@code pages}. */
  ParquetColumn(ColumnDescriptor descriptor, ColumnPages pages, DataType type) {
    this.descriptor = descriptor;
    this.pages = pages;
    this.type = type;
    PrimitiveType primitive = descriptor.getPrimitiveType();
    this.physical = primitive.getPrimitiveTypeName();
    this.optional = descriptor.getMaxDefinitionLevel() > 0;
    this.conversion = new ParquetConversion(primitive, type);
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
    pages.close();
  }

  private void append(ColumnBuilder out, int n) {
    if (allPresent) {
      values.append(out, n);
      return;
    }
    int i = inPage;
    int end = inPage + n;
    while (i < end) {
      int run = i;
      while (run < end && present[run]) {
        run++;
      }
      values.append(out, run - i);
      i = run;
      while (i < end && !present[i]) {
        out.appendNull();
        i++;
      }
    }
  }

  private void nextPage() throws IOException {
    Page page =
        pages
            .next()
            .orElseThrow(
                () ->
                    new IOException(
                        "the row group ends before its rows do, in column " + descriptor));
    if (page.isDictionary()) {
      dictionary(page);
      return;
    }
    inPage = 0;
    pageRows = page.values();
    allPresent = !optional;
    if (page.header().isSetData_page_header_v2()) {
      second(page, page.header().getData_page_header_v2());
    } else {
      first(page, page.header().getData_page_header());
    }
  }

  private void first(Page page, DataPageHeader header) throws IOException {
    long at = page.at();
    if (optional) {
      if (header.getDefinition_level_encoding() != org.apache.parquet.format.Encoding.RLE) {
        throw unsupported("definition levels", header.getDefinition_level_encoding());
      }
      long from = at + Integer.BYTES;
      int length = page.size() < Integer.BYTES ? -1 : MemoryUtil.getInt(at);
      if (length < 0 || length > page.end() - from) {
        throw new IOException("levels of " + length + " bytes, in column " + descriptor);
      }
      at = from + length;
      levels(from, at);
    }
    values = values(header.getEncoding(), at, page);
  }

  private void second(Page page, DataPageHeaderV2 header) throws IOException {
    long from = page.at() + header.getRepetition_levels_byte_length();
    long at = from + header.getDefinition_levels_byte_length();
    if (optional) {
      levels(from, at);
    }
    values = values(header.getEncoding(), at, page);
  }

  private void levels(long from, long end) {
    RunDecoder runs = new RunDecoder(from, end, 1);
    if (runs.isConstant(1, pageRows)) {
      allPresent = true;
      return;
    }
    if (levels.length < pageRows) {
      levels = new int[pageRows];
      present = new boolean[pageRows];
    }
    runs.read(levels, pageRows);
    for (int i = 0; i < pageRows; i++) {
      present[i] = levels[i] != 0;
    }
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

  private boolean isBytes() {
    return physical == PrimitiveTypeName.BINARY
        || physical == PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY;
  }

  private boolean isDouble() {
    return physical == PrimitiveTypeName.FLOAT || physical == PrimitiveTypeName.DOUBLE;
  }

  /** Bytes of each value; 0 if they differ. */
  private int fixedWidth() {
    return physical == PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY
        ? descriptor.getPrimitiveType().getTypeLength()
        : 0;
  }

  private PageValues values(org.apache.parquet.format.Encoding named, long at, Page page)
      throws IOException {
    int count = presentCount();
    Encoding encoding = Encoding.valueOf(named.name());
    if (encoding == Encoding.PLAIN) {
      return plain(at, page.end(), count);
    }
    if (encoding.usesDictionary()) {
      return count == 0 ? (out, n) -> {} : byDictionary(at, page);
    }
    int from = (int) (at - page.at());
    ByteBufferInputStream rest =
        ByteBufferInputStream.wrap(
            java.nio.ByteBuffer.wrap(PageMemory.copy(at, page.size() - from)));
    return new GenericValues(descriptor, encoding, conversion, rest, count);
  }

  private PageValues plain(long at, long end, int count) {
    if (physical == PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY) {
      return PageTexts.fixed(at, end, fixedWidth());
    }
    return isBytes()
        ? PageTexts.plain(at, end)
        : PageNumbers.plain(physical, conversion, type, at, end, count);
  }

  private PageValues byDictionary(long at, Page page) {
    if (at >= page.end()) {
      throw new IllegalStateException("a page without values");
    }
    RunDecoder runs = new RunDecoder(at + 1, page.end(), MemoryUtil.getByte(at));
    if (isBytes()) {
      return dictionaryTexts.values(runs);
    }
    if (isDouble()) {
      return doubles(runs);
    }
    long[] entries = dictionaryLongs;
    return PageValues.of((out, count) -> runs.read(entries, out, count));
  }

  private PageValues doubles(RunDecoder runs) {
    double[] entries = dictionaryDoubles;
    int[] ids = new int[PageValues.CHUNK];
    return (out, count) -> {
      for (int done = 0; done < count; ) {
        int n = Math.min(ids.length, count - done);
        runs.read(ids, n);
        for (int i = 0; i < n; i++) {
          out.appendDouble(entries[ids[i]]);
        }
        done += n;
      }
    };
  }

  /** The entries of a dictionary are values as of a plain page. */
  @SuppressWarnings("deprecation") // old writers still say PLAIN_DICTIONARY
  private void dictionary(Page page) throws IOException {
    var header = page.header().getDictionary_page_header();
    Encoding encoding = Encoding.valueOf(header.getEncoding().name());
    if (encoding != Encoding.PLAIN && encoding != Encoding.PLAIN_DICTIONARY) {
      throw unsupported("a dictionary", header.getEncoding());
    }
    int size = header.getNum_values();
    if (size < 0 || size > page.size() * 8L) {
      throw new IOException("a dictionary of " + size + " entries, in column " + descriptor);
    }
    if (isBytes()) {
      dictionaryTexts = new PageTexts.Dictionary(page.at(), page.end(), fixedWidth(), size);
    } else if (isDouble()) {
      dictionaryDoubles = PageNumbers.doubles(physical, page.at(), page.end(), size);
    } else {
      dictionaryLongs = new long[size];
      PageNumbers.integers(physical, conversion, page.at(), page.end(), size)
          .next(dictionaryLongs, size);
    }
  }

  private IOException unsupported(String what, Object encoding) {
    return new IOException(what + " in " + encoding + " is not supported, in column " + descriptor);
  }
}
