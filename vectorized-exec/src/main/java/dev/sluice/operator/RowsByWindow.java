package dev.sluice.operator;

import dev.sluice.batch.Cells;
import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.Rows;
import dev.sluice.function.TimeFunctions;
import dev.sluice.plan.WindowColumns;
import dev.sluice.state.SlotChanges;
import dev.sluice.type.Schema;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Tells rows apart by the end of the window that they name; without a window all rows have the end
 * 0. Single-threaded.
 */
final class RowsByWindow {
  private final Optional<WindowColumns> window;
  private final Schema input;
  private final Clock clock;
  private Optional<OperatorContext> context = Optional.empty();
  private ZoneId zone = ZoneOffset.UTC;

  RowsByWindow(Optional<WindowColumns> window, Schema input, Clock clock) {
    this.window = window;
    this.input = input;
    this.clock = clock;
  }

  void open(OperatorContext host) {
    context = Optional.of(host);
    zone = host.evalContext().zone();
  }

  /** The rows of each window that is still open; others are counted. */
  Map<Long, Rows> spread(RecordBatch batch, Rows rows) {
    if (window.isEmpty()) {
      return Map.of(0L, rows);
    }
    Map<Long, List<Integer>> found = new TreeMap<>();
    int late = 0;
    for (int i = 0; i < rows.count(); i++) {
      int position = rows.position(i);
      boolean none = batch.vector(window.get().end()).isNull(position);
      if (none || isClosed(end(batch, position))) {
        late++;
      } else {
        found.computeIfAbsent(end(batch, position), e -> new ArrayList<>()).add(position);
      }
    }
    if (late > 0) {
      context.orElseThrow().count("rows.late", late);
    }
    Map<Long, Rows> spread = new TreeMap<>();
    found.forEach(
        (end, positions) ->
            spread.put(
                end,
                Rows.at(
                    positions.stream().mapToInt(Integer::intValue).toArray(), positions.size())));
    return spread;
  }

  /** The end that the row names. */
  long end(RecordBatch batch, int position) {
    return window
        .map(w -> Cells.word(batch.vector(w.end()), input.type(w.end()), position))
        .orElse(0L);
  }

  /** The columns that say of which window and key a row is. */
  List<Integer> identity(List<Integer> keys) {
    List<Integer> identity = new ArrayList<>(keys);
    window.map(WindowColumns::end).filter(end -> !keys.contains(end)).ifPresent(identity::add);
    return identity;
  }

  /** Writes of which window a saved row is. */
  SlotChanges.Name name(long end) {
    return (out, row) ->
        window.ifPresent(w -> Cells.setWord(out.vector(w.end()), input.type(w.end()), row, end));
  }

  /** Whether the watermark has closed the window; never without one. */
  boolean isClosed(long end) {
    return window.isPresent() && clock.watermark() >= due(end);
  }

  /** The watermark that closes the window. */
  long due(long end) {
    WindowColumns columns = window.orElseThrow();
    return (columns.local() ? TimeFunctions.toInstant(end, zone) : end) - columns.unitMicros();
  }
}
