package dev.sluice.connector;

/** An opened target. Called by one thread of the host, apart from the writers. */
public interface TableSink extends AutoCloseable {
  /**
   * Writer number {@code task} (0-based, below {@link SinkCapabilities#maxWriters}); one thread at
   * a time.
   */
  SinkWriter writer(int task);

  /** The committer; called between epochs by the host's thread, never while a writer is at work. */
  Committer committer();

  /** Closes connections; uncommitted work is given up. Idempotent. */
  @Override
  void close();
}
