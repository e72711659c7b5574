package dev.sluice.operator;

import dev.sluice.plan.OverNode;
import dev.sluice.plan.OverNode.Bound;
import dev.sluice.state.SortedRow;
import java.util.List;
import java.util.OptionalLong;

/**
 * Which rows that had their result later rows may still see.
 *
 * @param rows the last so many
 * @param micros those no older; negative: by number only
 */
record LookBack(long rows, long micros) {
  static LookBack of(OverNode node) {
    long rows = 0;
    long micros = -1;
    for (OverNode.Call call : node.calls()) {
      if (call.function().equals("LAG")) {
        rows =
            Math.max(
                rows,
                call.constants().isEmpty()
                    ? 1
                    : number(call.constants().get(0).value().orElseThrow()));
        continue;
      }
      Bound lower = call.frame().lower();
      if (lower.kind() == Bound.Kind.PRECEDING) {
        long offset = number(lower.offset().orElseThrow().value().orElseThrow());
        if (call.frame().rows()) {
          rows = Math.max(rows, offset);
        } else {
          micros = Math.max(micros, offset);
        }
      }
    }
    return new LookBack(rows, micros);
  }

  private static long number(Object value) {
    return ((Number) value).longValue();
  }

  /** The rows to keep when the watermark has come to {@code watermark}: a list of their own. */
  List<SortedRow> kept(List<SortedRow> seen, long watermark) {
    int from = seen.size();
    long counted = 0;
    while (from > 0 && (counted < rows || isVisible(seen.get(from - 1), watermark))) {
      from--;
      counted += seen.get(from).count();
    }
    return new java.util.ArrayList<>(seen.subList(from, seen.size()));
  }

  private boolean isVisible(SortedRow row, long watermark) {
    return micros >= 0
        && watermark != Long.MAX_VALUE
        && (row.firstWord() > Long.MAX_VALUE - micros || row.firstWord() + micros > watermark);
  }

  /** When rows that are kept for their age can go. */
  OptionalLong expiry(List<SortedRow> seen) {
    if (micros < 0 || seen.size() <= rows) {
      return OptionalLong.empty();
    }
    long last = seen.get(seen.size() - 1).firstWord();
    return last > Long.MAX_VALUE - micros ? OptionalLong.empty() : OptionalLong.of(last + micros);
  }
}
