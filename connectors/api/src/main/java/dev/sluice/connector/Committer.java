package dev.sluice.connector;

import java.io.IOException;
import java.util.List;

/** Makes prepared work visible. Called by the host's thread, never while a writer is at work. */
public interface Committer extends AutoCloseable {
  /**
   * Makes visible what the writers prepared in one epoch; idempotent: what is in the target already
   * is left alone.
   *
   * @param last whether the run ends with this commit
   */
  void commit(List<Committable> ready, boolean last) throws IOException;

  /** Throws away what was prepared and will never be committed. */
  default void abort(List<Committable> orphans) throws IOException {}

  @Override
  default void close() {}
}
