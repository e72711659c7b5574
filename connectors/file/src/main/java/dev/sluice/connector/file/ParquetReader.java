package dev.sluice.connector.file;

import dev.sluice.batch.RecordBatch;
import dev.sluice.connector.Fetch;
import dev.sluice.connector.Offset;
import dev.sluice.connector.ReaderContext;
import dev.sluice.connector.SplitReader;
import dev.sluice.error.UserError;
import dev.sluice.format.ColumnBuilder;
import dev.sluice.type.Schema;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.vector.FieldVector;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;

/** Reads one row group column by column; the offset counts its rows. One thread. */
final class ParquetReader implements SplitReader {
  private final Path file;
  private final FileTable table;
  private final ReaderContext context;
  private final List<Optional<String>> constants;
  private final ParquetFileReader reader;
  private final PageReadStore pages;
  private final List<ParquetValues> columns = new ArrayList<>();
  private final List<ColumnBuilder> builders = new ArrayList<>();
  private final long rows;
  private long row;

  /** Takes ownership of {@code reader}, which unpacks through {@code codecs}. */
  ParquetReader(
      ParquetFileReader reader,
      ParquetCodecs codecs,
      Path file,
      int group,
      long start,
      FileTable table,
      ReaderContext context)
      throws IOException {
    this.file = file;
    this.table = table;
    this.context = context;
    this.constants = table.constants(file);
    this.reader = reader;
    try {
      MessageType schema = reader.getFileMetaData().getSchema();
      List<Type> wanted = ParquetFiles.requested(file, schema, table.fromFile());
      this.rows = reader.getRowGroups().get(group).getRowCount();
      if (wanted.isEmpty()) {
        this.pages = null;
      } else {
        reader.setRequestedSchema(new MessageType("wanted", wanted.stream().distinct().toList()));
        this.pages = reader.readRowGroup(group);
      }
      for (int i = 0; i < wanted.size(); i++) {
        var field = table.fromFile().field(i);
        ColumnBuilder out = new ColumnBuilder(field.name(), field.type(), context.allocator());
        builders.add(out);
        columns.add(values(schema, wanted.get(i), codecs, out));
      }
      reader.getRowGroups().get(group).getColumns().stream()
          .filter(
              chunk ->
                  wanted.stream()
                      .anyMatch(type -> type.getName().equals(chunk.getPath().toArray()[0])))
          .forEach(chunk -> context.bytesRead(chunk.getTotalSize()));
      skip(start);
    } catch (IOException | RuntimeException e) {
      reader.close();
      throw e;
    }
  }

  private ParquetValues values(
      MessageType schema, Type type, ParquetCodecs codecs, ColumnBuilder out) throws IOException {
    if (!type.isPrimitive()) {
      return new ParquetNested(type.asGroupType(), pages, out);
    }
    ColumnDescriptor descriptor = schema.getColumnDescription(new String[] {type.getName()});
    return new ParquetColumn(descriptor, pages.getPageReader(descriptor), codecs, out.type());
  }

  private void skip(long start) throws IOException {
    while (row < start) {
      int count = (int) Math.min(8192, start - row);
      for (int i = 0; i < columns.size(); i++) {
        columns.get(i).read(builders.get(i), count);
        builders.get(i).truncate(0);
      }
      row += count;
    }
  }

  @Override
  public Fetch fetch(int maxRows, long maxBytes, Duration maxWait) throws IOException {
    if (row >= rows) {
      return new Fetch.EndOfSplit(Offset.of(row));
    }
    int count = (int) Math.min(maxRows, rows - row);
    Schema schema = table.fromFile();
    FieldVector[] vectors = new FieldVector[columns.size()];
    try {
      for (int i = 0; i < vectors.length; i++) {
        columns.get(i).read(builders.get(i), count);
        vectors[i] = builders.get(i).finish();
        FileTable.checkNotNull(file, schema.field(i), vectors[i], row);
      }
    } catch (IOException | UserError e) {
      release(vectors);
      throw e;
    } catch (RuntimeException e) {
      release(vectors);
      throw new IOException("'" + file + "' is damaged: " + e, e);
    }
    row += count;
    RecordBatch batch = RecordBatch.ofVectors(schema, vectors, count);
    return new Fetch.Rows(table.complete(batch, constants, context.allocator()), Offset.of(row));
  }

  private static void release(FieldVector[] vectors) {
    for (FieldVector vector : vectors) {
      if (vector != null) {
        vector.close();
      }
    }
  }

  @Override
  public void close() {
    builders.forEach(ColumnBuilder::close);
    columns.forEach(ParquetValues::close);
    if (pages != null) {
      pages.close();
    }
    try {
      reader.close();
    } catch (IOException e) {
      throw new UncheckedIOException("closing '" + file + "'", e);
    }
  }
}
