package dev.sluice.cli.print;

import dev.sluice.type.Schema;
import java.io.PrintStream;
import java.util.List;

/** One JSON object a line, keys in the order of the columns. */
final class JsonPrinter implements RowPrinter {
  private final PrintStream out;
  private Schema columns = new Schema(List.of());
  private boolean changes;

  JsonPrinter(PrintStream out) {
    this.out = out;
  }

  @Override
  public boolean wantsJson() {
    return true;
  }

  @Override
  public void begin(Schema schema, boolean showChanges, boolean live) {
    columns = schema;
    changes = showChanges;
  }

  @Override
  public void rows(List<Row> rows) {
    StringBuilder text = new StringBuilder();
    for (Row row : rows) {
      text.append('{');
      if (changes) {
        text.append("\"op\":\"").append(row.kind().sign()).append('"');
      }
      for (int i = 0; i < columns.size(); i++) {
        if (i > 0 || changes) {
          text.append(',');
        }
        JsonText.quote(text, columns.field(i).name());
        text.append(':').append(row.cells().get(i).orElse("null"));
      }
      text.append("}\n");
    }
    out.print(text);
    out.flush();
  }

  @Override
  public void end() {
    out.flush();
  }
}
