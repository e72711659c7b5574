package dev.sluice.aggregate;

import dev.sluice.batch.ByteArena;
import dev.sluice.batch.Cells;
import dev.sluice.batch.Lane;
import dev.sluice.batch.Lane.Form;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.type.DataType;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.apache.arrow.vector.FieldVector;

/**
 * SINGLE_VALUE, what a scalar subquery is: the value of the only row, NULL for no row, an error for
 * more. Counts every value, so that a row may come before the one it replaces is taken back.
 */
final class SingleValueAccumulator implements GroupAccumulator {
  private final DataType type;
  private final ByteArena scratch = new ByteArena();

  /** Per slot: values as {@link Cells#appendNullable} has them, with counts. */
  private Map<ByteBuffer, Long>[] values = maps(64);

  private long held;

  SingleValueAccumulator(DataType type) {
    this.type = type;
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private static Map<ByteBuffer, Long>[] maps(int count) {
    Map[] made = new Map[count];
    Arrays.fill(made, Map.of());
    return made;
  }

  @Override
  public void ensure(int slots) {
    if (values.length < slots) {
      int known = values.length;
      values = Arrays.copyOf(values, Math.max(slots, 2 * known));
      Arrays.fill(values, known, values.length, Map.of());
    }
  }

  @Override
  public void update(Lane[] arguments, SlotRows rows) {
    add(arguments[0], rows, 1);
  }

  @Override
  public void retract(Lane[] arguments, SlotRows rows) {
    add(arguments[0], rows, -1);
  }

  @Override
  public boolean retractable() {
    return true;
  }

  private void add(Lane lane, SlotRows rows, long step) {
    for (int i = 0; i < rows.count(); i++) {
      scratch.truncate(0);
      if (lane.isNull(i)) {
        scratch.putByte(0);
      } else {
        scratch.putByte(1);
        if (Lane.form(type) == Form.WORD) {
          scratch.putLong(lane.words()[i]);
        } else {
          int size = lane.ends()[i] - lane.starts()[i];
          scratch.putInt(size);
          scratch.putBytes(lane.bytes(), lane.starts()[i], size);
        }
      }
      count(rows.slots()[i], Arrays.copyOf(scratch.array(), scratch.length()), step);
    }
  }

  private void count(int slot, byte[] value, long step) {
    if (values[slot].isEmpty()) {
      values[slot] = new HashMap<>();
    }
    held += step * (64L + value.length);
    values[slot].merge(
        ByteBuffer.wrap(value), step, (a, b) -> a + b == 0 ? null : Long.valueOf(a + b));
  }

  @Override
  public void merge(GroupAccumulator other, int[] target, int count) {
    SingleValueAccumulator from = (SingleValueAccumulator) other;
    for (int i = 0; i < count; i++) {
      int slot = target[i];
      from.values[i].forEach((value, n) -> count(slot, value.array(), n));
    }
  }

  @Override
  public void result(int[] slots, int from, int count, FieldVector out) {
    for (int i = 0; i < count; i++) {
      Map<ByteBuffer, Long> mine = values[slots[from + i]];
      if (mine.values().stream().mapToLong(Long::longValue).sum() > 1) {
        throw UserError.of(
                ErrorCode.EXPRESSION, "a subquery that stands for one value gave more than one row")
            .withHint("aggregate it, or end it with LIMIT 1");
      }
      if (mine.isEmpty()) {
        out.setNull(i);
      } else {
        Cells.setNullable(out, type, i, mine.keySet().iterator().next().array(), 0);
      }
    }
  }

  @Override
  public long byteSize() {
    return held + 8L * values.length;
  }

  @Override
  public int stateWords() {
    return 0;
  }

  @Override
  public long stateWord(int slot, int index) {
    throw new IllegalArgumentException("values have no words of state");
  }

  @Override
  public void stateBytes(int slot, ByteArena out) {
    values[slot].forEach(
        (value, n) -> {
          out.putLong(n);
          out.putInt(value.array().length);
          out.putBytes(value.array(), 0, value.array().length);
        });
  }

  @Override
  public void restore(int slot, long[] words, byte[] bytes, int from, int to) {
    for (int at = from; at < to; ) {
      long n = ByteArena.longAt(bytes, at);
      int size = ByteArena.intAt(bytes, at + Long.BYTES);
      int start = at + Long.BYTES + Integer.BYTES;
      count(slot, Arrays.copyOfRange(bytes, start, start + size), n);
      at = start + size;
    }
  }
}
