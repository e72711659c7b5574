package dev.sluice.state;

import dev.sluice.batch.RecordBatch;
import java.util.OptionalInt;
import java.util.function.ObjIntConsumer;

/**
 * Gives back what a {@link StateWriter} took, only for the key groups the task owns.
 * Single-threaded.
 */
public interface StateReader {
  /** The layout version of part {@code name}; empty if there is no such part. */
  OptionalInt version(String name);

  /** Calls {@code each} with every chunk and its key group; the callee owns the chunk. */
  void read(String name, ObjIntConsumer<RecordBatch> each);
}
