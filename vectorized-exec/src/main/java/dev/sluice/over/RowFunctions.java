package dev.sluice.over;

import dev.sluice.batch.Cells;
import dev.sluice.plan.OverNode;
import dev.sluice.type.DataType;
import java.util.Set;
import org.apache.arrow.vector.FieldVector;

/**
 * Functions that number rows, or take a value from another row. Stateless; safe for use by any
 * thread.
 */
public final class RowFunctions {
  private static final Set<String> NUMBERS =
      Set.of("ROW_NUMBER", "RANK", "DENSE_RANK", "PERCENT_RANK", "CUME_DIST", "NTILE");
  private static final Set<String> PICKS =
      Set.of("LAG", "LEAD", "FIRST_VALUE", "LAST_VALUE", "NTH_VALUE");

  private RowFunctions() {}

  /** Whether the function is one of these; else it is an aggregate. */
  public static boolean isOne(String function) {
    return isNumber(function) || PICKS.contains(function);
  }

  /** Whether the function numbers rows. */
  public static boolean isNumber(String function) {
    return NUMBERS.contains(function);
  }

  static void compute(OverNode.Call call, Chunk chunk, FrameBounds bounds, FieldVector out) {
    for (Segment segment : chunk.segments()) {
      if (isNumber(call.function())) {
        number(call, chunk, segment, out);
      } else {
        pick(call, chunk, bounds, segment, out);
      }
    }
  }

  private static void number(OverNode.Call call, Chunk chunk, Segment segment, FieldVector out) {
    DataType type = call.type();
    long peers = segment.peersBefore();
    int size = segment.end() - segment.start();
    for (int i = segment.fresh(); i < segment.end(); i++) {
      peers += chunk.peerStart(i) == i ? 1 : 0;
      int place = i - segment.fresh();
      int peer = chunk.peerStart(i) - segment.fresh();
      long word =
          switch (call.function()) {
            case "ROW_NUMBER" -> segment.rowsBefore() + place + 1;
            case "RANK" -> segment.rowsBefore() + peer + 1;
            case "DENSE_RANK" -> peers;
            case "PERCENT_RANK" -> Cells.ofDouble(size < 2 ? 0 : (double) peer / (size - 1));
            case "CUME_DIST" ->
                Cells.ofDouble((double) (chunk.peerEnd(i) - segment.start()) / size);
            default -> tile(place, size, constant(call, 1));
          };
      Cells.setWord(out, type, i, word);
    }
  }

  /** The first tiles have one row more where they cannot all have the same. */
  private static long tile(long place, long size, long tiles) {
    long small = size / tiles;
    long large = size % tiles;
    long inLarge = large * (small + 1);
    return place < inLarge
        ? place / (small + 1) + 1
        : large + (place - inLarge) / Math.max(1, small) + 1;
  }

  private static long constant(OverNode.Call call, long fallback) {
    return call.constants().isEmpty()
        ? fallback
        : ((Number) call.constants().get(0).value().orElseThrow()).longValue();
  }

  private static void pick(
      OverNode.Call call, Chunk chunk, FrameBounds bounds, Segment segment, FieldVector out) {
    FieldVector values = chunk.batch().vector(call.arguments().get(0));
    for (int i = segment.fresh(); i < segment.end(); i++) {
      int from =
          switch (call.function()) {
            case "LAG" -> nth(call, values, i - 1, segment.start() - 1, constant(call, 1), i);
            case "LEAD" -> nth(call, values, i + 1, segment.end(), constant(call, 1), i);
            case "LAST_VALUE" -> nth(call, values, bounds.high(i) - 1, bounds.low(i) - 1, 1, i);
            default -> nth(call, values, bounds.low(i), bounds.high(i), constant(call, 1), i);
          };
      if (from >= 0) {
        copy(values, from, out, i);
      } else if (call.arguments().size() > 1) {
        copy(chunk.batch().vector(call.arguments().get(1)), i, out, i);
      } else {
        out.setNull(i);
      }
    }
  }

  private static void copy(FieldVector values, int from, FieldVector out, int to) {
    if (values.isNull(from)) {
      out.setNull(to);
    } else {
      out.copyFromSafe(from, to, values);
    }
  }

  /**
   * The {@code n}-th row on the way from {@code first} until before {@code end}, in either
   * direction, NULLs passed over if the call says so; row {@code self} for n = 0; -1 if there is
   * none.
   */
  private static int nth(
      OverNode.Call call, FieldVector values, int first, int end, long n, int self) {
    if (n == 0) {
      return self;
    }
    boolean back = end < first;
    boolean none =
        call.function().equals("LAG") || call.function().equals("LAST_VALUE")
            ? end >= first
            : end <= first;
    if (none) {
      return -1;
    }
    int step = back ? -1 : 1;
    if (!call.ignoreNulls()) {
      long at = first + step * (n - 1);
      return (back ? at > end : at < end) ? (int) at : -1;
    }
    long left = n;
    for (int at = first; at != end; at += step) {
      if (!values.isNull(at) && --left == 0) {
        return at;
      }
    }
    return -1;
  }
}
