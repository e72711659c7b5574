package dev.sluice.connector.file;

import dev.sluice.connector.file.ColumnPages.Page;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.page.DataPage;
import org.apache.parquet.column.page.DataPageV1;
import org.apache.parquet.column.page.DataPageV2;
import org.apache.parquet.column.page.DictionaryPage;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.column.page.PageReader;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.format.DataPageHeader;
import org.apache.parquet.format.DataPageHeaderV2;
import org.apache.parquet.format.DictionaryPageHeader;

/** The pages of the columns inside a nested one, as Parquet's assembly of records wants them. */
final class NestedPages implements PageReadStore {
  private final Map<ColumnDescriptor, ColumnPages> columns = new LinkedHashMap<>();
  private final long rows;

  NestedPages(long rows) {
    this.rows = rows;
  }

  /** The pages stay the caller's. */
  void add(ColumnDescriptor column, ColumnPages pages) {
    columns.put(column, pages);
  }

  @Override
  public PageReader getPageReader(ColumnDescriptor column) {
    ColumnPages pages = columns.get(column);
    return new Pages(column, pages);
  }

  @Override
  public long getRowCount() {
    return rows;
  }

  /** Copies each page, for Parquet may keep it. */
  private static final class Pages implements PageReader {
    private final ColumnDescriptor column;
    private final ColumnPages pages;
    private Optional<Page> ahead = Optional.empty();

    Pages(ColumnDescriptor column, ColumnPages pages) {
      this.column = column;
      this.pages = pages;
    }

    @Override
    public long getTotalValueCount() {
      return pages.valueCount();
    }

    private Optional<Page> next() {
      try {
        return pages.next();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** Null where there is none, as Parquet has it. */
    @Override
    public DictionaryPage readDictionaryPage() {
      ahead = next();
      if (ahead.isEmpty() || !ahead.get().isDictionary()) {
        return null;
      }
      Page page = ahead.get();
      ahead = Optional.empty();
      DictionaryPageHeader header = page.header().getDictionary_page_header();
      return new DictionaryPage(
          BytesInput.from(PageMemory.copy(page.at(), page.size())),
          header.getNum_values(),
          encoding(header.getEncoding()));
    }

    /** Null behind the last, as Parquet has it. */
    @Override
    public DataPage readPage() {
      Optional<Page> next = ahead.isPresent() ? ahead : next();
      ahead = Optional.empty();
      return next.map(this::dataPage).orElse(null);
    }

    private DataPage dataPage(Page page) {
      Statistics<?> none = Statistics.createStats(column.getPrimitiveType());
      if (page.header().isSetData_page_header_v2()) {
        DataPageHeaderV2 header = page.header().getData_page_header_v2();
        int repetition = header.getRepetition_levels_byte_length();
        int definition = header.getDefinition_levels_byte_length();
        int levels = repetition + definition;
        return DataPageV2.uncompressed(
            header.getNum_rows(),
            header.getNum_nulls(),
            header.getNum_values(),
            BytesInput.from(PageMemory.copy(page.at(), repetition)),
            BytesInput.from(PageMemory.copy(page.at() + repetition, definition)),
            encoding(header.getEncoding()),
            BytesInput.from(PageMemory.copy(page.at() + levels, page.size() - levels)),
            none);
      }
      DataPageHeader header = page.header().getData_page_header();
      return new DataPageV1(
          BytesInput.from(PageMemory.copy(page.at(), page.size())),
          header.getNum_values(),
          page.size(),
          none,
          encoding(header.getRepetition_level_encoding()),
          encoding(header.getDefinition_level_encoding()),
          encoding(header.getEncoding()));
    }

    private static Encoding encoding(org.apache.parquet.format.Encoding named) {
      return Encoding.valueOf(named.name());
    }
  }
}
