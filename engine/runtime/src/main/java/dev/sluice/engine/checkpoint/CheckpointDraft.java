package dev.sluice.engine.checkpoint;

import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.BatchFrame;
import dev.sluice.batch.RecordBatch;
import dev.sluice.plan.PlanJson;
import dev.sluice.state.KeyGroups;
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
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.NullVector;

/**
 * A checkpoint being made: copies of the state come in from the tasks, another thread writes them
 * to a file of their own, and the manifest last. Of parts that know what has changed only that is
 * asked for, as long as what the files of earlier checkpoints have of it is worth more than what
 * has taken its place. Safe for use by any thread.
 */
public final class CheckpointDraft implements AutoCloseable {
  /** So many files at most hold a part; then it is written whole. */
  private static final int MOST_FILES = 200;

  private final CheckpointStorage storage;
  private final String stateFile;
  private final BufferAllocator allocator;
  private final long room;
  private final Previous previous;
  private final AtomicLong held = new AtomicLong();
  private final Map<String, Map<String, Part>> parts = new LinkedHashMap<>();

  /** Guarded by itself, with whether nothing more is taken. */
  private final Deque<Piece> waiting = new ArrayDeque<>();

  private boolean closed;

  /** Guards what follows, and that pieces are written in their order. */
  private final Object writing = new Object();

  private Optional<CheckpointStorage.Draft> draft = Optional.empty();
  private Optional<ChunkFile.Writer> writer = Optional.empty();
  private long bytes;
  private int nextPart;

  /** What the checkpoint before has of a part. */
  @FunctionalInterface
  public interface Previous {
    /** The part {@code name} of the operator {@code id}. */
    Optional<Manifest.PartState> part(String id, String name);
  }

  /**
   * A draft whose state goes to {@code stateFile}.
   *
   * @param room bytes that may wait to be written
   */
  CheckpointDraft(
      CheckpointStorage storage,
      String stateFile,
      BufferAllocator allocator,
      long room,
      Previous previous) {
    this.storage = storage;
    this.stateFile = stateFile;
    this.allocator = allocator;
    this.room = room;
    this.previous = previous;
  }

  /**
   * Rows of one key group that wait to be written; none: what is in earlier files does not count.
   *
   * @param bytes what they hold of {@link #room}
   */
  private record Piece(Part part, int group, Optional<RecordBatch> rows, long bytes) {
    void close() {
      rows.ifPresent(RecordBatch::close);
    }
  }

  /** A part of an operator's state, which all its tasks write to. */
  private static final class Part {
    private final int id;
    private final String name;
    private final int version;
    private final String layout;
    private List<Integer> identity = List.of();
    private List<Manifest.FileState> before = List.of();
    private long bytes;

    Part(int id, String name, int version, String layout) {
      this.id = id;
      this.name = name;
      this.version = version;
      this.layout = layout;
    }

    Manifest.PartState state(String file) {
      List<Manifest.FileState> files = new ArrayList<>(before);
      if (bytes > 0) {
        files.add(new Manifest.FileState(file, id, bytes));
      }
      return new Manifest.PartState(id, name, version, layout, identity, files);
    }
  }

  /** What one task copies; used by one thread at a time. */
  public final class Capture {
    private final int task;
    private final int width;

    private Capture(int task, int width) {
      this.task = task;
      this.width = width;
    }

    /** Takes the task's state of the operator {@code id}. */
    public StateWriter operator(String id) {
      return new StateWriter() {
        @Override
        public Part part(String name, int version, Schema layout) {
          CheckpointDraft.Part part = whole(id, name, version, layout);
          return (group, rows) -> take(part, group, rows);
        }

        @Override
        public Part part(
            String name, int version, Schema layout, List<Integer> identity, boolean known) {
          CheckpointDraft.Part part = changing(id, name, version, layout, identity);
          boolean changes = known && !part.before.isEmpty();
          if (!changes) {
            anew(part);
          }
          return new Part() {
            @Override
            public void write(int keyGroup, RecordBatch rows) {
              take(part, keyGroup, rows);
            }

            @Override
            public boolean wantsChanges() {
              return changes;
            }
          };
        }
      };
    }

    private CheckpointDraft.Part whole(String id, String name, int version, Schema layout) {
      CheckpointDraft.Part part = CheckpointDraft.this.part(id, name, version, layout);
      anew(part);
      return part;
    }

    /** What earlier files have of the task's key groups counts no more. */
    private void anew(CheckpointDraft.Part part) {
      if (!part.before.isEmpty()) {
        for (int group = 0; group < KeyGroups.COUNT; group++) {
          if (KeyGroups.task(group, width) == task) {
            put(new Piece(part, group, Optional.empty(), 0));
          }
        }
      }
    }

    private void take(CheckpointDraft.Part part, int group, RecordBatch rows) {
      RecordBatch plain = plain(rows, allocator);
      long size = size(plain);
      boolean full = held.addAndGet(size) > room;
      // from here on the rows are the writer's, who may close them
      put(new Piece(part, group, Optional.of(plain), size));
      if (full) {
        // more than may wait: then the job does
        writeWaiting();
      }
    }
  }

  private void put(Piece piece) {
    synchronized (waiting) {
      if (closed) {
        piece.close();
      } else {
        waiting.add(piece);
      }
    }
  }

  /** A share of columns that several pieces may have in common. */
  private static long size(RecordBatch rows) {
    long sum = 0;
    for (int i = 0; i < rows.schema().size(); i++) {
      sum += rows.vector(i).getBufferSize();
    }
    return rows.length() == 0 ? sum : sum * rows.rowCount() / rows.length();
  }

  /** Takes the copies of task {@code task} of {@code width}. */
  public Capture capture(int task, int width) {
    return new Capture(task, width);
  }

  private Part part(String id, String name, int version, Schema layout) {
    synchronized (parts) {
      return parts
          .computeIfAbsent(id, i -> new LinkedHashMap<>())
          .computeIfAbsent(name, n -> new Part(nextPart++, n, version, PlanJson.write(layout)));
    }
  }

  private Part changing(
      String id, String name, int version, Schema layout, List<Integer> identity) {
    synchronized (parts) {
      boolean first = !parts.getOrDefault(id, Map.of()).containsKey(name);
      Part part = part(id, name, version, layout);
      part.identity = List.copyOf(identity);
      if (first) {
        part.before =
            previous
                .part(id, name)
                .filter(
                    b ->
                        b.version() == version
                            && b.layout().equals(part.layout)
                            && b.identity().equals(part.identity)
                            && isWorthKeeping(b.files()))
                .map(Manifest.PartState::files)
                .orElse(List.of());
      }
      return part;
    }
  }

  /** Less has been written since than there was at first. */
  private static boolean isWorthKeeping(List<Manifest.FileState> files) {
    if (files.isEmpty() || files.size() >= MOST_FILES) {
      return false;
    }
    long sum = files.stream().mapToLong(Manifest.FileState::bytes).sum();
    return sum < 2 * files.get(0).bytes();
  }

  /** The parts taken for {@code id}; once everything has been written. */
  public List<Manifest.PartState> partsOf(String id) {
    synchronized (parts) {
      return parts.getOrDefault(id, Map.of()).values().stream()
          .map(part -> part.state(stateFile))
          .toList();
    }
  }

  /** Whether so much waits to be written that it is better not to copy more. */
  public boolean isFull() {
    return held.get() > room / 2;
  }

  /** Whether something waits to be written. */
  public boolean hasWaiting() {
    synchronized (waiting) {
      return !waiting.isEmpty();
    }
  }

  /** Writes what has come in so far. */
  public void writeWaiting() {
    synchronized (writing) {
      Optional<Piece> next = next();
      while (next.isPresent()) {
        write(next.get());
        next = next();
      }
    }
  }

  private Optional<Piece> next() {
    synchronized (waiting) {
      return Optional.ofNullable(waiting.poll());
    }
  }

  private void write(Piece piece) {
    byte[] encoded = {};
    held.addAndGet(-piece.bytes());
    if (piece.rows().isPresent()) {
      encoded = BatchFrame.encode(new BatchFrame.Rows(piece.rows().get()), allocator);
    }
    try {
      if (writer.isEmpty()) {
        CheckpointStorage.Draft made = storage.create(stateFile);
        draft = Optional.of(made);
        writer = Optional.of(new ChunkFile.Writer(made));
      }
      long taken = writer.get().write(piece.part().id, piece.group(), encoded);
      piece.part().bytes += taken;
      bytes += taken;
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
    synchronized (writing) {
      return bytes;
    }
  }

  /** Makes the state durable. */
  void publishState() throws IOException {
    writeWaiting();
    synchronized (writing) {
      if (writer.isPresent()) {
        writer.get().end();
        draft.orElseThrow().publish();
      }
    }
  }

  @Override
  public void close() throws IOException {
    synchronized (waiting) {
      closed = true;
    }
    Optional<Piece> left = next();
    while (left.isPresent()) {
      left.get().close();
      left = next();
    }
    synchronized (writing) {
      if (draft.isPresent()) {
        draft.get().close();
      }
    }
  }
}
