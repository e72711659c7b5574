package dev.sluice.state;

import java.util.List;

/**
 * What is left to copy of a snapshot that has been begun, while the operator goes on: it gives the
 * state of the moment of the beginning, for whatever is about to change is copied before.
 * Single-threaded.
 */
public interface StateCopy extends AutoCloseable {
  /** Copies the state of about that many keys; true once there is nothing left. */
  boolean copy(int keys);

  /** Copies all that is left. */
  default void finish() {
    boolean left = true;
    while (left) {
      left = !copy(1 << 14);
    }
  }

  /** Gives back what is held, finished or not. */
  @Override
  void close();

  /** Copies one after the other. */
  static StateCopy all(List<StateCopy> copies) {
    return new StateCopy() {
      private int next;

      @Override
      public boolean copy(int keys) {
        if (next < copies.size() && copies.get(next).copy(keys)) {
          next++;
        }
        return next == copies.size();
      }

      @Override
      public void close() {
        copies.forEach(StateCopy::close);
      }
    };
  }
}
