package dev.sluice.connector;

import dev.sluice.batch.RecordBatch;
import java.io.IOException;

/**
 * A target that takes the rows of an epoch and the epoch's number in one transaction of its own, so
 * that a host that was killed learns from the target itself whether the rows are in. The host keeps
 * the rows on disk until then. Called by one thread.
 */
public interface EpochTarget extends AutoCloseable {
  /**
   * Takes the target over from whoever wrote to it before: after this no earlier writer can commit.
   * Waits for a commit of such a writer that is still under way.
   *
   * @return the last epoch of {@code owner} that is in the target; 0 if there is none
   * @throws IOException if the target cannot be reached now
   */
  long acquire(Owner owner) throws IOException;

  /**
   * Brings the rows in with the number {@code epoch}, both or neither. Idempotent: an epoch that is
   * in is left alone.
   *
   * @param last whether the run ends with this epoch
   * @throws IOException if it failed; whether the rows are in is then unknown until the next {@link
   *     #acquire}
   * @throws dev.sluice.error.UserError if another run has taken the target over
   */
  void commit(long epoch, EpochRows rows, boolean last) throws IOException;

  /**
   * Whether a commit wants the rows of all epochs so far, as a target that can only be replaced as
   * a whole does. Such a target is asked to commit only at the end of a run.
   */
  default boolean wantsAllEpochs() {
    return false;
  }

  /** Whether rows that are in may come again without a trace, because they replace themselves. */
  default boolean absorbsRepeats() {
    return false;
  }

  @Override
  void close();

  /**
   * Who writes.
   *
   * @param id of the checkpoints the run goes on from; another id is another history
   * @param token grows with every start from these checkpoints
   */
  record Owner(String id, long token) {}

  /** The rows of an epoch, in order. May be read more than once. */
  interface EpochRows {
    /** How many there are. */
    long count();

    /** Calls {@code each} with every batch; the callee owns it. */
    void read(Each each) throws IOException;

    /** Takes a batch. */
    interface Each {
      void accept(RecordBatch batch) throws IOException;
    }
  }
}
