package dev.sluice.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.SourcePosition;
import dev.sluice.error.UserError;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ErrorPrinterTest {
  private static final String TEXT = "CREATE VIEW v AS\n  SELECT prise FROM orders;\n\tSELECT x;\n";

  @Test
  void mistakeIsUnderlinedInItsLine() {
    UserError error =
        UserError.of(ErrorCode.UNKNOWN_COLUMN, "unknown column 'prise'")
            .withDetail("Stream 'orders' has the columns price, amount.")
            .withHint("did you mean 'price'?")
            .at(new SourcePosition("a.sql", 2, 10, 2, 14));
    assertThat(rendered(error, false))
        .isEqualTo(
            """
            error[SLU-2003]: unknown column 'prise'
             --> a.sql:2:10
            2 |   SELECT prise FROM orders;
              |          ^^^^^
            Stream 'orders' has the columns price, amount.
            hint: did you mean 'price'?
            """);
  }

  @Test
  void tabsBeforeTheMistakeKeepTheirWidth() {
    UserError error =
        UserError.of(ErrorCode.UNKNOWN_COLUMN, "unknown column 'x'")
            .at(new SourcePosition("a.sql", 3, 9, 3, 9));
    assertThat(rendered(error, false)).contains("3 | \tSELECT x;\n  | \t       ^\n");
  }

  @Test
  void mistakeOverSeveralLinesIsUnderlinedToTheEndOfTheFirst() {
    UserError error =
        UserError.of(ErrorCode.INVALID_QUERY, "no").at(new SourcePosition("a.sql", 1, 8, 2, 14));
    assertThat(rendered(error, false)).contains("1 | CREATE VIEW v AS\n  |        ^^^^^^^^^\n");
  }

  @Test
  void placeBehindTheLastCharacterStillHasItsCaret() {
    UserError error =
        UserError.of(ErrorCode.SYNTAX, "the text ends here")
            .at(new SourcePosition("a.sql", 2, 28, 2, 28));
    assertThat(rendered(error, false)).contains("^\n");
  }

  @Test
  void placeInAnUnknownTextIsNamedWithoutItsLine() {
    UserError error =
        UserError.of(ErrorCode.SYNTAX, "odd").at(new SourcePosition("other.sql", 7, 1, 7, 1));
    assertThat(rendered(error, false)).isEqualTo("error[SLU-1001]: odd\n --> other.sql:7:1\n");
  }

  @Test
  void failureOfOursSaysSoWithoutStackTrace() {
    assertThat(rendered(new IllegalStateException("pane out of order\nmore"), false))
        .isEqualTo(
            "error: IllegalStateException: pane out of order\n"
                + "this is a bug in Sluice, not in your SQL; --debug shows where\n");
  }

  @Test
  void debugAddsTheStackTrace() {
    assertThat(rendered(new IllegalStateException("x"), true))
        .contains("at dev.sluice.cli.run.ErrorPrinterTest");
  }

  private static String rendered(Throwable failure, boolean debug) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream err = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    new ErrorPrinter(err, false, debug)
        .print(failure, source -> source.equals("a.sql") ? Optional.of(TEXT) : Optional.empty());
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
