package dev.sluice.operator;

import dev.sluice.batch.RecordBatch;
import dev.sluice.state.KeyGroups;
import dev.sluice.state.StateReader;
import dev.sluice.state.StateWriter;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.ObjIntConsumer;

/** State kept in memory: what tests use where a host would use files. */
public final class MemoryState implements StateWriter, AutoCloseable {
  private record Chunk(int group, RecordBatch rows) {}

  private record Saved(int version, List<Chunk> chunks) {}

  private final Map<String, Saved> parts = new TreeMap<>();

  @Override
  public Part part(String name, int version, Schema layout) {
    Saved saved = parts.computeIfAbsent(name, n -> new Saved(version, new ArrayList<>()));
    return (group, rows) -> {
      if (!rows.schema().equals(layout)) {
        throw new IllegalStateException("chunk of another layout: " + rows.schema());
      }
      saved.chunks().add(new Chunk(group, rows));
    };
  }

  /** What task {@code task} of {@code parallelism} may read. */
  public StateReader reader(int task, int parallelism) {
    return new StateReader() {
      @Override
      public OptionalInt version(String name) {
        return parts.containsKey(name)
            ? OptionalInt.of(parts.get(name).version())
            : OptionalInt.empty();
      }

      @Override
      public void readAll(String name, ObjIntConsumer<RecordBatch> each) {
        for (Chunk chunk : parts.get(name).chunks()) {
          each.accept(chunk.rows().share(), chunk.group());
        }
      }

      @Override
      public void read(String name, ObjIntConsumer<RecordBatch> each) {
        List<Chunk> chunks = parts.containsKey(name) ? parts.get(name).chunks() : List.of();
        for (Chunk chunk : chunks) {
          if (KeyGroups.task(chunk.group(), parallelism) == task) {
            each.accept(chunk.rows().share(), chunk.group());
          }
        }
      }
    };
  }

  @Override
  public void close() {
    parts.values().forEach(saved -> saved.chunks().forEach(chunk -> chunk.rows().close()));
  }
}
