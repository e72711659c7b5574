package dev.sluice.cli.repl;

import dev.sluice.cli.run.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/** Where the shell keeps what was typed. Stateless. */
final class History {
  private History() {}

  /**
   * {@code $XDG_STATE_HOME/sluice/history} if that variable is set, else {@code ~/.sluice/history};
   * empty if the folder cannot be made, in which case the shell works without.
   */
  static Optional<Path> file(Console console) {
    Optional<Path> folder =
        console
            .environment()
            .apply("XDG_STATE_HOME")
            .filter(s -> !s.isEmpty())
            .map(s -> Path.of(s, "sluice"))
            .or(() -> console.environment().apply("HOME").map(h -> Path.of(h, ".sluice")));
    if (folder.isEmpty()) {
      return Optional.empty();
    }
    try {
      Files.createDirectories(folder.get());
      Path file = folder.get().resolve("history");
      if (!Files.isWritable(folder.get())) {
        return Optional.empty();
      }
      keepToOwner(file);
      return Optional.of(file);
    } catch (IOException e) {
      console.err().print("no history is kept: cannot make " + folder.get() + "\n");
      return Optional.empty();
    }
  }

  /** What was typed may hold passwords. */
  private static void keepToOwner(Path file) throws IOException {
    if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      if (!Files.exists(file)) {
        Files.createFile(file);
      }
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }
  }
}
