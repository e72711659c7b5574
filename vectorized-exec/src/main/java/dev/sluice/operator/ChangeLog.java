package dev.sluice.operator;

import dev.sluice.aggregate.GroupTable;
import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.ByteArena;
import dev.sluice.batch.Cells;
import dev.sluice.batch.RecordBatch;
import dev.sluice.state.StateWriter;
import dev.sluice.type.RowKind;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.IntUnaryOperator;
import org.apache.arrow.memory.BufferAllocator;

/**
 * Folds the changes of one tick: for each group touched it remembers the row given before, and at
 * the end of the tick gives the difference. A group that ends up as it was gives nothing.
 * Single-threaded.
 */
final class ChangeLog implements AutoCloseable {
  private Current groups;
  private final Schema schema;
  private final boolean withBefore;
  private final Tail tail;
  private final List<RecordBatch> before = new ArrayList<>();
  private boolean[] known = new boolean[64];
  private boolean[] touched = new boolean[64];

  /** Per slot touched and known: batch and row in {@code before}. */
  private int[] beforeBatch = new int[64];

  private int[] beforeRow = new int[64];
  private int[] order = new int[64];
  private int count;

  /** The groups as they are now. */
  interface Current {
    /** How many there are. */
    int size();

    /**
     * Writes the rows of {@code count} groups, from index {@code from} of {@code slots}, to
     * positions 0 and on; of a group without a row anything.
     */
    void write(int[] slots, int from, int count, BatchBuilder out);

    static Current of(GroupTable groups) {
      return new Current() {
        @Override
        public int size() {
          return groups.size();
        }

        @Override
        public void write(int[] slots, int from, int count, BatchBuilder out) {
          groups.write(slots, from, count, out);
        }
      };
    }
  }

  /** Writes the columns behind those of the groups. */
  @FunctionalInterface
  interface Tail {
    /** Writes them for rows 0 to {@code count} - 1. */
    void write(BatchBuilder out, int count);
  }

  ChangeLog(Current groups, Schema schema, boolean withBefore) {
    this(groups, schema, withBefore, (out, n) -> {});
  }

  ChangeLog(GroupTable groups, Schema schema, boolean withBefore) {
    this(Current.of(groups), schema, withBefore);
  }

  ChangeLog(GroupTable groups, Schema schema, boolean withBefore, Tail tail) {
    this(Current.of(groups), schema, withBefore, tail);
  }

  ChangeLog(Current groups, Schema schema, boolean withBefore, Tail tail) {
    this.groups = groups;
    this.schema = schema;
    this.withBefore = withBefore;
    this.tail = tail;
  }

  /** Whether the group's row has been given. */
  boolean isKnown(int slot) {
    return slot < known.length && known[slot];
  }

  void setKnown(int slot, boolean value) {
    grow();
    known[slot] = value;
  }

  /** The groups whose changes wait. */
  int[] waiting() {
    return Arrays.copyOf(order, count);
  }

  boolean isSettled() {
    return count == 0;
  }

  /**
   * From now on the groups are those of {@code only}: of the first {@code n} slots of {@code kept},
   * in that order. Between two ticks.
   */
  void moveTo(Current only, int[] kept, int n) {
    requireSettled();
    boolean[] moved = new boolean[Math.max(64, n)];
    for (int i = 0; i < n; i++) {
      moved[i] = isKnown(kept[i]);
    }
    groups = only;
    known = moved;
    touched = new boolean[moved.length];
    beforeBatch = new int[moved.length];
    beforeRow = new int[moved.length];
    order = new int[moved.length];
  }

  /** The slots are others now; {@code given} says whose row has been given. Between two ticks. */
  void restart(IntPredicate given) {
    requireSettled();
    int size = groups.size();
    known = new boolean[Math.max(64, size)];
    for (int slot = 0; slot < size; slot++) {
      known[slot] = given.test(slot);
    }
    touched = new boolean[known.length];
    beforeBatch = new int[known.length];
    beforeRow = new int[known.length];
    order = new int[known.length];
  }

  /** What is to be saved of a group besides its state; see {@link #setFlags}. */
  long flags(int slot) {
    boolean waits = slot < touched.length && touched[slot];
    return (isKnown(slot) ? 1 : 0) + (waits ? 2 : 0);
  }

  /** Sets what {@link #flags} gave; of rows given before, {@link #restoreGiven} must follow. */
  void setFlags(int slot, long flags) {
    setKnown(slot, (flags & 1) != 0);
    if ((flags & 2) != 0) {
      touched[slot] = true;
      order[count++] = slot;
    }
  }

  /** Saves the rows given before the changes that wait, under the key groups of their slots. */
  void saveGiven(StateWriter.Part part, IntUnaryOperator keyGroup, BufferAllocator allocator) {
    for (int i = 0; i < count; i++) {
      int slot = order[i];
      if (known[slot]) {
        try (BatchBuilder builder = new BatchBuilder(schema, allocator)) {
          builder.copy(RowKind.INSERT, before.get(beforeBatch[slot]), beforeRow[slot]);
          part.write(keyGroup.applyAsInt(slot), builder.build());
        }
      }
    }
  }

  /** Takes over rows that {@link #saveGiven} saved, and the batch; {@code slots} by row. */
  void restoreGiven(RecordBatch given, int[] slots) {
    for (int i = 0; i < given.rowCount(); i++) {
      beforeBatch[slots[i]] = before.size();
      beforeRow[slots[i]] = given.position(i);
    }
    before.add(given);
  }

  void requireSettled() {
    if (count > 0) {
      throw new IllegalStateException("snapshot before the changes of the tick were given");
    }
  }

  private void grow() {
    int capacity = groups.size();
    if (known.length < capacity) {
      capacity = Math.max(capacity, 2 * known.length);
      known = Arrays.copyOf(known, capacity);
      touched = Arrays.copyOf(touched, capacity);
      beforeBatch = Arrays.copyOf(beforeBatch, capacity);
      beforeRow = Arrays.copyOf(beforeRow, capacity);
      order = Arrays.copyOf(order, capacity);
    }
  }

  /** These groups are about to change. */
  void touch(int[] slots, int n, BufferAllocator allocator) {
    grow();
    int first = count;
    for (int i = 0; i < n; i++) {
      int slot = slots[i];
      if (!touched[slot]) {
        touched[slot] = true;
        order[count++] = slot;
      }
    }
    int[] old = new int[count - first];
    int olds = 0;
    for (int i = first; i < count; i++) {
      if (known[order[i]]) {
        beforeBatch[order[i]] = before.size();
        beforeRow[order[i]] = olds;
        old[olds++] = order[i];
      }
    }
    if (olds > 0) {
      before.add(rows(old, 0, olds, allocator));
    }
  }

  private RecordBatch rows(int[] slots, int from, int n, BufferAllocator allocator) {
    try (BatchBuilder builder = new BatchBuilder(schema, allocator)) {
      groups.write(slots, from, n, builder);
      tail.write(builder, n);
      builder.advance(n);
      return builder.build();
    }
  }

  /** Gives the changes, in order of first touch. */
  void emit(IntPredicate alive, OperatorContext context, Output output) {
    int most = Math.max(1, context.batchRows() / 2);
    for (int from = 0; from < count; from += most) {
      int n = Math.min(most, count - from);
      try (RecordBatch after = rows(order, from, n, context.allocator());
          BatchBuilder out = new BatchBuilder(schema, context.allocator())) {
        for (int i = 0; i < n; i++) {
          change(order[from + i], after, i, alive.test(order[from + i]), out);
        }
        if (out.rows() > 0) {
          output.emit(out.build());
        }
      }
    }
    count = 0;
    close();
  }

  private void change(int slot, RecordBatch after, int row, boolean alive, BatchBuilder out) {
    touched[slot] = false;
    if (!known[slot]) {
      if (alive) {
        out.copy(RowKind.INSERT, after, row);
      }
    } else if (!alive) {
      out.copy(RowKind.DELETE, before.get(beforeBatch[slot]), beforeRow[slot]);
    } else if (!same(before.get(beforeBatch[slot]), beforeRow[slot], after, row)) {
      if (withBefore) {
        out.copy(RowKind.UPDATE_BEFORE, before.get(beforeBatch[slot]), beforeRow[slot]);
      }
      out.copy(RowKind.UPDATE_AFTER, after, row);
    }
    known[slot] = alive;
  }

  private boolean same(RecordBatch a, int rowA, RecordBatch b, int rowB) {
    ByteArena left = new ByteArena();
    ByteArena right = new ByteArena();
    for (int c = 0; c < schema.size(); c++) {
      Cells.appendNullable(a.vector(c), schema.type(c), rowA, left);
      Cells.appendNullable(b.vector(c), schema.type(c), rowB, right);
    }
    return Arrays.equals(left.array(), 0, left.length(), right.array(), 0, right.length());
  }

  @Override
  public void close() {
    before.forEach(RecordBatch::close);
    before.clear();
  }
}
