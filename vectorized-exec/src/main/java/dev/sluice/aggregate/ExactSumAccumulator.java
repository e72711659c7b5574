package dev.sluice.aggregate;

import dev.sluice.batch.Cells;
import dev.sluice.batch.Lane;
import dev.sluice.type.DataType;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Arrays;
import org.apache.arrow.vector.FieldVector;

/**
 * SUM and AVG of integers and DECIMALs. Sums are kept in 128 bits and checked when the result is
 * asked for, so that whether a sum overflows does not depend on the order of its rows.
 */
final class ExactSumAccumulator implements GroupAccumulator {
  private static final int STRIDE = 3;

  private final String function;
  private final boolean average;
  private final boolean decimal;
  private final int scale;
  private final DataType type;

  /** Per slot: low half, high half, number of rows. */
  private long[] cells = new long[64 * STRIDE];

  ExactSumAccumulator(String function, boolean average, DataType argument, DataType type) {
    this.function = function;
    this.average = average;
    this.decimal = argument.kind() == DataType.Kind.DECIMAL;
    this.scale = decimal ? argument.scale() : 0;
    this.type = type;
  }

  @Override
  public void ensure(int slots) {
    if (cells.length < slots * STRIDE) {
      cells = Arrays.copyOf(cells, Math.max(slots * STRIDE, 2 * cells.length));
    }
  }

  @Override
  public void update(Lane[] arguments, SlotRows rows) {
    if (decimal) {
      addWide(arguments[0].words(), arguments[0].high(), rows.slots(), rows.count());
    } else {
      addWords(arguments[0].words(), rows.slots(), rows.count());
    }
  }

  private void addWords(long[] values, int[] slots, int n) {
    long[] to = cells;
    for (int i = 0; i < n; i++) {
      int at = slots[i] * STRIDE;
      long value = values[i];
      long before = to[at];
      long low = before + value;
      to[at] = low;
      to[at + 2]++;
      // the carry without a branch; that there is nothing to add is what nearly always happens
      long up = (value >> 63) + ((value & before | (value | before) & ~low) >>> 63);
      if (up != 0) {
        to[at + 1] += up;
      }
    }
  }

  private void addWide(long[] lows, long[] highs, int[] slots, int n) {
    for (int i = 0; i < n; i++) {
      add(slots[i] * STRIDE, lows[i], highs[i], 1);
    }
  }

  private void add(int at, long low, long high, long rows) {
    long sum = cells[at] + low;
    cells[at + 1] += high + (Long.compareUnsigned(sum, low) < 0 ? 1 : 0);
    cells[at] = sum;
    cells[at + 2] += rows;
  }

  @Override
  public void retract(Lane[] arguments, SlotRows rows) {
    long[] lows = arguments[0].words();
    for (int i = 0; i < rows.count(); i++) {
      long high = decimal ? arguments[0].high()[i] : lows[i] >> 63;
      add(rows.slots()[i] * STRIDE, -lows[i], ~high + (lows[i] == 0 ? 1 : 0), -1);
    }
  }

  @Override
  public boolean retractable() {
    return true;
  }

  @Override
  public void merge(GroupAccumulator other, int[] target, int count) {
    long[] from = ((ExactSumAccumulator) other).cells;
    for (int i = 0; i < count; i++) {
      add(target[i] * STRIDE, from[i * STRIDE], from[i * STRIDE + 1], from[i * STRIDE + 2]);
    }
  }

  @Override
  public void result(int[] slots, int from, int count, FieldVector out) {
    for (int i = 0; i < count; i++) {
      int at = slots[from + i] * STRIDE;
      long rows = cells[at + 2];
      boolean small = cells[at + 1] == cells[at] >> 63;
      if (rows == 0) {
        out.setNull(i);
      } else if (small && !decimal) {
        Results.write(function, out, type, i, average ? cells[at] / rows : cells[at]);
      } else {
        BigDecimal sum = new BigDecimal(Cells.int128(cells[at + 1], cells[at]), scale);
        Results.write(function, out, type, i, average ? quotient(sum, rows) : sum);
      }
    }
  }

  private BigDecimal quotient(BigDecimal sum, long rows) {
    boolean whole = type.kind().isInteger();
    int digits = type.kind() == DataType.Kind.DECIMAL ? type.scale() : whole ? 0 : scale + 20;
    return sum.divide(
        BigDecimal.valueOf(rows), digits, whole ? RoundingMode.DOWN : RoundingMode.HALF_UP);
  }

  @Override
  public long byteSize() {
    return 8L * cells.length;
  }

  @Override
  public int stateWords() {
    return STRIDE;
  }

  @Override
  public long stateWord(int slot, int index) {
    return cells[slot * STRIDE + index];
  }

  @Override
  public void restore(int slot, long[] words, byte[] bytes, int from, int to) {
    System.arraycopy(words, 0, cells, slot * STRIDE, STRIDE);
  }
}
