package dev.sluice.connector.file;

import dev.sluice.batch.ArrowTypes;
import dev.sluice.batch.RecordBatch;
import dev.sluice.type.Schema;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowFileWriter;

/** An Arrow IPC file (the random-access form, not compressed), a record batch for each batch. */
final class ArrowPart implements PartWriter {
  private static final int MAX_ROWS = 65_536;

  private final VectorSchemaRoot root;
  private final FileChannel channel;
  private final ArrowFileWriter writer;
  private boolean open = true;

  ArrowPart(Path file, Schema schema, BufferAllocator allocator) throws IOException {
    channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE);
    root = VectorSchemaRoot.create(ArrowTypes.schema(schema), allocator);
    writer = new ArrowFileWriter(root, null, channel);
    writer.start();
  }

  @Override
  public void write(RecordBatch batch, int[] positions, int count) throws IOException {
    for (int from = 0; from < count; from += MAX_ROWS) {
      int rows = Math.min(MAX_ROWS, count - from);
      for (int column = 0; column < batch.schema().size(); column++) {
        root.getVector(column).reset();
        for (int row = 0; row < rows; row++) {
          root.getVector(column).copyFromSafe(positions[from + row], row, batch.vector(column));
        }
      }
      root.setRowCount(rows);
      writer.writeBatch();
    }
  }

  @Override
  public long bytes() {
    return writer.bytesWritten();
  }

  @Override
  public void flush() {}

  @Override
  public void finish() throws IOException {
    writer.end();
    close();
  }

  @Override
  public void close() throws IOException {
    if (open) {
      open = false;
      root.close();
      channel.close();
    }
  }
}
