package dev.sluice.cli.repl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.repl.Pieces.Piece;
import dev.sluice.connector.ConnectorRegistry;
import dev.sluice.planner.Planner;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PiecesTest {
  private static final Planner PLANNER =
      new Planner(ConnectorRegistry.load(), Map.of(), name -> Optional.empty());

  @Test
  void statementsAndCommandsAreTakenApartInOrder() {
    Pieces pieces = pieces("SELECT 1;\nSELECT 2;\n\\dt\n\nSELECT 3;\nquit");
    assertThat(pieces.whole())
        .containsExactly(
            new Piece(false, "SELECT 1;\nSELECT 2;\n"),
            new Piece(true, "\\dt"),
            new Piece(false, "\n\n\n\nSELECT 3;\n"),
            new Piece(true, "quit"));
    assertThat(pieces.open()).isEmpty();
  }

  @Test
  void statementStaysOpenOverACommand() {
    Pieces pieces = pieces("SELECT 1 +\n\\dt");
    assertThat(pieces.whole()).containsExactly(new Piece(true, "\\dt"));
    assertThat(pieces.open()).isEqualTo("SELECT 1 +");
    assertThat(Pieces.endsInCommand("SELECT 1 +\n\\dt", PLANNER::isIncomplete)).isTrue();
  }

  @Test
  void backslashInsideAStringOrCommentIsText() {
    assertThat(pieces("SELECT '\n\\dt\n';").whole())
        .containsExactly(new Piece(false, "SELECT '\n\\dt\n';"));
    assertThat(Pieces.endsInCommand("SELECT '\n\\dt", PLANNER::isIncomplete)).isFalse();
    assertThat(Pieces.endsInCommand("/*\n\\dt", PLANNER::isIncomplete)).isFalse();
  }

  @Test
  void columnNamedLikeAWordOfTheShellIsNone() {
    assertThat(pieces("SELECT\nhelp\nFROM t;").whole())
        .isEqualTo(List.of(new Piece(false, "SELECT\nhelp\nFROM t;")));
  }

  private static Pieces pieces(String input) {
    return Pieces.of(input, PLANNER::isIncomplete);
  }
}
