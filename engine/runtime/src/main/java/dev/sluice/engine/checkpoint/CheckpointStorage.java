package dev.sluice.engine.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * A flat space of named files that are written once: what checkpoints need of a place to be kept
 * in. One thread at a time per file; the rest is safe for use by any thread.
 */
public interface CheckpointStorage {
  /** The names of all published files. */
  List<String> list() throws IOException;

  /** A new file, seen by nobody until it is published. One of that name is then replaced. */
  Draft create(String name) throws IOException;

  /** A published file. */
  Stored open(String name) throws IOException;

  /** Removes a file; nothing happens if there is none. */
  void delete(String name) throws IOException;

  /**
   * The sole right to write, until closed or until this process is gone.
   *
   * @return empty if another process has it
   */
  Optional<Lease> lease() throws IOException;

  /** Who has the lease, for people; empty if that is not known. */
  default Optional<String> holder() {
    return Optional.empty();
  }

  /** Where it is, for people. */
  String location();

  /** A file being written. */
  interface Draft extends AutoCloseable {
    void write(ByteBuffer bytes) throws IOException;

    /** Makes the bytes and the name durable: after this a crash loses neither. */
    void publish() throws IOException;

    /** Gives up what is not published; idempotent. */
    @Override
    void close() throws IOException;
  }

  /** A file to be read. */
  interface Stored extends AutoCloseable {
    long size();

    /** Fills {@code into} from position {@code at}; fails at the end of the file. */
    void read(long at, ByteBuffer into) throws IOException;

    @Override
    void close() throws IOException;
  }

  /** The right to write. */
  interface Lease extends AutoCloseable {
    @Override
    void close() throws IOException;
  }
}
