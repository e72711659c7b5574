package dev.sluice.engine;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/**
 * How another process of the same user asks a run for something: files in the directory of its
 * checkpoints, which only its owner can write to. A socket would need a token, a place of its own
 * and a thread. The run's side is used by one thread at a time; the asking side by any.
 */
public final class RunControl {
  /** What can be asked. */
  public enum Action {
    STOP,
    SAVEPOINT,
    STOP_WITH_SAVEPOINT
  }

  /**
   * The run that uses a directory.
   *
   * @param pid of its process
   * @param token of its term as the directory's owner
   */
  public record Run(long pid, long token, String pipeline) {
    /** Whether its process is there. */
    public boolean runs() {
      return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }
  }

  /**
   * Something asked.
   *
   * @param token of the run it is for: one that came too late is not taken by the next
   * @param to directory of the savepoint; empty for the default
   */
  public record Request(long token, Action action, String to) {}

  /** What has come of it. */
  public record Answer(long token, boolean done, String text) {}

  private static final String RUN = ".run";
  private static final String REQUEST = ".request";
  private static final String ANSWER = ".answer";
  private static final JsonMapper JSON = new JsonMapper();
  private static final FileAttribute<?> PRIVATE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private final Path directory;
  private final long token;

  /** The run's side: says that it is here. */
  RunControl(Path directory, long token, String pipeline) throws IOException {
    this.directory = directory;
    this.token = token;
    Files.deleteIfExists(directory.resolve(REQUEST));
    write(directory, RUN, new Run(ProcessHandle.current().pid(), token, pipeline));
  }

  /** What has been asked since the last call. */
  Optional<Request> poll() throws IOException {
    Path file = directory.resolve(REQUEST);
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    boolean ours =
        Files.getOwner(file, LinkOption.NOFOLLOW_LINKS)
            .equals(Files.getOwner(directory.resolve(RUN), LinkOption.NOFOLLOW_LINKS));
    Optional<Request> asked = ours ? read(file, Request.class) : Optional.empty();
    Files.deleteIfExists(file);
    return asked.filter(request -> request.token() == token);
  }

  /** Tells whoever asked. */
  void answer(boolean done, String text) throws IOException {
    write(directory, ANSWER, new Answer(token, done, text));
  }

  /** The run ends. */
  void end() throws IOException {
    Optional<Run> last = read(directory.resolve(RUN), Run.class);
    if (last.isPresent() && last.get().token() == token) {
      Files.deleteIfExists(directory.resolve(RUN));
    }
  }

  /** The run that uses a directory, as it says itself; it may be gone. */
  public static Optional<Run> find(Path directory) throws IOException {
    return read(directory.resolve(RUN), Run.class);
  }

  /** Asks a run. */
  public static void ask(Path directory, Request request) throws IOException {
    Files.deleteIfExists(directory.resolve(ANSWER));
    write(directory, REQUEST, request);
  }

  /** What a run has answered. */
  public static Optional<Answer> answer(Path directory, long token) throws IOException {
    return read(directory.resolve(ANSWER), Answer.class).filter(a -> a.token() == token);
  }

  private static <T> Optional<T> read(Path file, Class<T> type) throws IOException {
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    return Optional.of(JSON.readValue(Files.readAllBytes(file), type));
  }

  /** Whole or not at all. */
  private static void write(Path directory, String name, Object value) throws IOException {
    Path hidden = Files.createTempFile(directory, name, ".tmp", PRIVATE);
    try {
      Files.write(hidden, JSON.writeValueAsBytes(value));
      Files.move(hidden, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.deleteIfExists(hidden);
      throw e;
    }
  }
}
