package dev.sluice.connector.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** Files and names that a power failure does not take back. Stateless. */
final class Durable {
  private Durable() {}

  /** The file's bytes. */
  static void force(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  /** The names in a folder. */
  static void forceFolder(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /**
   * Makes a folder, and those above it, whose names a power failure does not take back, even if it
   * is there already: who made it may have been killed before.
   */
  static void createFolders(Path folder) throws IOException {
    List<Path> above = new ArrayList<>();
    Path made = folder;
    do {
      made = made.getParent();
      if (made != null) {
        above.add(made);
      }
    } while (made != null && !Files.exists(made));
    Files.createDirectories(folder);
    for (Path parent : above) {
      forceFolder(parent);
    }
  }

  /** Renames, replacing what is there. */
  static void move(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
