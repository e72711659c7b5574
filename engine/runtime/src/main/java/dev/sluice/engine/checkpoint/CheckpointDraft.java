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
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.NullVector;

/**
 * A checkpoint being made: first copies of the state are taken, side by side and without I/O as
 * long as memory allows, while the job rests; then another thread writes them, and the manifest
 * last.
 */
public final class CheckpointDraft implements AutoCloseable {
  private final CheckpointStorage.Draft file;
  private final BufferAllocator allocator;
  private final long room;
  private final AtomicLong held = new AtomicLong();
  private final Map<String, Map<String, Manifest.PartState>> parts = new LinkedHashMap<>();
  private final List<Capture> captures = new ArrayList<>();
  private int nextPart;
  private long bytes;

  CheckpointDraft(CheckpointStorage.Draft file, BufferAllocator allocator, long room)
      throws IOException {
    this.file = file;
    this.allocator = allocator;
    this.room = room;
    ChunkFile.writeHead(file);
  }

  /** Rows of one key group that wait to be written. */
  private record Piece(int part, int group, RecordBatch rows) {}

  /**
   * What one thread copies. Keeps copies while there is room for them; from then on everything is
   * written at once, in its order, so that the memory taken is bounded and the job rests longer
   * instead.
   */
  public final class Capture {
    private final Deque<Piece> pieces = new ArrayDeque<>();
    private boolean full;

    /** Takes one task's state of the operator {@code id}; all tasks write to the same parts. */
    public StateWriter operator(String id) {
      return (name, version, layout) -> {
        int part = part(id, name, version, layout);
        return (group, rows) -> take(new Piece(part, group, plain(rows, allocator)));
      };
    }

    private void take(Piece piece) {
      pieces.add(piece);
      full |= held.addAndGet(size(piece.rows())) > room;
      if (full) {
        writeAll();
      }
    }

    private void writeAll() {
      while (!pieces.isEmpty()) {
        Piece piece = pieces.poll();
        held.addAndGet(-size(piece.rows()));
        write(piece.part(), piece.group(), piece.rows());
      }
    }
  }

  private static long size(RecordBatch rows) {
    long sum = 0;
    for (int i = 0; i < rows.schema().size(); i++) {
      sum += rows.vector(i).getBufferSize();
    }
    return sum;
  }

  /** Begins a copy by another thread; what is captured is written in the order of the calls. */
  public Capture capture() {
    Capture capture = new Capture();
    captures.add(capture);
    return capture;
  }

  private int part(String id, String name, int version, Schema layout) {
    synchronized (parts) {
      return parts
          .computeIfAbsent(id, i -> new LinkedHashMap<>())
          .computeIfAbsent(
              name, n -> new Manifest.PartState(nextPart++, n, version, PlanJson.write(layout)))
          .id();
    }
  }

  /** The parts taken for {@code id}. */
  public List<Manifest.PartState> partsOf(String id) {
    synchronized (parts) {
      return new ArrayList<>(parts.getOrDefault(id, Map.of()).values());
    }
  }

  private void write(int part, int group, RecordBatch rows) {
    byte[] encoded = BatchFrame.encode(new BatchFrame.Rows(rows), allocator);
    try {
      synchronized (file) {
        bytes += encoded.length;
        ChunkFile.write(file, part, group, encoded);
      }
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

  /** Bytes of state written so far. */
  public long stateBytes() {
    synchronized (file) {
      return bytes;
    }
  }

  /** Writes what was captured. */
  public void writeState() {
    captures.forEach(Capture::writeAll);
  }

  /** Ends the file and makes it durable. */
  public void publish(Manifest manifest) throws IOException {
    writeState();
    ChunkFile.write(file, ChunkFile.LAST, 0, manifest.bytes());
    file.publish();
  }

  @Override
  public void close() throws IOException {
    captures.forEach(
        capture -> {
          capture.pieces.forEach(piece -> piece.rows().close());
          capture.pieces.clear();
        });
    file.close();
  }
}
