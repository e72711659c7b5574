package dev.sluice.aggregate;

import dev.sluice.batch.ByteArena;
import dev.sluice.batch.Cells;
import dev.sluice.batch.Lane;
import dev.sluice.expr.Nested;
import dev.sluice.function.user.UserAggregate;
import dev.sluice.type.DataType;
import java.util.Arrays;
import org.apache.arrow.vector.FieldVector;

/** An aggregate that a user wrote: an accumulator object per group. */
final class UserAccumulator implements GroupAccumulator {
  /** What an accumulator takes, about; nobody can ask it. */
  private static final int ABOUT = 100;

  private final UserAggregate aggregate;
  private final DataType[] arguments;
  private final DataType result;
  private Object[] accumulators = new Object[64];
  private int held;

  UserAccumulator(UserAggregate aggregate, DataType[] arguments, DataType result) {
    this.aggregate = aggregate;
    this.arguments = arguments;
    this.result = result;
  }

  @Override
  public void ensure(int slots) {
    if (accumulators.length < slots) {
      accumulators = Arrays.copyOf(accumulators, Math.max(slots, 2 * accumulators.length));
    }
  }

  private Object at(int slot) {
    if (accumulators[slot] == null) {
      accumulators[slot] = aggregate.create();
      held++;
    }
    return accumulators[slot];
  }

  @Override
  public void update(Lane[] lanes, SlotRows rows) {
    add(lanes, rows, false);
  }

  @Override
  public void retract(Lane[] lanes, SlotRows rows) {
    add(lanes, rows, true);
  }

  @Override
  public boolean retractable() {
    return aggregate.retractable();
  }

  private void add(Lane[] lanes, SlotRows rows, boolean back) {
    for (int i = 0; i < rows.count(); i++) {
      Object[] values = new Object[arguments.length];
      for (int a = 0; a < values.length; a++) {
        values[a] = value(lanes[a], arguments[a], i);
      }
      aggregate.add(at(rows.slots()[i]), values, back);
    }
  }

  private static Object value(Lane lane, DataType type, int row) {
    if (lane.isNull(row)) {
      return null;
    }
    return Cells.isWord(type)
        ? Nested.ofWord(lane.words()[row], type)
        : Nested.ofBytes(lane.bytes(), lane.starts()[row], lane.ends()[row], type);
  }

  @Override
  public void merge(GroupAccumulator other, int[] target, int count) {
    UserAccumulator from = (UserAccumulator) other;
    for (int i = 0; i < count; i++) {
      if (from.accumulators[i] != null) {
        aggregate.merge(at(target[i]), from.accumulators[i]);
      }
    }
  }

  @Override
  public void result(int[] slots, int from, int count, FieldVector out) {
    for (int i = 0; i < count; i++) {
      Nested.write(out, result, i, aggregate.value(at(slots[from + i])));
    }
  }

  @Override
  public long byteSize() {
    return 8L * accumulators.length + (long) ABOUT * held;
  }

  @Override
  public int stateWords() {
    return 0;
  }

  @Override
  public long stateWord(int slot, int index) {
    throw new IllegalArgumentException("users' accumulators have no words of state");
  }

  @Override
  public void stateBytes(int slot, ByteArena out) {
    byte[] bytes = aggregate.bytes(at(slot));
    out.putBytes(bytes, 0, bytes.length);
  }

  @Override
  public void restore(int slot, long[] words, byte[] bytes, int from, int to) {
    held += accumulators[slot] == null ? 1 : 0;
    accumulators[slot] = aggregate.read(bytes, from, to);
  }
}
