package dev.sluice.engine.checkpoint;

import dev.sluice.batch.BatchFrame;
import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.Rows;
import dev.sluice.batch.Selection;
import dev.sluice.plan.PlanJson;
import dev.sluice.state.KeyColumns;
import dev.sluice.state.KeyGroups;
import dev.sluice.state.KeyTable;
import dev.sluice.state.StateReader;
import dev.sluice.type.RowKind;
import dev.sluice.type.Schema;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.IntPredicate;
import java.util.function.ObjIntConsumer;
import org.apache.arrow.memory.BufferAllocator;

/**
 * A checkpoint whose files have all been read through and found whole. Its readers may be used side
 * by side.
 */
public final class StoredCheckpoint {
  private final String name;
  private final StateFiles files;
  private final Manifest manifest;
  private final long bytes;

  private StoredCheckpoint(String name, StateFiles files, Manifest manifest, long bytes) {
    this.name = name;
    this.files = files;
    this.manifest = manifest;
    this.bytes = bytes;
  }

  /**
   * Opens and reads through.
   *
   * @param files which it reads, and keeps open
   * @throws IOException if it is damaged or cannot be read
   */
  static StoredCheckpoint open(StateFiles files, String name) throws IOException {
    Manifest manifest = files.manifest(name);
    long sum = files.file(name).size();
    for (String file : manifest.files()) {
      if (!file.equals(name)) {
        sum += needed(files, file).size();
      }
    }
    return new StoredCheckpoint(name, files, manifest, sum);
  }

  private static StateFiles.StateFile needed(StateFiles files, String file) throws IOException {
    try {
      return files.file(file);
    } catch (ChunkFile.NewerException e) {
      throw e;
    } catch (java.nio.file.NoSuchFileException e) {
      throw new ChunkFile.DamagedException("it needs '" + file + "', which is not there");
    } catch (ChunkFile.DamagedException e) {
      throw new ChunkFile.DamagedException(
          "it needs '" + file + "', which is damaged: " + e.getMessage());
    }
  }

  /** The file's name. */
  public String name() {
    return name;
  }

  public Manifest manifest() {
    return manifest;
  }

  /** Of all files it needs. */
  public long bytes() {
    return bytes;
  }

  /** What task {@code task} of {@code width} owns of an operator's state, as it was saved. */
  public StateReader reader(
      Manifest.OperatorState state, int task, int width, BufferAllocator allocator) {
    return reader(state, Map.of(), task, width, allocator);
  }

  /**
   * What task {@code task} of {@code width} owns of an operator's state.
   *
   * @param changes parts that are given in another layout
   */
  public StateReader reader(
      Manifest.OperatorState state,
      Map<Manifest.PartState, LayoutChange> changes,
      int task,
      int width,
      BufferAllocator allocator) {
    return new StateReader() {
      @Override
      public OptionalInt version(String part) {
        Optional<Manifest.PartState> found = part(state, part);
        return found.isPresent() ? OptionalInt.of(found.get().version()) : OptionalInt.empty();
      }

      @Override
      public List<Part> parts() {
        return state.parts().stream()
            .map(
                part ->
                    new Part(
                        part.name(),
                        part.version(),
                        changes.containsKey(part)
                            ? changes.get(part).wanted()
                            : PlanJson.readSchema(part.layout()),
                        size(part, task, width)))
            .toList();
      }

      @Override
      public void readAll(String part, ObjIntConsumer<RecordBatch> each) {
        read(part, group -> true, each);
      }

      @Override
      public void read(String part, ObjIntConsumer<RecordBatch> each) {
        read(part, group -> KeyGroups.task(group, width) == task, each);
      }

      private void read(String name, IntPredicate wanted, ObjIntConsumer<RecordBatch> each) {
        part(state, name).ifPresent(found -> readPart(found, wanted, each));
      }

      private void readPart(
          Manifest.PartState part, IntPredicate wanted, ObjIntConsumer<RecordBatch> each) {
        ObjIntConsumer<RecordBatch> changed =
            as(Optional.ofNullable(changes.get(part)), allocator, each);
        for (int group = 0; group < KeyGroups.COUNT; group++) {
          if (wanted.test(group)) {
            readGroup(part, group, allocator, changed);
          }
        }
      }
    };
  }

  private static ObjIntConsumer<RecordBatch> as(
      Optional<LayoutChange> change, BufferAllocator allocator, ObjIntConsumer<RecordBatch> each) {
    return change.isEmpty()
        ? each
        : (batch, group) -> each.accept(change.get().apply(batch, allocator), group);
  }

  private long size(Manifest.PartState part, int task, int width) {
    long sum = 0;
    for (Manifest.FileState file : part.files()) {
      for (int group = 0; group < KeyGroups.COUNT; group++) {
        if (KeyGroups.task(group, width) == task) {
          for (StateFiles.Chunk chunk : chunks(file, group)) {
            sum += chunk.length();
          }
        }
      }
    }
    return sum;
  }

  private List<StateFiles.Chunk> chunks(Manifest.FileState file, int group) {
    try {
      return files.file(file.file()).chunks(file.part(), group);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Optional<Manifest.PartState> part(Manifest.OperatorState state, String name) {
    return state.parts().stream().filter(p -> p.name().equals(name)).findFirst();
  }

  /** Gives the rows of a key group: of each key those of the newest file that tells of it. */
  private void readGroup(
      Manifest.PartState part,
      int group,
      BufferAllocator allocator,
      ObjIntConsumer<RecordBatch> each) {
    Schema layout = PlanJson.readSchema(part.layout());
    KeyColumns columns = new KeyColumns(layout, part.identity());
    KeyTable newer = new KeyTable(columns);
    for (int i = part.files().size() - 1; i >= 0; i--) {
      Manifest.FileState file = part.files().get(i);
      List<StateFiles.Chunk> chunks = chunks(file, group);
      KeyTable own = new KeyTable(columns);
      boolean anew = i == 0;
      for (StateFiles.Chunk chunk : chunks) {
        if (chunk.length() == 0) {
          anew = true;
        }
      }
      for (StateFiles.Chunk chunk : chunks) {
        if (chunk.length() > 0) {
          RecordBatch batch = rows(file, chunk, layout, allocator);
          if (part.files().size() == 1) {
            each.accept(batch, group);
          } else {
            give(batch, columns, newer, anew ? Optional.empty() : Optional.of(own), group, each);
          }
        }
      }
      if (anew) {
        return;
      }
      newer.merge(own, new int[own.size()]);
    }
  }

  private static void give(
      RecordBatch batch,
      KeyColumns columns,
      KeyTable newer,
      Optional<KeyTable> own,
      int group,
      ObjIntConsumer<RecordBatch> each) {
    Rows rows = Rows.of(batch);
    columns.load(batch, rows);
    int[] slots = new int[rows.count()];
    own.ifPresent(keys -> keys.slots(columns, slots));
    newer.find(columns, slots);
    int[] kept = new int[rows.count()];
    int n = 0;
    for (int i = 0; i < kept.length; i++) {
      int position = rows.position(i);
      if (slots[i] < 0 && batch.kind(position) == RowKind.INSERT) {
        kept[n++] = position;
      }
    }
    if (n == 0) {
      batch.close();
    } else {
      each.accept(batch.select(new Selection(kept, n)).withKinds(Optional.empty()), group);
    }
  }

  private RecordBatch rows(
      Manifest.FileState file, StateFiles.Chunk chunk, Schema layout, BufferAllocator allocator) {
    try {
      byte[] bytes = files.file(file.file()).read(chunk);
      return ((BatchFrame.Rows) BatchFrame.decode(bytes, layout, allocator)).batch();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
