package dev.sluice.cli.print;

import dev.sluice.type.Schema;
import java.io.PrintStream;
import java.util.List;

/** One line a column, one record after another: for rows too wide for the terminal. */
final class ExpandedPrinter implements RowPrinter {
  private final PrintStream out;
  private List<String> names = List.of();
  private boolean changes;
  private long count;

  ExpandedPrinter(PrintStream out) {
    this.out = out;
  }

  @Override
  public void begin(Schema columns, boolean showChanges, boolean live) {
    names = columns.names();
    changes = showChanges;
  }

  @Override
  public void rows(List<Row> rows) {
    int width = names.stream().mapToInt(TextWidth::of).max().orElse(0);
    for (Row row : rows) {
      count++;
      String label = "-[ " + (changes ? row.kind().sign() + " " : "") + "record " + count + " ]";
      out.print(label + "-".repeat(Math.max(1, width + 12 - label.length())) + "\n");
      for (int i = 0; i < names.size(); i++) {
        String name = names.get(i);
        String value = TextWidth.oneLine(row.cells().get(i).orElse("NULL"));
        out.print(name + TextWidth.padding(name, width) + " | " + value + "\n");
      }
    }
    out.flush();
  }

  @Override
  public void end() {
    if (count == 0) {
      out.print("(0 rows)\n");
    }
    out.flush();
  }
}
