package dev.sluice.state;

import dev.sluice.batch.RecordBatch;
import dev.sluice.type.Schema;
import java.util.List;

/** Takes an operator's state as columnar chunks tagged by key group. Single-threaded. */
public interface StateWriter {
  /** Starts the part {@code name} with the layout {@code version}. */
  Part part(String name, int version, Schema layout);

  /** Whether anything of that key group is wanted: what would be written for it may be left out. */
  default boolean wants(int keyGroup) {
    return true;
  }

  /**
   * Starts a part of which perhaps only the changes are wanted: {@link Part#wantsChanges}.
   *
   * @param identity the columns that say whose a row is: of each such key all rows are given, or
   *     none
   * @param known whether the writer knows what has changed since the checkpoint before
   */
  default Part part(
      String name, int version, Schema layout, List<Integer> identity, boolean known) {
    return part(name, version, layout);
  }

  /** One named part. */
  interface Part {
    /** Adds rows of one key group; takes ownership. */
    void write(int keyGroup, RecordBatch rows);

    /**
     * Whether only the keys are wanted that have changed since the checkpoint before: all rows of
     * each, and for one that is gone a row of kind DELETE, of which nothing counts but the key.
     */
    default boolean wantsChanges() {
      return false;
    }
  }
}
