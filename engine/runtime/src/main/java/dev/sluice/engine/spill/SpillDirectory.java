package dev.sluice.engine.spill;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.operator.SpillStore;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Where state goes that memory has no room for. Files are the owner's alone and lose their name as
 * soon as they are open, so that nothing stays behind however the process ends. Safe for use by any
 * thread.
 */
public final class SpillDirectory {
  private static final String PREFIX = "sluice-state-";
  private static final AtomicLong NUMBERS = new AtomicLong();

  private final Path directory;
  private boolean ready;

  /** Touches no disk before something is spilled. */
  public SpillDirectory(Path directory) {
    this.directory = directory;
  }

  /** Where it is if nothing is said: every user has a place of their own. */
  public static Path byDefault() {
    String user = System.getProperty("user.name", "nobody").replaceAll("[^A-Za-z0-9._-]", "_");
    return Path.of(System.getProperty("java.io.tmpdir"), "sluice-spill-" + user);
  }

  /**
   * What an operator has to keep to.
   *
   * @param page see {@link SpillStore#pageBytes}
   * @param least see {@link SpillStore#leastInMemory}
   * @param most see {@link SpillStore#mostInMemory}
   */
  public record Sizes(int page, long least, long most) {}

  /** A place for one operator. */
  public SpillStore store(Sizes sizes) {
    return new SpillFiles(this, sizes);
  }

  /** A new nameless file. */
  FileChannel create() throws IOException {
    prepare();
    Path file =
        directory.resolve(PREFIX + ProcessHandle.current().pid() + "-" + NUMBERS.incrementAndGet());
    return FileChannel.open(
        file,
        Set.of(
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE),
        ownerOnly("rw-------"));
  }

  private synchronized void prepare() throws IOException {
    if (ready) {
      return;
    }
    if (!Files.isDirectory(directory)) {
      Path parent = directory.toAbsolutePath().getParent();
      if (parent != null) {
        Files.createDirectories(parent);
      }
      Files.createDirectory(directory, ownerOnly("rwx------"));
    }
    requirePrivate();
    try (DirectoryStream<Path> left = Files.newDirectoryStream(directory, PREFIX + "*")) {
      for (Path file : left) {
        // a file has a name only while it is being opened, or if its process ended just then
        Files.deleteIfExists(file);
      }
    }
    ready = true;
  }

  /** Others must not be able to put files or links of theirs here. */
  private void requirePrivate() throws IOException {
    if (!isPosix()) {
      return;
    }
    Set<PosixFilePermission> granted =
        Files.getPosixFilePermissions(directory, LinkOption.NOFOLLOW_LINKS);
    if (granted.contains(PosixFilePermission.OTHERS_WRITE)
        || granted.contains(PosixFilePermission.GROUP_WRITE)) {
      throw UserError.of(
              ErrorCode.SPILL_FAILED,
              "others may write to '" + directory + "', where state would go")
          .withHint("take their right away (chmod 700), or SET 'spill.dir' to another directory");
    }
  }

  private static boolean isPosix() {
    return FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
  }

  private static FileAttribute<?>[] ownerOnly(String permissions) {
    return isPosix()
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
        }
        : new FileAttribute<?>[0];
  }

  /** The disk gives other bytes than it was given. */
  UserError damaged(long at, int length) {
    return UserError.of(
            ErrorCode.SPILL_FAILED,
            "state that was put on disk in '" + directory + "' is damaged: it cannot be used")
        .withDetail("The checksum of " + length + " bytes at byte " + at + " is not theirs.")
        .withHint(
            "look after that disk, or SET 'spill.dir' to another one; with checkpoints the next run"
                + " goes on from the last");
  }

  /** The disk does not do what it should. */
  UserError failed(String action, IOException cause) {
    return UserError.of(
            ErrorCode.SPILL_FAILED,
            action + " state that memory has no room for failed, in '" + directory + "'")
        .withDetail(String.valueOf(cause.getMessage()))
        .withHint(
            "make room there, SET 'spill.dir' to a larger disk, or give the process more memory"
                + " (SLUICE_MEMORY=4g)")
        .causedBy(cause);
  }
}
