package dev.sluice.cli;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code sluice} in a process of its own. */
final class ChildRun {
  private ChildRun() {}

  /** Runs {@code file}; what it prints goes to {@code out.txt} and {@code err.txt}. */
  static Process start(Path directory, Path file) throws IOException {
    return of(directory, List.of(), "run", file.toString())
        .redirectOutput(directory.resolve("out.txt").toFile())
        .redirectError(directory.resolve("err.txt").toFile())
        .start();
  }

  /**
   * {@code sluice} with {@code arguments}, not started yet.
   *
   * @param jvm flags of the virtual machine, besides those of this one
   */
  static ProcessBuilder of(Path directory, List<String> jvm, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(a -> a.startsWith("--") || a.startsWith("-XX") || a.startsWith("-Dio"))
        .forEach(command::add);
    command.addAll(jvm);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).directory(directory.toFile());
  }

  /** Sends STOP, CONT, KILL or TERM; not 0 if the process has ended. */
  static int signal(Process process, String name) throws IOException, InterruptedException {
    return new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
  }
}
