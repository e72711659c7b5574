package dev.sluice.state;

import dev.sluice.batch.RecordBatch;
import dev.sluice.type.Schema;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.ObjIntConsumer;

/**
 * Gives back what a {@link StateWriter} took, only for the key groups the task owns.
 * Single-threaded.
 */
public interface StateReader {
  /** The layout version of part {@code name}; empty if there is no such part. */
  OptionalInt version(String name);

  /**
   * A part that there is.
   *
   * @param bytes about how much this reader gives of it
   */
  record Part(String name, int version, Schema layout, long bytes) {}

  /** All parts, where it is known before they are read; else none. */
  default List<Part> parts() {
    return List.of();
  }

  /** As {@link #read}, of the key groups of all tasks: for state that every task has whole. */
  default void readAll(String name, ObjIntConsumer<RecordBatch> each) {
    throw new IllegalStateException("only the state of one task is here");
  }

  /**
   * Calls {@code each} with every chunk and its key group; the callee owns the chunk. A part that a
   * former version did not have has none.
   */
  void read(String name, ObjIntConsumer<RecordBatch> each);
}
