package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.run.ExitCode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is decided before any SQL is looked at. */
class OptionsTest {
  @TempDir Path directory;

  @Test
  void versionNamesTheProgram() {
    Invocation run = Invocation.of(directory, "--version");
    assertThat(run.code()).isZero();
    assertThat(run.out()).startsWith("sluice ");
    assertThat(run.err()).isEmpty();
  }

  @Test
  void helpListsEveryCommandAndTheExitCodes() {
    Invocation run = Invocation.of(directory, "--help");
    assertThat(run.code()).isZero();
    assertThat(run.out()).contains("run", "check", "explain", "repl", "completion", "Exit codes");
  }

  @Test
  void everyCommandHasHelp() {
    for (String command : new String[] {"run", "check", "explain", "repl", "completion"}) {
      Invocation run = Invocation.of(directory, command, "--help");
      assertThat(run.code()).as(command).isZero();
      assertThat(run.out()).contains("Usage: sluice " + command);
    }
  }

  @Test
  void mistypedOptionIsRefusedWithSuggestion() {
    Invocation run = Invocation.of(directory, "run", "x.sql", "--paralelism", "2");
    assertThat(run.code()).isEqualTo(ExitCode.REFUSED);
    assertThat(run.err()).contains("--paralelism").contains("--parallelism");
  }

  @Test
  void fileWithoutCommandIsRefusedWithTheCommandToUse() {
    Invocation run = Invocation.of(directory, "orders.sql");
    assertThat(run.code()).isEqualTo(ExitCode.REFUSED);
    assertThat(run.err()).contains("did you mean 'sluice run orders.sql'?");
    assertThat(Invocation.of(directory, "chekc").err()).contains("'check'");
  }

  @Test
  void runWithoutFileIsRefused() {
    Invocation run = Invocation.of(directory, "run");
    assertThat(run.code()).isEqualTo(ExitCode.REFUSED);
    assertThat(run.err()).contains("FILE").contains("sluice run --help");
  }

  @Test
  void missingFileIsRefusedByName() {
    Invocation run = Invocation.of(directory, "run", "nowhere.sql");
    assertThat(run.code()).isEqualTo(ExitCode.REFUSED);
    assertThat(run.err())
        .isEqualTo(
            "error[SLU-1005]: cannot read file 'nowhere.sql': it does not exist\n"
                + "hint: relative paths start at "
                + directory.toAbsolutePath().normalize()
                + "\n");
  }

  @Test
  void directoryInsteadOfFileIsRefused() {
    Invocation run = Invocation.of(directory, "check", ".");
    assertThat(run.code()).isEqualTo(ExitCode.REFUSED);
    assertThat(run.err()).contains("it is a directory");
  }

  @Test
  void parallelismMustBePositive() throws Exception {
    Files.writeString(directory.resolve("a.sql"), "SELECT 1;");
    Invocation run = Invocation.of(directory, "run", "a.sql", "--parallelism", "0");
    assertThat(run.code()).isEqualTo(ExitCode.REFUSED);
    assertThat(run.err()).startsWith("error[SLU-1004]: option '--parallelism' must be at least 1");
  }

  @Test
  void variableWithoutValueIsRefused() throws Exception {
    Files.writeString(directory.resolve("a.sql"), "SELECT 1;");
    Invocation run = Invocation.of(directory, "run", "a.sql", "--set", "TOPIC");
    assertThat(run.code()).isEqualTo(ExitCode.REFUSED);
    assertThat(run.err()).contains("'--set' takes NAME=VALUE, not 'TOPIC'");
  }

  @Test
  void completionScriptsKnowCommandsAndOptions() {
    for (String shell : new String[] {"bash", "zsh"}) {
      Invocation run = Invocation.of(directory, "completion", shell);
      assertThat(run.code()).as(shell).isZero();
      assertThat(run.out())
          .contains(
              "complete -F _complete_sluice",
              "_picocli_sluice_explain",
              "--parallelism",
              "--format");
    }
    assertThat(Invocation.of(directory, "completion", "fish").code()).isEqualTo(ExitCode.REFUSED);
  }

  @Test
  void bashAcceptsTheCompletionScript() throws Exception {
    Path script = directory.resolve("completion.bash");
    Files.writeString(
        script, Invocation.of(directory, "completion", "bash").out(), StandardCharsets.UTF_8);
    Process bash =
        new ProcessBuilder("bash", "-n", script.toString()).redirectErrorStream(true).start();
    String said = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(bash.waitFor()).as(said).isZero();
  }
}
