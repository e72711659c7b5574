package dev.sluice.engine.checkpoint;

import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.BatchFrame;
import dev.sluice.batch.RecordBatch;
import dev.sluice.plan.PlanJson;
import dev.sluice.state.StateWriter;
import dev.sluice.type.DataType;
import dev.sluice.type.Schema;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.NullVector;

/** A checkpoint being written: state first, the manifest last. Single-threaded. */
public final class CheckpointDraft implements AutoCloseable {
  private final CheckpointStorage.Draft file;
  private final BufferAllocator allocator;
  private final Map<String, Map<String, Manifest.PartState>> parts = new LinkedHashMap<>();
  private int nextPart;
  private long bytes;

  CheckpointDraft(CheckpointStorage.Draft file, BufferAllocator allocator) throws IOException {
    this.file = file;
    this.allocator = allocator;
    ChunkFile.writeHead(file);
  }

  /** Takes one task's state of the operator {@code id}; all tasks write to the same parts. */
  public StateWriter operator(String id) {
    Map<String, Manifest.PartState> known = parts.computeIfAbsent(id, i -> new LinkedHashMap<>());
    return (name, version, layout) -> {
      Manifest.PartState part =
          known.computeIfAbsent(
              name, n -> new Manifest.PartState(nextPart++, n, version, PlanJson.write(layout)));
      return (group, rows) -> write(part.id(), group, rows);
    };
  }

  /** The parts written for {@code id}. */
  public List<Manifest.PartState> partsOf(String id) {
    return new ArrayList<>(parts.getOrDefault(id, Map.of()).values());
  }

  private void write(int part, int group, RecordBatch rows) {
    try {
      byte[] encoded = BatchFrame.encode(new BatchFrame.Rows(plain(rows, allocator)), allocator);
      bytes += encoded.length;
      ChunkFile.write(file, part, group, encoded);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The rows with every column of its own type: columns without a value may have none. */
  static RecordBatch plain(RecordBatch rows, BufferAllocator allocator) {
    Schema schema = rows.schema();
    boolean typed = true;
    for (int i = 0; i < schema.size(); i++) {
      boolean none = rows.vector(i) instanceof NullVector;
      typed &= !none || schema.type(i).kind() == DataType.Kind.NULL;
    }
    if (typed) {
      return rows;
    }
    try (rows;
        BatchBuilder builder = new BatchBuilder(schema, allocator)) {
      for (int i = 0; i < rows.rowCount(); i++) {
        builder.copy(rows.kind(rows.position(i)), rows, rows.position(i));
      }
      return builder.build();
    }
  }

  /** Bytes of state so far. */
  public long stateBytes() {
    return bytes;
  }

  /** Ends the file and makes it durable. */
  public void publish(Manifest manifest) throws IOException {
    ChunkFile.write(file, ChunkFile.LAST, 0, manifest.bytes());
    file.publish();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
