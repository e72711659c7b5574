package dev.sluice.operator;

import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.Rows;
import dev.sluice.plan.PlanTraits;
import dev.sluice.state.RowStore;
import dev.sluice.state.StateCopy;
import dev.sluice.state.StateReader;
import dev.sluice.state.StateWriter;
import dev.sluice.type.RowKind;
import dev.sluice.type.Schema;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.arrow.vector.FieldVector;

/**
 * Rows by key, of which one shows, and the changes of that one folded per tick. Subclasses say what
 * a row does to those of its key and which one shows.
 */
abstract class KeyedRows implements Operator {
  private static final String ROWS = "rows";
  private static final int LAYOUT = 1;

  private final Schema schema;
  private final boolean atEnd;
  private final int[] columns;
  private final RowStore rows;
  private final ChangeLog changes;
  private final KeyAges ages;
  private int[] touched = new int[64];
  private int touchedCount;
  private Optional<OperatorContext> context = Optional.empty();

  /**
   * Rows by {@code keys}.
   *
   * @param withBefore whether an update comes with the old row
   * @param atEnd whether the rows that show come only once, with the last watermark
   */
  KeyedRows(PlanTraits traits, List<Integer> keys, boolean withBefore, boolean atEnd) {
    schema = traits.schema();
    ages = new KeyAges(traits);
    this.atEnd = atEnd;
    columns = IntStream.range(0, schema.size()).toArray();
    rows = new RowStore(schema, keys, 0, false);
    changes = new ChangeLog(new Shown(), schema, withBefore);
  }

  /** A row arrives: changes those of its key. */
  abstract void apply(RowStore store, int key, RowKind kind, RecordBatch batch, int position);

  /** The row of a key that shows, or {@link RowStore#NONE}. */
  abstract int shown(RowStore store, int key);

  /** Before the changes of a tick are given. */
  void check(RowStore store, int key) {}

  private final class Shown implements ChangeLog.Current {
    @Override
    public int size() {
      return rows.keys();
    }

    @Override
    public void write(int[] slots, int from, int count, BatchBuilder out) {
      FieldVector[] to = new FieldVector[columns.length];
      Arrays.setAll(to, out::vector);
      for (int i = 0; i < count; i++) {
        int row = shown(rows, slots[from + i]);
        if (row != RowStore.NONE) {
          rows.write(row, columns, to, i);
        }
      }
    }
  }

  @Override
  public void open(OperatorContext host) {
    context = Optional.of(host);
  }

  @Override
  public void process(int input, RecordBatch batch, Output output) {
    try (batch) {
      Rows given = Rows.of(batch);
      int[] slots = rows.keySlots(batch, given);
      if (!atEnd) {
        changes.touch(slots, given.count(), context.orElseThrow().allocator());
      }
      reach(slots, given.count());
      for (int i = 0; i < given.count(); i++) {
        int position = given.position(i);
        apply(rows, slots[i], batch.kind(position), batch, position);
      }
    }
  }

  private void reach(int[] slots, int count) {
    if (ages.isWanted()) {
      ages.reach(slots, count);
      if (touched.length < touchedCount + count) {
        touched = Arrays.copyOf(touched, Math.max(touchedCount + count, 2 * touched.length));
      }
      System.arraycopy(slots, 0, touched, touchedCount, count);
      touchedCount += count;
    }
  }

  @Override
  public boolean wantsProcessingTime() {
    return ages.isWanted();
  }

  @Override
  public void onProcessingTime(long nowMicros, Output output) {
    ages.advance(nowMicros);
  }

  /** Forgets keys whose time is over, and what is owed for rows that were forgotten. */
  private void forget() {
    for (int i = 0; i < touchedCount; i++) {
      removeRows(touched[i], true);
    }
    touchedCount = 0;
    if (!ages.isSweepDue()) {
      return;
    }
    int released = 0;
    for (int key = 0; key < rows.keys(); key++) {
      if (rows.first(key) != RowStore.NONE && ages.isOver(key)) {
        removeRows(key, false);
        changes.setKnown(key, false);
        released++;
      }
    }
    if (released > 0) {
      context.orElseThrow().count("groups.released", released);
    }
  }

  private void removeRows(int key, boolean owedOnly) {
    for (int row = rows.first(key); row != RowStore.NONE; ) {
      int next = rows.next(row);
      if (!owedOnly || rows.count(row) < 0) {
        rows.remove(row);
      }
      row = next;
    }
  }

  @Override
  public void endOfTick(Output output) {
    if (atEnd) {
      var unused = rows.trim();
      return;
    }
    changes.emit(this::isShown, context.orElseThrow(), output);
    forget();
    rows.trim()
        .ifPresent(
            places -> {
              changes.restart(this::isShown);
              ages.move(places);
            });
  }

  private boolean isShown(int key) {
    check(rows, key);
    return shown(rows, key) != RowStore.NONE;
  }

  /** Rows that come at the end come before it: windows behind are still open. */
  @Override
  public long onWatermark(long watermark, Output output) {
    if (!atEnd) {
      return watermark;
    }
    if (watermark != Long.MAX_VALUE) {
      return Long.MIN_VALUE;
    }
    giveAll(output);
    return watermark;
  }

  private void giveAll(Output output) {
    int[] some = new int[Math.max(1, context.orElseThrow().batchRows())];
    int n = 0;
    for (int key = 0; key < rows.keys(); key++) {
      int row = shown(rows, key);
      if (row != RowStore.NONE) {
        some[n++] = row;
      }
      if (n == some.length) {
        output.emit(batch(some, n));
        n = 0;
      }
    }
    if (n > 0) {
      output.emit(batch(some, n));
    }
  }

  private RecordBatch batch(int[] some, int n) {
    try (BatchBuilder out = new BatchBuilder(schema, context.orElseThrow().allocator())) {
      FieldVector[] to = new FieldVector[columns.length];
      Arrays.setAll(to, out::vector);
      rows.write(some, 0, n, columns, to);
      out.advance(n);
      return out.build();
    }
  }

  @Override
  public void finish(int input, Output output) {
    endOfTick(output);
  }

  @Override
  public void snapshot(StateWriter state) {
    changes.requireSettled();
    rows.save(state, ROWS, LAYOUT, context.orElseThrow().allocator());
  }

  @Override
  public Optional<StateCopy> beginSnapshot(StateWriter state) {
    changes.requireSettled();
    return Optional.of(rows.beginSave(state, ROWS, LAYOUT, context.orElseThrow().allocator()));
  }

  @Override
  public void restore(StateReader state) {
    rows.restore(state, ROWS);
    changes.restart(this::isShown);
  }

  @Override
  public long stateBytes() {
    return rows.byteSize();
  }

  @Override
  public void close() {
    changes.close();
  }
}
