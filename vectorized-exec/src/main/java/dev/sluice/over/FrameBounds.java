package dev.sluice.over;

import dev.sluice.batch.Cells;
import dev.sluice.plan.OverNode.Bound;
import dev.sluice.plan.OverNode.Frame;
import dev.sluice.plan.SortKey;
import dev.sluice.type.DataType;
import dev.sluice.type.Schema;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.vector.FieldVector;

/**
 * Where the frame of each row begins and ends. Neither goes back from row to row of a segment. Made
 * for one chunk; single-threaded.
 */
final class FrameBounds {
  private static final long MICROS_PER_DAY = 86_400_000_000L;

  private final Chunk chunk;
  private final Frame frame;

  /** Values of the order that rise from row to row: exact ones, or approximate ones. */
  private final long[] words;

  private final double[] doubles;
  private final boolean[] nulls;
  private final boolean exact;
  private final int[] lows;
  private final int[] highs;

  FrameBounds(Chunk chunk, Frame frame, Schema schema, List<SortKey> order) {
    this.chunk = chunk;
    this.frame = frame;
    int n = chunk.batch().length();
    lows = new int[n];
    highs = new int[n];
    boolean byValue =
        !frame.rows() && (frame.lower().offset().isPresent() || frame.upper().offset().isPresent());
    DataType type = byValue ? schema.type(order.get(0).column()) : DataType.of(DataType.Kind.NULL);
    exact = !type.kind().isApproximate();
    words = new long[byValue && exact ? n : 0];
    doubles = new double[byValue && !exact ? n : 0];
    nulls = new boolean[byValue ? n : 0];
    if (byValue) {
      load(chunk.batch().vector(order.get(0).column()), type, order.get(0).descending());
    }
    Optional<BigDecimal> lower = frame.lower().offset().map(o -> offset(o.value(), o.type(), type));
    Optional<BigDecimal> upper = frame.upper().offset().map(o -> offset(o.value(), o.type(), type));
    for (Segment segment : chunk.segments()) {
      for (int i = segment.start(); i < segment.end(); i++) {
        lows[i] = frame.rows() ? row(segment, i, frame.lower(), 0) : value(segment, i, lower, true);
        highs[i] =
            frame.rows() ? row(segment, i, frame.upper(), 1) : value(segment, i, upper, false);
      }
    }
  }

  int low(int row) {
    return lows[row];
  }

  int high(int row) {
    return highs[row];
  }

  private void load(FieldVector vector, DataType type, boolean descending) {
    for (int i = 0; i < nulls.length; i++) {
      nulls[i] = vector.isNull(i);
      if (nulls[i]) {
        continue;
      }
      long word = Cells.word(vector, type, i);
      if (exact) {
        words[i] = descending ? -word : word;
      } else {
        doubles[i] = descending ? -Cells.toDouble(word) : Cells.toDouble(word);
      }
    }
  }

  /** The offset in units of the column's words. */
  private static BigDecimal offset(Optional<Object> value, DataType given, DataType column) {
    BigDecimal number = new BigDecimal(value.orElseThrow().toString());
    return switch (column.kind()) {
      case DECIMAL -> number.movePointRight(column.scale());
      case DATE ->
          given.kind() == DataType.Kind.INTERVAL_DAY
              ? number.divideToIntegralValue(BigDecimal.valueOf(MICROS_PER_DAY))
              : number;
      case TIME -> given.kind() == DataType.Kind.INTERVAL_DAY ? number.movePointLeft(3) : number;
      default -> number;
    };
  }

  /** A bound that counts rows; {@code behind} is 1 for one behind the last row of the frame. */
  private static int row(Segment segment, int i, Bound bound, int behind) {
    long at =
        switch (bound.kind()) {
          case UNBOUNDED_PRECEDING -> segment.start();
          case UNBOUNDED_FOLLOWING -> segment.end();
          case CURRENT_ROW -> i + behind;
          case PRECEDING -> i + behind - rows(bound);
          case FOLLOWING -> i + behind + rows(bound);
        };
    return (int) Math.max(segment.start(), Math.min(segment.end(), at));
  }

  private static long rows(Bound bound) {
    Object value = bound.offset().orElseThrow().value().orElseThrow();
    return Math.min(((Number) value).longValue(), Integer.MAX_VALUE);
  }

  private int value(Segment segment, int i, Optional<BigDecimal> offset, boolean low) {
    Bound bound = low ? frame.lower() : frame.upper();
    return switch (bound.kind()) {
      case UNBOUNDED_PRECEDING -> segment.start();
      case UNBOUNDED_FOLLOWING -> segment.end();
      case CURRENT_ROW -> low ? chunk.peerStart(i) : chunk.peerEnd(i);
      case PRECEDING -> search(segment, i, offset.orElseThrow().negate(), low);
      case FOLLOWING -> search(segment, i, offset.orElseThrow(), low);
    };
  }

  /**
   * The first row that is not before (or, of the end, that is behind) the value of row {@code i}
   * and the difference. NULLs are as far from anything as can be, and equal.
   */
  private int search(Segment segment, int i, BigDecimal difference, boolean low) {
    if (nulls[i]) {
      return low ? chunk.peerStart(i) : chunk.peerEnd(i);
    }
    int from = segment.start();
    int to = segment.end();
    while (from < to && nulls[from]) {
      from = chunk.peerEnd(from);
    }
    while (to > from && nulls[to - 1]) {
      to = chunk.peerStart(to - 1);
    }
    while (from < to) {
      int middle = (from + to) >>> 1;
      int order = compare(middle, i, difference);
      if (order < 0 || !low && order == 0) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    return from;
  }

  /** How the value of row {@code a} compares to that of row {@code i} and the difference. */
  private int compare(int a, int i, BigDecimal difference) {
    if (!exact) {
      return Double.compare(doubles[a], doubles[i] + difference.doubleValue());
    }
    long limit = words[i] + difference.longValue();
    boolean plain =
        difference.scale() <= 0
            && difference.precision() < 18
            && ((words[i] ^ limit) & (difference.longValue() ^ limit)) >= 0;
    return plain
        ? Long.compare(words[a], limit)
        : BigDecimal.valueOf(words[a]).compareTo(BigDecimal.valueOf(words[i]).add(difference));
  }
}
