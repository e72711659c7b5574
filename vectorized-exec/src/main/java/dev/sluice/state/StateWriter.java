package dev.sluice.state;

import dev.sluice.batch.RecordBatch;
import dev.sluice.type.Schema;

/** Takes an operator's state as columnar chunks tagged by key group. Single-threaded. */
public interface StateWriter {
  /** Starts the part {@code name} with the layout {@code version}. */
  Part part(String name, int version, Schema layout);

  /** Whether anything of that key group is wanted: what would be written for it may be left out. */
  default boolean wants(int keyGroup) {
    return true;
  }

  /** One named part. */
  interface Part {
    /** Adds rows of one key group; takes ownership. */
    void write(int keyGroup, RecordBatch rows);
  }
}
