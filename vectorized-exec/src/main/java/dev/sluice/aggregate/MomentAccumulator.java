package dev.sluice.aggregate;

import dev.sluice.batch.Lane;
import dev.sluice.type.DataType;
import java.util.Arrays;
import org.apache.arrow.vector.FieldVector;

/**
 * SUM and AVG of FLOAT and DOUBLE, and variances of any number. Sums, and sums of squares, are kept
 * as an unevaluated pair of doubles (about 106 bits, Dekker's double-double), so that results
 * hardly ever depend on the order of rows, variances do not cancel, and rows can be taken back.
 */
final class MomentAccumulator implements GroupAccumulator {
  /** What is asked for. */
  enum Moment {
    SUM,
    AVG,
    VAR_POP,
    VAR_SAMP,
    STDDEV_POP,
    STDDEV_SAMP;

    boolean squares() {
      return compareTo(VAR_POP) >= 0;
    }
  }

  private static final int SPECIALS = 3;

  private final Moment moment;
  private final DataType type;
  private final int stride;
  private long[] counts = new long[64];

  /** Per slot: sum and its rest; for variances then sum of squares and its rest. */
  private double[] sums;

  /**
   * Per slot how many values were NaN, +∞ and -∞, which are not in the sums: what is taken back
   * must leave no trace. Empty until there is one.
   */
  private long[] specials = new long[0];

  MomentAccumulator(Moment moment, DataType type) {
    this.moment = moment;
    this.type = type;
    this.stride = moment.squares() ? 4 : 2;
    this.sums = new double[64 * stride];
  }

  @Override
  public void ensure(int slots) {
    if (counts.length < slots) {
      int capacity = Math.max(slots, 2 * counts.length);
      counts = Arrays.copyOf(counts, capacity);
      sums = Arrays.copyOf(sums, capacity * stride);
      specials = Arrays.copyOf(specials, specials.length == 0 ? 0 : capacity * SPECIALS);
    }
  }

  @Override
  public void update(Lane[] arguments, SlotRows rows) {
    apply(arguments[0].doubles(), rows.slots(), rows.count(), 1);
  }

  @Override
  public void retract(Lane[] arguments, SlotRows rows) {
    apply(arguments[0].doubles(), rows.slots(), rows.count(), -1);
  }

  @Override
  public boolean retractable() {
    return true;
  }

  private void apply(double[] values, int[] slots, int n, int sign) {
    boolean squares = moment.squares();
    for (int i = 0; i < n; i++) {
      double value = values[i];
      int slot = slots[i];
      counts[slot] += sign;
      if (!Double.isFinite(value)) {
        addSpecial(slot, value, sign);
        continue;
      }
      add(slot * stride, sign * value, 0);
      if (squares) {
        double square = value * value;
        double rest = Math.fma(value, value, -square);
        add(slot * stride + 2, sign * square, sign * rest);
      }
      if (counts[slot] == 0) {
        Arrays.fill(sums, slot * stride, (slot + 1) * stride, 0);
      }
    }
  }

  private void addSpecial(int slot, double value, long sign) {
    if (sign == 0) {
      return;
    }
    if (specials.length == 0) {
      specials = new long[counts.length * SPECIALS];
    }
    specials[slot * SPECIALS + (Double.isNaN(value) ? 0 : value > 0 ? 1 : 2)] += sign;
  }

  private long special(int slot, int which) {
    return specials.length == 0 ? 0 : specials[slot * SPECIALS + which];
  }

  /** What NaN and infinities among the values make of the sum; 0 if there are none. */
  private double special(int slot) {
    boolean up = special(slot, 1) > 0;
    boolean down = special(slot, 2) > 0;
    if (special(slot, 0) > 0 || up && down) {
      return Double.NaN;
    }
    return up ? Double.POSITIVE_INFINITY : down ? Double.NEGATIVE_INFINITY : 0;
  }

  /** Knuth's two-sum of the pair at {@code at} and a pair. */
  private void add(int at, double value, double rest) {
    double old = sums[at];
    double sum = old + value;
    double part = sum - old;
    double error = (old - (sum - part)) + (value - part);
    sums[at] = sum;
    sums[at + 1] += error + rest;
  }

  @Override
  public void merge(GroupAccumulator other, int[] target, int count) {
    MomentAccumulator from = (MomentAccumulator) other;
    for (int i = 0; i < count; i++) {
      counts[target[i]] += from.counts[i];
      for (int p = 0; p < stride; p += 2) {
        add(target[i] * stride + p, from.sums[i * stride + p], from.sums[i * stride + p + 1]);
      }
      if (from.specials.length > 0) {
        addSpecial(target[i], Double.NaN, from.special(i, 0));
        addSpecial(target[i], Double.POSITIVE_INFINITY, from.special(i, 1));
        addSpecial(target[i], Double.NEGATIVE_INFINITY, from.special(i, 2));
      }
    }
  }

  @Override
  public void result(int[] slots, int from, int count, FieldVector out) {
    long least = moment == Moment.VAR_SAMP || moment == Moment.STDDEV_SAMP ? 2 : 1;
    for (int i = 0; i < count; i++) {
      int slot = slots[from + i];
      if (counts[slot] < least) {
        out.setNull(i);
      } else {
        Results.write(moment.name(), out, type, i, value(slot));
      }
    }
  }

  private double value(int slot) {
    int at = slot * stride;
    double special = special(slot);
    double sum = special != 0 ? special : total(sums[at], sums[at + 1]);
    return switch (moment) {
      case SUM -> sum;
      case AVG -> sum / counts[slot];
      case VAR_POP -> deviation(slot) / counts[slot];
      case VAR_SAMP -> deviation(slot) / (counts[slot] - 1);
      case STDDEV_POP -> Math.sqrt(deviation(slot) / counts[slot]);
      case STDDEV_SAMP -> Math.sqrt(deviation(slot) / (counts[slot] - 1));
    };
  }

  /** The pair as one number; the rest means nothing once the sum has left the finite numbers. */
  private static double total(double sum, double rest) {
    return Double.isFinite(sum) ? sum + rest : sum;
  }

  /**
   * Sum of squares minus the square of the sum over n, in double-double: the sum of squared
   * deviations.
   */
  private double deviation(int slot) {
    int at = slot * stride;
    if (special(slot) != 0) {
      return Double.NaN;
    }
    double n = counts[slot];
    double high = total(sums[at], sums[at + 1]);
    if (!Double.isFinite(high) || !Double.isFinite(sums[at + 2])) {
      return Double.NaN;
    }
    double low = sums[at + 1] - (high - sums[at]);
    double square = high * high;
    double squareRest = Math.fma(high, high, -square) + 2 * high * low;
    double quotient = square / n;
    double quotientRest = (Math.fma(-quotient, n, square) + squareRest) / n;
    double deviation = (sums[at + 2] - quotient) + (sums[at + 3] - quotientRest);
    return Math.max(0, deviation);
  }

  @Override
  public long byteSize() {
    return 8L * (counts.length + sums.length + specials.length);
  }

  @Override
  public int stateWords() {
    return 1 + stride + SPECIALS;
  }

  @Override
  public long stateWord(int slot, int index) {
    if (index > stride) {
      return special(slot, index - stride - 1);
    }
    return index == 0 ? counts[slot] : Double.doubleToRawLongBits(sums[slot * stride + index - 1]);
  }

  @Override
  public void restore(int slot, long[] words, byte[] bytes, int from, int to) {
    counts[slot] = words[0];
    for (int i = 0; i < stride; i++) {
      sums[slot * stride + i] = Double.longBitsToDouble(words[i + 1]);
    }
    addSpecial(slot, Double.NaN, words[stride + 1]);
    addSpecial(slot, Double.POSITIVE_INFINITY, words[stride + 2]);
    addSpecial(slot, Double.NEGATIVE_INFINITY, words[stride + 3]);
  }
}
