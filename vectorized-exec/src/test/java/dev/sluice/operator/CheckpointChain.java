package dev.sluice.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.RecordBatch;
import dev.sluice.state.KeyGroups;
import dev.sluice.state.StateReader;
import dev.sluice.state.StateWriter;
import dev.sluice.type.RowKind;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import java.util.function.ObjIntConsumer;
import org.apache.arrow.memory.BufferAllocator;

/**
 * Checkpoints of an operator in memory, each of which takes only what has changed wherever the
 * operator knows that: of each key the rows of the newest that tells of it. What they come to is
 * compared with a snapshot of the whole.
 */
final class CheckpointChain implements AutoCloseable {
  /** By part, key group and key: the rows. */
  private record Saved(
      int version, Schema layout, Map<Integer, Map<String, List<RecordBatch>>> rows) {}

  private final BufferAllocator allocator;
  private final Map<String, Saved> parts = new TreeMap<>();
  private final Map<String, List<String>> whole = new TreeMap<>();
  private final Set<String> written = new TreeSet<>();
  private int tasks;

  CheckpointChain(BufferAllocator allocator) {
    this.allocator = allocator;
  }

  /** Another checkpoint begins, of {@code width} tasks. */
  void begin(int width) {
    tasks = width;
    written.clear();
    whole.clear();
  }

  /** What task {@code task} writes. */
  StateWriter writer(int task) {
    return new StateWriter() {
      @Override
      public Part part(String name, int version, Schema layout) {
        return part(name, version, layout, List.of(), false);
      }

      @Override
      public Part part(
          String name, int version, Schema layout, List<Integer> identity, boolean known) {
        Saved saved = parts.computeIfAbsent(name, n -> new Saved(version, layout, new TreeMap<>()));
        if (written.add(name) && identity.isEmpty()) {
          forget(saved, group -> true);
        } else if (!known && !identity.isEmpty()) {
          forget(saved, group -> KeyGroups.task(group, tasks) == task);
        }
        return new Part() {
          private final TreeMap<Integer, List<String>> told = new TreeMap<>();

          @Override
          public boolean wantsChanges() {
            return known;
          }

          @Override
          public void write(int group, RecordBatch rows) {
            try (rows) {
              assertThat(rows.schema()).isEqualTo(layout);
              take(
                  saved,
                  group,
                  rows,
                  identity,
                  told.computeIfAbsent(group, g -> new ArrayList<>()));
            }
          }
        };
      }
    };
  }

  private static void forget(Saved saved, IntPredicate which) {
    saved
        .rows()
        .forEach(
            (group, ofGroup) -> {
              if (which.test(group)) {
                ofGroup.values().forEach(rows -> rows.forEach(RecordBatch::close));
                ofGroup.clear();
              }
            });
  }

  private void take(
      Saved saved, int group, RecordBatch rows, List<Integer> identity, List<String> told) {
    Map<String, List<RecordBatch>> ofGroup =
        saved.rows().computeIfAbsent(group, g -> new TreeMap<>());
    if (identity.isEmpty()) {
      // a chunk may mean something as a whole
      try (BatchBuilder copy = new BatchBuilder(saved.layout(), allocator)) {
        for (int i = 0; i < rows.rowCount(); i++) {
          copy.copy(RowKind.INSERT, rows, rows.position(i));
        }
        ofGroup.computeIfAbsent("", k -> new ArrayList<>()).add(copy.build());
      }
      return;
    }
    for (int i = 0; i < rows.rowCount(); i++) {
      int position = rows.position(i);
      String key = "";
      for (int column : identity) {
        key += text(rows.vector(column).getObject(position)) + "|";
      }
      List<RecordBatch> ofKey = ofGroup.computeIfAbsent(key, k -> new ArrayList<>());
      if (!told.contains(key)) {
        told.add(key);
        ofKey.forEach(RecordBatch::close);
        ofKey.clear();
      }
      if (rows.kind(position) == RowKind.INSERT) {
        try (BatchBuilder copy = new BatchBuilder(saved.layout(), allocator)) {
          copy.copy(RowKind.INSERT, rows, position);
          ofKey.add(copy.build());
        }
      }
    }
  }

  /** Takes the snapshot of a task's whole state, to compare with. */
  StateWriter expected() {
    return (name, version, layout) ->
        (group, rows) -> {
          try (rows) {
            whole.computeIfAbsent(name, n -> new ArrayList<>()).addAll(text(name, group, rows));
          }
        };
  }

  private static String text(Object value) {
    return value instanceof byte[] bytes ? HexFormat.of().formatHex(bytes) : String.valueOf(value);
  }

  private static List<String> text(String part, int group, RecordBatch rows) {
    List<String> text = new ArrayList<>();
    for (int i = 0; i < rows.rowCount(); i++) {
      List<String> values = new ArrayList<>();
      for (int c = 0; c < rows.schema().size(); c++) {
        Object value = rows.vector(c).getObject(rows.position(i));
        if (part.equals("groups") && rows.schema().field(c).name().equals("extra2")) {
          // arrival numbers of an aggregation are any as long as they do not come again
          value = "?";
        }
        values.add(text(value));
      }
      text.add(group + ": " + values);
    }
    return text;
  }

  /** The checkpoint that was begun last, now that it is complete, has what a whole one has. */
  void check() {
    if (tasks == 0) {
      return;
    }
    parts.entrySet().stream()
        .filter(part -> !written.contains(part.getKey()))
        .forEach(part -> forget(part.getValue(), group -> true));
    parts.keySet().retainAll(written);
    parts.forEach(
        (name, saved) -> {
          List<String> chained = new ArrayList<>();
          each(saved, (group, row) -> chained.addAll(text(name, group, row)));
          assertThat(chained)
              .as("part " + name)
              .containsExactlyInAnyOrderElementsOf(whole.getOrDefault(name, List.of()));
        });
    tasks = 0;
  }

  /** Takes the rows of a key. */
  private interface Each {
    void row(int group, RecordBatch row);
  }

  private static void each(Saved saved, Each each) {
    saved
        .rows()
        .forEach(
            (group, byKey) ->
                byKey.values().forEach(rows -> rows.forEach(row -> each.row(group, row))));
  }

  /** What task {@code task} of {@code width} may read. */
  StateReader reader(int task, int width) {
    return new StateReader() {
      @Override
      public OptionalInt version(String name) {
        return parts.containsKey(name)
            ? OptionalInt.of(parts.get(name).version())
            : OptionalInt.empty();
      }

      @Override
      public void read(String name, ObjIntConsumer<RecordBatch> each) {
        each(
            parts.get(name),
            (group, row) -> {
              if (KeyGroups.task(group, width) == task) {
                each.accept(row.share(), group);
              }
            });
      }
    };
  }

  @Override
  public void close() {
    parts.values().forEach(saved -> forget(saved, group -> true));
  }
}
