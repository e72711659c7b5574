package dev.sluice.plan;

/** One column of an order: input column by index, direction, and where NULLs go. */
public record SortKey(int column, boolean descending, boolean nullsFirst) {
  @Override
  public String toString() {
    return "$"
        + column
        + (descending ? " DESC" : "")
        + (nullsFirst == descending ? "" : nullsFirst ? " NULLS FIRST" : " NULLS LAST");
  }
}
