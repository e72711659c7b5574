package dev.sluice.engine;

import dev.sluice.expr.ExprCompiler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes generated code to the directory that {@code -Dsluice.codegen.dump} names. Stateless. */
final class GeneratedCode {
  private GeneratedCode() {}

  /** From now on, if the property is set. */
  static void dumpIfAsked() {
    String directory = System.getProperty("sluice.codegen.dump", "");
    if (!directory.isEmpty()) {
      ExprCompiler.onSource(source -> write(Path.of(directory), source));
    }
  }

  private static void write(Path directory, String source) {
    try {
      Files.createDirectories(directory);
      String name = "Program" + Integer.toHexString(source.hashCode()) + ".java";
      Files.writeString(directory.resolve(name), source);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
