package dev.sluice.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Runs one command to its end and watches the memory it holds. Output goes to files beside the
 * working files.
 */
final class ChildProcess {

  private static final long LIMIT_MINUTES = 30;

  private ChildProcess() {}

  record Outcome(String output, double millis, long peakBytes) {}

  /**
   * Throws with the end of the error output if the command fails or runs longer than half an hour.
   */
  static Outcome run(Path logs, String name, List<String> command, Map<String, String> environment)
      throws IOException, InterruptedException {
    Path out = Files.createDirectories(logs).resolve(name + ".out");
    Path err = logs.resolve(name + ".err");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().putAll(environment);
    long started = System.nanoTime();
    Process process = builder.start();
    long peak = 0;
    while (!process.waitFor(20, TimeUnit.MILLISECONDS)) {
      peak = Math.max(peak, highWaterMark(process.pid()));
      if (System.nanoTime() - started > TimeUnit.MINUTES.toNanos(LIMIT_MINUTES)) {
        process.destroyForcibly();
        throw new IOException(name + " ran longer than " + LIMIT_MINUTES + " minutes");
      }
    }
    double millis = (System.nanoTime() - started) / 1e6;
    if (process.exitValue() != 0) {
      String text = Files.readString(err) + Files.readString(out);
      throw new IOException(
          name
              + " ended with "
              + process.exitValue()
              + ": "
              + text.substring(Math.max(0, text.length() - 4000)));
    }
    return new Outcome(Files.readString(out), millis, peak);
  }

  /**
   * Linux's own peak of the resident memory; 0 on other systems or when the process has just ended.
   */
  private static long highWaterMark(long pid) {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
        if (line.startsWith("VmHWM:")) {
          return 1024 * Long.parseLong(line.replaceAll("[^0-9]", ""));
        }
      }
      return 0;
    } catch (IOException e) {
      return 0;
    }
  }
}
