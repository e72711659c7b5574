package dev.sluice.cli.print;

import dev.sluice.type.DataType;
import dev.sluice.type.Schema;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/**
 * Writes rows in one layout. Used by one thread at a time; {@link #begin} once, {@link #rows} any
 * number of times, {@link #end} once.
 */
public interface RowPrinter {
  /** The layouts. */
  enum Layout {
    TABLE,
    EXPANDED,
    CSV,
    JSON;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** A printer of that layout. */
  static RowPrinter of(Layout layout, PrintStream out) {
    return switch (layout) {
      case TABLE -> new TablePrinter(out);
      case EXPANDED -> new ExpandedPrinter(out);
      case CSV -> new CsvPrinter(out);
      case JSON -> new JsonPrinter(out);
    };
  }

  /** Whether cells are wanted as JSON rather than as plain text. */
  default boolean wantsJson() {
    return false;
  }

  /**
   * @param columns what will come
   * @param changes whether every row is a change, so that its kind must be shown
   * @param live whether rows should show as they come rather than be held back for a better layout
   */
  void begin(Schema columns, boolean changes, boolean live);

  void rows(List<Row> rows);

  void end();

  /** Whether values of the type stand at the right of their column. */
  static boolean alignsRight(DataType type) {
    return type.kind().isNumeric();
  }
}
