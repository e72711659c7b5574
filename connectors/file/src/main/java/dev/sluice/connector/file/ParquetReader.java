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
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.arrow.vector.FieldVector;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.ColumnPath;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;

/** Reads one row group column by column; the offset counts its rows. One thread. */
final class ParquetReader implements SplitReader {
  private final Path file;
  private final FileTable table;
  private final UnpackLimit limit;
  private final ReaderContext context;
  private final List<Optional<String>> constants;
  private final FileChannel channel;
  private final PageMemory packed;
  private final List<ParquetValues> columns = new ArrayList<>();
  private final List<ColumnBuilder> builders = new ArrayList<>();
  private final long rows;
  private long row;

  ParquetReader(
      ParquetMetadata footer,
      Path file,
      int group,
      long start,
      UnpackLimit limit,
      FileTable table,
      ReaderContext context)
      throws IOException {
    this.file = file;
    this.table = table;
    this.context = context;
    this.limit = limit;
    this.constants = table.constants(file);
    BlockMetaData block = footer.getBlocks().get(group);
    this.rows = block.getRowCount();
    this.packed = new PageMemory(context.allocator());
    this.channel = FileChannel.open(file, StandardOpenOption.READ);
    try {
      MessageType schema = footer.getFileMetaData().getSchema();
      List<Type> wanted = ParquetFiles.requested(file, schema, table.fromFile());
      for (int i = 0; i < wanted.size(); i++) {
        var field = table.fromFile().field(i);
        ColumnBuilder out = new ColumnBuilder(field.name(), field.type(), context.allocator());
        builders.add(out);
        columns.add(values(schema, block, wanted.get(i), out));
      }
      skip(start);
    } catch (UserError | OutOfMemoryException e) {
      close();
      throw e;
    } catch (IOException | RuntimeException e) {
      close();
      throw unreadable(e);
    }
  }

  /** What a file could not be read for; only bytes that make no sense lead to other exceptions. */
  private IOException unreadable(Exception e) {
    String what = e instanceof IOException ? "cannot be read" : "is damaged";
    return new IOException("'" + file + "' " + what + ": " + e.getMessage(), e);
  }

  private ParquetValues values(
      MessageType schema, BlockMetaData block, Type type, ColumnBuilder out) throws IOException {
    NestedPages store = new NestedPages(rows);
    List<ColumnPages> opened = new ArrayList<>();
    for (ColumnDescriptor column : schema.getColumns()) {
      if (column.getPath()[0].equals(type.getName())) {
        ColumnChunkMetaData chunk = chunk(block, column);
        ColumnPages pages = new ColumnPages(channel, chunk, limit, packed, context.allocator());
        context.bytesRead(chunk.getTotalSize());
        if (type.isPrimitive()) {
          return new ParquetColumn(column, pages, out.type());
        }
        opened.add(pages);
        store.add(column, pages);
      }
    }
    try {
      return new ParquetNested(type.asGroupType(), store, opened, out);
    } catch (RuntimeException e) {
      // it reads dictionaries at once
      opened.forEach(ColumnPages::close);
      throw e;
    }
  }

  private static ColumnChunkMetaData chunk(BlockMetaData block, ColumnDescriptor column)
      throws IOException {
    ColumnPath path = ColumnPath.get(column.getPath());
    for (ColumnChunkMetaData chunk : block.getColumns()) {
      if (chunk.getPath().equals(path)) {
        return chunk;
      }
    }
    throw new IOException("a row group has no column '" + path + "'");
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
    } catch (UserError | OutOfMemoryException e) {
      release(vectors);
      throw e;
    } catch (IOException | RuntimeException e) {
      release(vectors);
      throw unreadable(e);
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
    packed.close();
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException("closing '" + file + "'", e);
    }
  }
}
