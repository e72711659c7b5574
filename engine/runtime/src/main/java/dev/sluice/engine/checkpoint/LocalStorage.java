package dev.sluice.engine.checkpoint;

import dev.sluice.connector.FaultPoint;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A directory of this machine. Files are written under a hidden name, forced, renamed, and the
 * directory is forced, in this order. They hold rows: only their owner may read them.
 */
public final class LocalStorage implements CheckpointStorage {
  private static final String LOCK = ".lock";
  private static final String DRAFT = ".draft-";
  private static final int BUFFER = 1 << 16;

  private final Path directory;

  /** The directory need not exist before something is written. */
  public LocalStorage(Path directory) {
    this.directory = directory.toAbsolutePath().normalize();
  }

  @Override
  public String location() {
    return directory.toString();
  }

  @Override
  public List<String> list() throws IOException {
    List<String> names = new ArrayList<>();
    if (Files.isDirectory(directory)) {
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
        for (Path entry : entries) {
          String name = entry.getFileName().toString();
          if (!name.startsWith(".")) {
            names.add(name);
          }
        }
      }
    }
    names.sort(null);
    return names;
  }

  @Override
  public Optional<Lease> lease() throws IOException {
    makeDirectory();
    FileChannel channel =
        FileChannel.open(
            directory.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    Optional<FileLock> lock;
    try {
      lock = Optional.ofNullable(channel.tryLock());
    } catch (OverlappingFileLockException e) {
      lock = Optional.empty();
    } catch (IOException e) {
      channel.close();
      throw e;
    }
    if (lock.isEmpty()) {
      channel.close();
      return Optional.empty();
    }
    try {
      clearDrafts();
      channel.truncate(0);
      String holder = "process " + ProcessHandle.current().pid();
      channel.write(ByteBuffer.wrap(holder.getBytes(StandardCharsets.UTF_8)));
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
    // the system takes the lock back when the process is gone, however it went
    return Optional.of(channel::close);
  }

  /**
   * A directory outlives the machine only once the one above it has been forced. That is done even
   * if it is there already: who made it may have been killed before.
   */
  private void makeDirectory() throws IOException {
    List<Path> above = new ArrayList<>();
    Path made = directory;
    do {
      made = made.getParent();
      if (made != null) {
        above.add(made);
      }
    } while (made != null && !Files.exists(made));
    Files.createDirectories(directory);
    for (Path parent : above) {
      force(parent);
    }
  }

  @Override
  public Optional<String> holder() {
    try {
      String text = Files.readString(directory.resolve(LOCK));
      return text.isBlank() ? Optional.empty() : Optional.of(text);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private void clearDrafts() throws IOException {
    try (DirectoryStream<Path> drafts = Files.newDirectoryStream(directory, DRAFT + "*")) {
      for (Path draft : drafts) {
        Files.deleteIfExists(draft);
      }
    }
  }

  private Path path(String name) {
    if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]*")) {
      throw new IllegalArgumentException("not a name of a stored file: " + name);
    }
    return directory.resolve(name);
  }

  private static void force(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  @Override
  public Draft create(String name) throws IOException {
    Path target = path(name);
    Path hidden = directory.resolve(DRAFT + name);
    Files.deleteIfExists(hidden);
    FileChannel channel =
        FileChannel.open(
            hidden,
            java.util.Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    return new LocalDraft(hidden, target, channel);
  }

  private final class LocalDraft implements Draft {
    private final Path hidden;
    private final Path target;
    private final FileChannel channel;
    // state comes in thousands of small pieces
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
    private boolean published;

    LocalDraft(Path hidden, Path target, FileChannel channel) {
      this.hidden = hidden;
      this.target = target;
      this.channel = channel;
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
      if (bytes.remaining() > buffer.remaining()) {
        flush();
      }
      if (bytes.remaining() > buffer.remaining()) {
        writeAll(bytes);
      } else {
        buffer.put(bytes);
      }
    }

    private void flush() throws IOException {
      writeAll(buffer.flip());
      buffer.clear();
    }

    private void writeAll(ByteBuffer bytes) throws IOException {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    }

    @Override
    public void publish() throws IOException {
      flush();
      FaultPoint.pass("storage.written");
      channel.force(true);
      channel.close();
      FaultPoint.pass("storage.forced");
      Files.move(hidden, target, StandardCopyOption.ATOMIC_MOVE);
      published = true;
      FaultPoint.pass("storage.renamed");
      force(directory);
    }

    @Override
    public void close() throws IOException {
      if (!published) {
        channel.close();
        Files.deleteIfExists(hidden);
      }
    }
  }

  @Override
  public Stored open(String name) throws IOException {
    FileChannel channel = FileChannel.open(path(name), StandardOpenOption.READ);
    long size = channel.size();
    return new Stored() {
      @Override
      public long size() {
        return size;
      }

      @Override
      public void read(long at, ByteBuffer into) throws IOException {
        long position = at;
        while (into.hasRemaining()) {
          int read = channel.read(into, position);
          if (read < 0) {
            throw new EOFException("'" + name + "' ends at byte " + position);
          }
          position += read;
        }
      }

      @Override
      public void close() throws IOException {
        channel.close();
      }
    };
  }

  @Override
  public void delete(String name) throws IOException {
    Files.deleteIfExists(path(name));
  }
}
