package dev.sluice.aggregate;

import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.Cells;
import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.Rows;
import dev.sluice.plan.AggregateCall;
import dev.sluice.state.KeyColumns;
import dev.sluice.state.KeyGroups;
import dev.sluice.state.KeyTable;
import dev.sluice.state.SlotChanges;
import dev.sluice.state.StateWriter;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;

/**
 * Groups and their aggregates: what a pane of a windowed aggregation holds, or the whole of an
 * unwindowed one. Single-threaded; holds heap memory only.
 */
public final class GroupTable {
  private static final DataType WORD = DataType.of(Kind.BIGINT).notNull();

  /** What all tables of one aggregation share: the plan, and scratch memory. */
  public static final class Shape {
    private final Schema input;
    private final List<Integer> keys;
    private final KeyColumns columns;
    private final AccumulatorSet prototype;
    private int[] slots = new int[0];

    /**
     * The aggregation of {@code calls} by {@code keys}.
     *
     * @throws dev.sluice.error.UserError if a call cannot be computed
     */
    public Shape(
        Schema input, List<Integer> keys, List<AggregateCall> calls, AccumulatorSet.Use use) {
      this.input = input;
      this.keys = keys;
      this.columns = new KeyColumns(input, keys);
      this.prototype = new AccumulatorSet(calls, input, use);
    }

    /** The layout of saved groups: {@code extras} words, the keys, then the state of each call. */
    public Schema layout(int extras) {
      List<Field> fields = new ArrayList<>();
      for (int i = 0; i < extras; i++) {
        fields.add(new Field("extra" + i, WORD));
      }
      for (int i = 0; i < keys.size(); i++) {
        fields.add(new Field("key" + i, input.type(keys.get(i))));
      }
      fields.addAll(prototype.stateFields());
      return new Schema(fields);
    }

    private int[] slots(int count) {
      if (slots.length < count) {
        slots = new int[Math.max(1024, count)];
      }
      return slots;
    }
  }

  /** A number of the caller's own that is saved with each group. */
  @FunctionalInterface
  public interface Extra {
    /** Number {@code index} of group {@code slot}. */
    long of(int slot, int index);
  }

  private final Shape shape;
  private final KeyTable table;
  private final AccumulatorSet accumulators;

  /** An empty table. */
  public GroupTable(Shape shape) {
    this.shape = shape;
    this.table = new KeyTable(shape.columns);
    this.accumulators = shape.prototype.fresh();
  }

  /** How many groups; slots are 0 to this - 1, in order of first row. */
  public int size() {
    return table.size();
  }

  /** The aggregates, by slot. */
  public AccumulatorSet accumulators() {
    return accumulators;
  }

  /** Bytes on the heap, about. */
  public long byteSize() {
    return table.byteSize() + accumulators.byteSize();
  }

  /**
   * The slot of every row, adding groups as needed; valid until the next call on any table of the
   * shape.
   */
  public int[] slots(RecordBatch batch, Rows rows) {
    int[] slots = shape.slots(rows.count());
    shape.columns.load(batch, rows);
    table.slots(shape.columns, slots);
    accumulators.ensure(table.size());
    return slots;
  }

  /**
   * The slots of groups by rows whose columns {@code columns} are their keys; good until the next
   * call on any table of the shape.
   */
  public int[] slotsByKey(RecordBatch batch, List<Integer> columns) {
    Rows rows = Rows.of(batch);
    KeyColumns keys = new KeyColumns(batch.schema(), columns);
    keys.load(batch, rows);
    int[] slots = shape.slots(rows.count());
    table.slots(keys, slots);
    accumulators.ensure(table.size());
    return slots;
  }

  /** The key group of a group. */
  public int keyGroup(int slot) {
    return table.keyGroup(slot);
  }

  /** Adds rows whose slots are known, or takes them back. */
  public void update(RecordBatch batch, SlotRows rows, boolean retract) {
    accumulators.update(batch, rows, retract);
  }

  /** Adds the groups of {@code other}. */
  public void merge(GroupTable other) {
    int[] target = shape.slots(other.size());
    table.merge(other.table, target);
    accumulators.ensure(table.size());
    accumulators.merge(other.accumulators, target, other.size());
  }

  /**
   * A table of the first {@code count} groups of {@code kept} only, which get the slots from 0 on.
   */
  public GroupTable only(int[] kept, int count) {
    GroupTable fresh = new GroupTable(shape);
    fresh.table.addFrom(table, kept, count);
    fresh.accumulators.ensure(count);
    for (int i = 0; i < count; i++) {
      fresh.accumulators.copy(accumulators, kept[i], i);
    }
    return fresh;
  }

  /** Makes sure that the one group of an aggregation without keys is there. */
  public void addGlobalGroup() {
    table.addGlobalKey();
    accumulators.ensure(table.size());
  }

  /**
   * Writes keys and results of {@code count} groups, from index {@code from} of {@code slots}, to
   * the first columns of {@code out}.
   */
  public void write(int[] slots, int from, int count, BatchBuilder out) {
    int column = 0;
    for (int k = 0; k < shape.keys.size(); k++) {
      table.writeKeys(k, slots, from, count, out.vector(column++));
    }
    for (int c = 0; c < accumulators.size(); c++) {
      accumulators.get(c).result(slots, from, count, out.vector(column++));
    }
  }

  /** Saves every group under its key group. */
  public void save(StateWriter.Part part, int extras, Extra extra, BufferAllocator allocator) {
    save(part, extras, extra, table::keyGroup, allocator);
  }

  /** Saves every group under the key group that is said, where its key is not what is spread. */
  public void save(
      StateWriter.Part part,
      int extras,
      Extra extra,
      IntUnaryOperator keyGroup,
      BufferAllocator allocator) {
    int[] ends = new int[KeyGroups.COUNT + 1];
    for (int s = 0; s < size(); s++) {
      ends[keyGroup.applyAsInt(s) + 1]++;
    }
    for (int g = 0; g < KeyGroups.COUNT; g++) {
      ends[g + 1] += ends[g];
    }
    int[] next = ends.clone();
    int[] slots = new int[size()];
    for (int s = 0; s < size(); s++) {
      slots[next[keyGroup.applyAsInt(s)]++] = s;
    }
    for (int g = 0; g < KeyGroups.COUNT; g++) {
      if (ends[g + 1] > ends[g]) {
        part.write(g, chunk(slots, ends[g], ends[g + 1] - ends[g], extras, extra, allocator));
      }
    }
  }

  private RecordBatch chunk(
      int[] slots, int from, int count, int extras, Extra extra, BufferAllocator allocator) {
    try (BatchBuilder builder = new BatchBuilder(shape.layout(extras), allocator)) {
      append(slots, from, count, extras, extra, builder);
      return builder.build();
    }
  }

  /** Appends groups as they are saved. */
  public void append(
      int[] slots, int from, int count, int extras, Extra extra, BatchBuilder builder) {
    int at = builder.rows();
    int column = 0;
    for (int e = 0; e < extras; e++, column++) {
      for (int i = 0; i < count; i++) {
        Cells.setWord(builder.vector(column), WORD, at + i, extra.of(slots[from + i], e));
      }
    }
    for (int k = 0; k < shape.keys.size(); k++) {
      table.writeKeys(k, slots, from, count, builder.vector(column++), at);
    }
    accumulators.save(slots, from, count, builder, column);
    builder.advance(count);
  }

  /**
   * The groups as what is saved, after {@code extras} words; {@code name}: which groups these are.
   */
  public SlotChanges.Table saved(int extras, Extra extra, SlotChanges.Name name) {
    List<Integer> identity = IntStream.range(extras, extras + shape.keys.size()).boxed().toList();
    return new SlotChanges.Table() {
      @Override
      public int size() {
        return GroupTable.this.size();
      }

      @Override
      public KeyTable keys() {
        return table;
      }

      @Override
      public List<Integer> identity() {
        return identity;
      }

      @Override
      public SlotChanges.Name name() {
        return name;
      }

      @Override
      public void append(int[] slots, int count, SlotChanges.Staged to) {
        GroupTable.this.append(slots, 0, count, extras, extra, to.builder());
        int end = to.builder().rows() - count;
        for (int i = 0; i < count; i++) {
          to.are(keyGroup(slots[i]), ++end, 1);
        }
      }
    };
  }

  /** The keys of the groups, by slot. */
  public KeyTable keys() {
    return table;
  }

  /**
   * Takes over saved groups, which must be new to this table; gives their slots, valid as those of
   * {@link #slots}.
   */
  public int[] restore(RecordBatch saved, Rows rows, int extras) {
    List<Integer> columns = new ArrayList<>();
    for (int k = 0; k < shape.keys.size(); k++) {
      columns.add(extras + k);
    }
    int n = rows.count();
    KeyColumns keys = new KeyColumns(saved.schema(), columns);
    keys.load(saved, rows);
    int[] slots = shape.slots(n);
    table.slots(keys, slots);
    accumulators.ensure(table.size());
    accumulators.restore(saved, extras + shape.keys.size(), rows, slots);
    return slots;
  }
}
