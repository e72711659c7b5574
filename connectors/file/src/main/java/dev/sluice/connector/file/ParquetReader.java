package dev.sluice.connector.file;

import dev.sluice.batch.RecordBatch;
import dev.sluice.connector.Fetch;
import dev.sluice.connector.Offset;
import dev.sluice.connector.ReaderContext;
import dev.sluice.connector.SplitReader;
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
import org.apache.parquet.schema.PrimitiveType;

/** Reads one row group column by column; the offset counts its rows. One thread. */
final class ParquetReader implements SplitReader {
  private final Path file;
  private final FileTable table;
  private final ReaderContext context;
  private final List<Optional<String>> constants;
  private final ParquetFileReader reader;
  private final PageReadStore pages;
  private final List<ParquetColumn> columns = new ArrayList<>();
  private final List<ColumnBuilder> builders = new ArrayList<>();
  private final long rows;
  private long row;

  ParquetReader(Path file, int group, long start, FileTable table, ReaderContext context)
      throws IOException {
    this.file = file;
    this.table = table;
    this.context = context;
    this.constants = table.constants(file);
    this.reader = ParquetFiles.open(file);
    try {
      MessageType schema = reader.getFileMetaData().getSchema();
      List<PrimitiveType> wanted = ParquetFiles.requested(file, schema, table.fromFile());
      List<ColumnDescriptor> descriptors =
          wanted.stream()
              .map(type -> schema.getColumnDescription(new String[] {type.getName()}))
              .toList();
      this.rows = reader.getRowGroups().get(group).getRowCount();
      if (descriptors.isEmpty()) {
        this.pages = null;
      } else {
        reader.setRequestedSchema(descriptors.stream().distinct().toList());
        this.pages = reader.readRowGroup(group);
      }
      for (int i = 0; i < descriptors.size(); i++) {
        var field = table.fromFile().field(i);
        columns.add(
            new ParquetColumn(
                descriptors.get(i), pages.getPageReader(descriptors.get(i)), field.type()));
        builders.add(new ColumnBuilder(field.name(), field.type(), context.allocator()));
      }
      reader.getRowGroups().get(group).getColumns().stream()
          .filter(
              chunk ->
                  descriptors.stream()
                      .anyMatch(d -> d.getPath()[0].equals(chunk.getPath().toDotString())))
          .forEach(chunk -> context.bytesRead(chunk.getTotalSize()));
      skip(start);
    } catch (IOException | RuntimeException e) {
      reader.close();
      throw e;
    }
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
      }
    } catch (IOException | RuntimeException e) {
      for (FieldVector vector : vectors) {
        if (vector != null) {
          vector.close();
        }
      }
      throw e;
    }
    row += count;
    RecordBatch batch = RecordBatch.ofVectors(schema, vectors, count);
    return new Fetch.Rows(table.complete(batch, constants, context.allocator()), Offset.of(row));
  }

  @Override
  public void close() {
    builders.forEach(ColumnBuilder::close);
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
