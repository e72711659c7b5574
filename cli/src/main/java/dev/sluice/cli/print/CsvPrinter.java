package dev.sluice.cli.print;

import dev.sluice.type.Schema;
import java.io.PrintStream;
import java.util.List;
import java.util.Optional;

/** RFC 4180 with a header; NULL is an empty field and the empty string {@code ""}. */
final class CsvPrinter implements RowPrinter {
  private final PrintStream out;
  private boolean changes;

  CsvPrinter(PrintStream out) {
    this.out = out;
  }

  @Override
  public void begin(Schema columns, boolean showChanges, boolean live) {
    changes = showChanges;
    StringBuilder line = new StringBuilder(changes ? "op" : "");
    for (String name : columns.names()) {
      append(line, Optional.of(name));
    }
    out.print(line.append('\n'));
  }

  @Override
  public void rows(List<Row> rows) {
    StringBuilder text = new StringBuilder();
    for (Row row : rows) {
      StringBuilder line = new StringBuilder(changes ? row.kind().sign() : "");
      boolean first = !changes;
      for (Optional<String> cell : row.cells()) {
        if (!first) {
          line.append(',');
        }
        first = false;
        field(line, cell);
      }
      text.append(line).append('\n');
    }
    out.print(text);
    out.flush();
  }

  @Override
  public void end() {
    out.flush();
  }

  private static void append(StringBuilder line, Optional<String> cell) {
    if (line.length() > 0) {
      line.append(',');
    }
    field(line, cell);
  }

  private static void field(StringBuilder line, Optional<String> cell) {
    if (cell.isEmpty()) {
      return;
    }
    String value = cell.get();
    boolean quoted = value.isEmpty();
    for (int i = 0; i < value.length() && !quoted; i++) {
      char c = value.charAt(i);
      quoted = c == ',' || c == '"' || c == '\n' || c == '\r';
    }
    if (quoted) {
      line.append('"').append(value.replace("\"", "\"\"")).append('"');
    } else {
      line.append(value);
    }
  }
}
