package dev.sluice.cli.repl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.run.Console;
import dev.sluice.cli.run.ErrorPrinter;
import dev.sluice.cli.run.ResultStream;
import dev.sluice.connector.ConnectorRegistry;
import dev.sluice.pipeline.Session;
import dev.sluice.pipeline.SessionOptions;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jline.terminal.Terminal;
import org.jline.terminal.impl.DumbTerminal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shell on a terminal without abilities, fed with lines. */
class ReplTest {
  @TempDir Path directory;

  @Test
  void leavesByCommandWordAndEndOfInput() throws Exception {
    assertThat(shell("\\q\nSELECT broken\n").err()).isEmpty();
    assertThat(shell("quit\n").code()).isZero();
    assertThat(shell("exit;\n").code()).isZero();
    assertThat(shell("").code()).isZero();
  }

  @Test
  void listsItsCommandsAndTheShapesOfStatements() throws Exception {
    Shell shell = shell("\\?\n\\h create sink\nhelp\n\\h nonsense\n\\q\n");
    assertThat(shell.out())
        .contains("\\timing [on|off]", "CREATE SINK name", "\\h followed by one of: CREATE STREAM");
  }

  @Test
  void unknownCommandIsSuggestedAndTheShellStays() throws Exception {
    Shell shell = shell("\\timin\n\\echo still here\n\\q\n");
    assertThat(shell.err()).contains("unknown command '\\timin'").contains("\\timing");
    assertThat(shell.out()).contains("still here");
  }

  @Test
  void togglesSayTheirState() throws Exception {
    assertThat(shell("\\timing\n\\timing off\n\\x\n\\q\n").out())
        .contains("timing is on\n", "timing is off\n", "expanded display is on\n");
  }

  @Test
  void includedFileThatIsMissingIsTold() throws Exception {
    assertThat(shell("\\i nowhere.sql\n\\i\n\\q\n").err())
        .contains("cannot read file 'nowhere.sql'")
        .contains("\\i needs a FILE");
  }

  @Test
  void pastedBlockMayHoldCommands() throws Exception {
    Shell shell = shell("SELECT 40 + 2\n\\echo between\n  AS answer;\n\\echo behind\n\\q\n");
    assertThat(shell.err()).isEmpty();
    assertThat(shell.out()).containsSubsequence("between", "answer", "42", "behind");
  }

  @Test
  void commandsOfPsqlAreAnsweredWithWhatToDoInstead() throws Exception {
    assertThat(shell("\\e\n\\! ls\n\\!ls\n\\g\n\\q\n").err())
        .contains("this shell has no '\\e'", "\\i FILE")
        .contains(
            "this shell has no '\\!'", "this shell has no '\\!ls'", "end the statement with ';'");
  }

  @Test
  void whyTellsOfTheLastQuery() throws Exception {
    assertThat(shell("\\why\nSELECT 1 AS a;\n\\why\n\\q\n").out())
        .containsSubsequence("nothing has run yet", "1 row", "nothing is read");
  }

  @Test
  void historyIsKeptInTheHomeFolder() throws Exception {
    shell("\\echo one\n\\q\n");
    assertThat(Files.readString(directory.resolve(".sluice/history"))).contains("\\echo one");
  }

  private record Shell(int code, String out, String err) {}

  private Shell shell(String typed) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    ByteArrayInputStream in = new ByteArrayInputStream(typed.getBytes(StandardCharsets.UTF_8));
    Console console =
        new Console(
            in,
            new ResultStream("standard output", out, true),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            true,
            true,
            true,
            "./sluice",
            directory,
            name -> name.equals("HOME") ? Optional.of(directory.toString()) : Optional.empty());
    Session session =
        new Session(
            new SessionOptions(
                ConnectorRegistry.load(),
                Map.of(),
                console.environment(),
                Map.of(),
                "repl",
                directory));
    try (Terminal terminal = new DumbTerminal("test", "dumb", in, out, StandardCharsets.UTF_8)) {
      int code =
          Repl.run(
              session, console, new ErrorPrinter(console.err(), false, false), false, terminal);
      return new Shell(
          code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
  }
}
