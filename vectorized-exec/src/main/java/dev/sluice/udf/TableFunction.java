package dev.sluice.udf;

import java.util.ArrayList;
import java.util.List;

/**
 * Any number of rows from one row: public methods {@code eval} that call {@link #collect} once for
 * every row they give.
 *
 * @param <T> a row: a record, a class with public fields, a {@link Row}, or the value of its only
 *     column
 */
public abstract class TableFunction<T> extends UserDefinedFunction {
  private List<Object> collected = new ArrayList<>();

  /** Gives a row. */
  protected final void collect(T row) {
    collected.add(row);
  }

  /** The rows given since the last call; Sluice asks after each {@code eval}. */
  public final List<Object> takeCollected() {
    List<Object> taken = collected;
    collected = new ArrayList<>();
    return taken;
  }
}
