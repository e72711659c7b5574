package dev.sluice.plan;

import java.util.List;

/**
 * Where rows go that an operator sets aside (late ones).
 *
 * @param sink the table that takes them
 * @param columns for each column of the sink, the operator's input column that fills it
 */
public record SideOutput(TableRef sink, List<Integer> columns) {
  public SideOutput {
    columns = List.copyOf(columns);
  }
}
