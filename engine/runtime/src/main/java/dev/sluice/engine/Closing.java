package dev.sluice.engine;

import java.util.List;

/** Closes several things although some may fail. Stateless. */
final class Closing {
  private Closing() {}

  /** Closes all in order; throws the first failure with the others attached. */
  static void all(List<? extends AutoCloseable> closeables) {
    RuntimeException failure = null;
    for (AutoCloseable closeable : closeables) {
      try {
        closeable.close();
      } catch (Exception e) {
        if (failure == null) {
          failure = e instanceof RuntimeException runtime ? runtime : new IllegalStateException(e);
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
