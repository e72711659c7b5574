package dev.sluice.connector;

import java.io.IOException;
import java.util.List;

/**
 * Makes prepared work visible. Called by one thread at a time; in hosts with checkpoints writers
 * may be at work on the next epoch meanwhile, but for the last commit of a run.
 */
public interface Committer extends AutoCloseable {
  /**
   * Before a commit: event time of the sink's rows has come to {@code micros}, {@link
   * Long#MAX_VALUE} if all input has ended. Not called while there is no watermark.
   */
  default void watermark(long micros) {}

  /**
   * Makes visible what the writers prepared in one epoch; idempotent: what is in the target already
   * is left alone.
   *
   * @param last whether the run ends with this commit
   */
  void commit(List<Committable> ready, boolean last) throws IOException;

  /**
   * A run begins that goes on from a checkpoint, or from nothing: commits what the checkpoint says
   * was prepared, unless it is in the target already, and clears away what runs left that came to
   * nothing. Called once, before any writer writes, and only by hosts with checkpoints.
   *
   * @param pending what the checkpoint holds; may have been committed before
   * @param epoch of the checkpoint; 0 if there is none. What later epochs of {@code owner} left is
   *     not wanted
   * @param owner the history that the epochs belong to
   */
  default void recover(List<Committable> pending, long epoch, EpochTarget.Owner owner)
      throws IOException {
    commit(pending, false);
  }

  /** Throws away what was prepared and will never be committed. */
  default void abort(List<Committable> orphans) throws IOException {}

  @Override
  default void close() {}
}
