package dev.sluice.cli.print;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.RowKind;
import dev.sluice.type.Schema;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RowPrinterTest {
  private static final Schema COLUMNS =
      Schema.of(new Field("name", DataType.string()), new Field("n", DataType.of(Kind.BIGINT)));

  @Test
  void tableAlignsNumbersRightAndShowsNull() {
    assertThat(
            printed(
                RowPrinter.Layout.TABLE,
                false,
                row("ATL", "5"),
                row("東京", "1200"),
                row(null, null)))
        .isEqualTo(
            """
             name |    n
            ------+------
             ATL  |    5
             東京 | 1200
             NULL | NULL
            (3 rows)
            """);
  }

  @Test
  void tableKeepsControlCharactersFromTheTerminal() {
    assertThat(printed(RowPrinter.Layout.TABLE, false, row("a\nb\u001b[2J", "1")))
        .contains(" a\\nb\\x1b[2J | 1\n");
  }

  @Test
  void tableCountsOneRow() {
    assertThat(printed(RowPrinter.Layout.TABLE, false, row("a", "1"))).endsWith("(1 row)\n");
  }

  @Test
  void emptyTableHasItsHeading() {
    assertThat(printed(RowPrinter.Layout.TABLE, false))
        .isEqualTo(" name | n\n------+---\n(0 rows)\n");
  }

  @Test
  void csvTellsNullFromEmptyAndQuotesWhatNeedsIt() {
    assertThat(
            printed(
                RowPrinter.Layout.CSV, false, row("", "1"), row(null, "2"), row("a,\"b\"", null)))
        .isEqualTo("name,n\n\"\",1\n,2\n\"a,\"\"b\"\"\",\n");
  }

  @Test
  void csvOfChangesStartsWithTheOp() {
    Row change = new Row(RowKind.UPDATE_AFTER, List.of(Optional.empty(), Optional.of("2")));
    assertThat(printed(RowPrinter.Layout.CSV, true, change)).isEqualTo("op,name,n\n+U,,2\n");
  }

  @Test
  void jsonIsOneObjectALine() {
    Row change = new Row(RowKind.DELETE, List.of(Optional.of("\"x\""), Optional.empty()));
    assertThat(printed(RowPrinter.Layout.JSON, true, change))
        .isEqualTo("{\"op\":\"-D\",\"name\":\"x\",\"n\":null}\n");
  }

  @Test
  void expandedShowsOneColumnALine() {
    assertThat(printed(RowPrinter.Layout.EXPANDED, false, row("a", "1")))
        .contains("-[ record 1 ]-")
        .contains("name | a\nn    | 1\n");
  }

  @Test
  void foldingByRowTakesRetractedRowsAway() {
    FoldedRows folded = new FoldedRows(List.of());
    folded.add(row("a", "1"));
    folded.add(row("b", "1"));
    folded.add(new Row(RowKind.UPDATE_BEFORE, row("a", "1").cells()));
    folded.add(new Row(RowKind.UPDATE_AFTER, row("a", "2").cells()));
    folded.add(row("b", "1"));
    folded.add(new Row(RowKind.DELETE, row("b", "1").cells()));
    assertThat(folded.rows().stream().map(Row::cells))
        .containsExactly(row("b", "1").cells(), row("a", "2").cells());
  }

  @Test
  void foldingByKeyKeepsTheLastRowInItsPlace() {
    FoldedRows folded = new FoldedRows(List.of(0));
    folded.add(row("a", "1"));
    folded.add(row("b", "1"));
    folded.add(new Row(RowKind.UPDATE_AFTER, row("a", "2").cells()));
    folded.add(new Row(RowKind.DELETE, row("b", "7").cells()));
    assertThat(folded.rows().stream().map(Row::cells)).containsExactly(row("a", "2").cells());
  }

  private static Row row(String... cells) {
    return new Row(RowKind.INSERT, Arrays.stream(cells).map(Optional::ofNullable).toList());
  }

  private static String printed(RowPrinter.Layout layout, boolean changes, Row... rows) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    RowPrinter printer =
        RowPrinter.of(layout, new PrintStream(bytes, true, StandardCharsets.UTF_8));
    printer.begin(COLUMNS, changes, false);
    printer.rows(List.of(rows));
    printer.end();
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
