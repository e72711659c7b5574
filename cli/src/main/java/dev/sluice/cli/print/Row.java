package dev.sluice.cli.print;

import dev.sluice.type.RowKind;
import java.util.List;
import java.util.Optional;

/** A row of cells in the form its printer wants; an empty cell is NULL. A value. */
public record Row(RowKind kind, List<Optional<String>> cells) {
  public Row {
    cells = List.copyOf(cells);
  }
}
