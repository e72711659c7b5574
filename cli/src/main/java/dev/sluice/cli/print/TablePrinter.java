package dev.sluice.cli.print;

import dev.sluice.type.Schema;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Columns aligned for a person: numbers to the right, NULL as NULL, a count at the end. Holds rows
 * back until {@value #HELD_ROWS} have come, to know the widths; live rows show at once and widen
 * the columns when needed.
 */
final class TablePrinter implements RowPrinter {
  private static final int HELD_ROWS = 10_000;

  private final PrintStream out;
  private final List<Row> held = new ArrayList<>();
  private String[] names = new String[0];
  private boolean[] right = new boolean[0];
  private int[] widths = new int[0];
  private boolean changes;
  private boolean live;
  private boolean headed;
  private long count;

  TablePrinter(PrintStream out) {
    this.out = out;
  }

  @Override
  public void begin(Schema columns, boolean showChanges, boolean showLive) {
    changes = showChanges;
    live = showLive;
    int extra = changes ? 1 : 0;
    names = new String[columns.size() + extra];
    right = new boolean[names.length];
    widths = new int[names.length];
    if (changes) {
      names[0] = "op";
    }
    for (int i = 0; i < columns.size(); i++) {
      names[i + extra] = TextWidth.oneLine(columns.field(i).name());
      right[i + extra] = RowPrinter.alignsRight(columns.type(i));
    }
    for (int i = 0; i < names.length; i++) {
      widths[i] = TextWidth.of(names[i]);
    }
  }

  @Override
  public void rows(List<Row> rows) {
    count += rows.size();
    if (headed) {
      rows.forEach(this::line);
      out.flush();
      return;
    }
    held.addAll(rows);
    if (live || held.size() >= HELD_ROWS) {
      release();
    }
  }

  @Override
  public void end() {
    if (!headed) {
      release();
    }
    out.print(count == 1 ? "(1 row)\n" : "(" + Cells.grouped(count) + " rows)\n");
    out.flush();
  }

  private void release() {
    for (Row row : held) {
      String[] cells = cells(row);
      for (int i = 0; i < cells.length; i++) {
        widths[i] = Math.max(widths[i], TextWidth.of(cells[i]));
      }
    }
    heading();
    held.forEach(this::line);
    held.clear();
    out.flush();
  }

  private void heading() {
    headed = true;
    StringBuilder head = new StringBuilder();
    StringBuilder rule = new StringBuilder();
    for (int i = 0; i < names.length; i++) {
      head.append(i == 0 ? " " : "| ");
      pad(head, names[i], i, i == names.length - 1);
      rule.append(i == 0 ? "" : "+").append("-".repeat(widths[i] + 2));
    }
    out.print(head.toString().stripTrailing() + "\n" + rule + "\n");
  }

  private void line(Row row) {
    String[] cells = cells(row);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < cells.length; i++) {
      text.append(i == 0 ? " " : "| ");
      widths[i] = Math.max(widths[i], TextWidth.of(cells[i]));
      pad(text, cells[i], i, i == cells.length - 1);
    }
    out.print(text.append('\n'));
  }

  private void pad(StringBuilder text, String cell, int column, boolean last) {
    String blanks = TextWidth.padding(cell, widths[column]);
    text.append(right[column] ? blanks + cell : last ? cell : cell + blanks);
    if (!last) {
      text.append(' ');
    }
  }

  private String[] cells(Row row) {
    int extra = changes ? 1 : 0;
    String[] cells = new String[names.length];
    if (changes) {
      cells[0] = row.kind().sign();
    }
    for (int i = extra; i < cells.length; i++) {
      cells[i] = TextWidth.oneLine(row.cells().get(i - extra).orElse("NULL"));
    }
    return cells;
  }
}
