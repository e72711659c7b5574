package dev.sluice.connector;

import java.util.List;
import java.util.Optional;

/** An opened target. Called by one thread of the host, apart from the writers. */
public interface TableSink extends AutoCloseable {
  /**
   * Writer number {@code task} (0-based, below {@link SinkCapabilities#maxWriters}); one thread at
   * a time.
   */
  SinkWriter writer(int task);

  /** The committer. */
  Committer committer();

  /**
   * For a host with checkpoints: the target as one that takes an epoch's rows and its number
   * together. Rows then go there and not through {@link #writer}. Empty: the host uses writers and
   * committer, keeps the committables with the checkpoint, and gives them back to {@link
   * Committer#recover}. Asked once, before any writer.
   */
  default Optional<EpochTarget> epochTarget() {
    return Optional.empty();
  }

  /** What the user should know of the target before the first row. */
  default List<String> warnings() {
    return List.of();
  }

  /** Closes connections; uncommitted work is given up. Idempotent. */
  @Override
  void close();
}
