package dev.sluice.engine.checkpoint;

import dev.sluice.batch.BatchFrame;
import dev.sluice.batch.RecordBatch;
import dev.sluice.plan.PlanJson;
import dev.sluice.state.KeyGroups;
import dev.sluice.state.StateReader;
import dev.sluice.type.Schema;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.ObjIntConsumer;
import org.apache.arrow.memory.BufferAllocator;

/** A checkpoint that has been read through and found whole. Single-threaded. */
public final class StoredCheckpoint implements AutoCloseable {
  private record Chunk(int group, long at, int length) {}

  private final String name;
  private final CheckpointStorage.Stored file;
  private final Manifest manifest;
  private final Map<Integer, List<Chunk>> chunks;

  private StoredCheckpoint(
      String name,
      CheckpointStorage.Stored file,
      Manifest manifest,
      Map<Integer, List<Chunk>> chunks) {
    this.name = name;
    this.file = file;
    this.manifest = manifest;
    this.chunks = chunks;
  }

  /**
   * Opens and reads through.
   *
   * @throws IOException if it is damaged or cannot be read
   */
  static StoredCheckpoint open(CheckpointStorage storage, String name) throws IOException {
    CheckpointStorage.Stored file = storage.open(name);
    try {
      Map<Integer, List<Chunk>> chunks = new HashMap<>();
      byte[][] last = new byte[1][];
      ChunkFile.scan(
          file,
          (part, group, at, bytes) -> {
            if (part == ChunkFile.LAST) {
              last[0] = bytes;
            } else {
              chunks
                  .computeIfAbsent(part, p -> new ArrayList<>())
                  .add(new Chunk(group, at, bytes.length));
            }
          });
      return new StoredCheckpoint(name, file, Manifest.of(last[0]), chunks);
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  /** The file's name. */
  public String name() {
    return name;
  }

  public Manifest manifest() {
    return manifest;
  }

  public long bytes() {
    return file.size();
  }

  /** What task {@code task} of {@code width} owns of an operator's state. */
  public StateReader reader(
      Manifest.OperatorState state, int task, int width, BufferAllocator allocator) {
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
                        PlanJson.readSchema(part.layout()),
                        bytes(part.id(), task, width)))
            .toList();
      }

      @Override
      public void read(String part, ObjIntConsumer<RecordBatch> each) {
        Manifest.PartState found = part(state, part).orElseThrow();
        Schema layout = PlanJson.readSchema(found.layout());
        for (Chunk chunk : chunks.getOrDefault(found.id(), List.of())) {
          if (KeyGroups.task(chunk.group(), width) == task) {
            each.accept(rows(chunk, layout, allocator), chunk.group());
          }
        }
      }
    };
  }

  private long bytes(int part, int task, int width) {
    return chunks.getOrDefault(part, List.of()).stream()
        .filter(chunk -> KeyGroups.task(chunk.group(), width) == task)
        .mapToLong(Chunk::length)
        .sum();
  }

  private static Optional<Manifest.PartState> part(Manifest.OperatorState state, String name) {
    return state.parts().stream().filter(p -> p.name().equals(name)).findFirst();
  }

  private RecordBatch rows(Chunk chunk, Schema layout, BufferAllocator allocator) {
    try {
      byte[] bytes = ChunkFile.read(file, chunk.at());
      return ((BatchFrame.Rows) BatchFrame.decode(bytes, layout, allocator)).batch();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
