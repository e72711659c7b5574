package dev.sluice.operator;

import dev.sluice.type.RowKind;
import java.util.Arrays;
import java.util.Optional;

/**
 * The changes of a join's result: retractions are given as they come, insertions wait until all of
 * them are out. Single-threaded.
 */
final class JoinChanges {
  private final JoinPairs pairs;
  private final int most;
  private Output output = batch -> batch.close();
  private boolean mayRetract;
  private final int[][] deletes;
  private int deleteCount;
  private int[][] inserts;
  private int insertCount;

  JoinChanges(JoinPairs pairs, int batchRows) {
    this.pairs = pairs;
    this.most = Math.max(1, batchRows);
    deletes = new int[2][most];
    inserts = new int[2][most];
  }

  /**
   * Starts anew.
   *
   * @param retracting whether there may be retractions: if not, insertions need not wait
   */
  void begin(Output to, boolean retracting) {
    output = to;
    mayRetract = retracting;
  }

  /** A pair is there {@code times} times more, or less if that is negative. */
  void add(int left, int right, long times) {
    for (long i = times; i < 0; i++) {
      deletes[0][deleteCount] = left;
      deletes[1][deleteCount++] = right;
      if (deleteCount == most) {
        giveDeletes();
      }
    }
    for (long i = 0; i < times; i++) {
      if (insertCount == inserts[0].length) {
        inserts[0] = Arrays.copyOf(inserts[0], 2 * insertCount);
        inserts[1] = Arrays.copyOf(inserts[1], 2 * insertCount);
      }
      inserts[0][insertCount] = left;
      inserts[1][insertCount++] = right;
      if (!mayRetract && insertCount == most) {
        giveInserts();
      }
    }
  }

  /** Gives what has waited. */
  void end() {
    giveDeletes();
    giveInserts();
    if (inserts[0].length > 64 * most) {
      inserts = new int[2][most];
    }
  }

  private void giveDeletes() {
    if (deleteCount > 0) {
      byte[] kinds = new byte[deleteCount];
      Arrays.fill(kinds, RowKind.DELETE.code());
      output.emit(pairs.output(deletes[0], deletes[1], 0, deleteCount, Optional.of(kinds)));
      deleteCount = 0;
    }
  }

  private void giveInserts() {
    for (int from = 0; from < insertCount; from += most) {
      int count = Math.min(most, insertCount - from);
      output.emit(pairs.output(inserts[0], inserts[1], from, count, Optional.empty()));
    }
    insertCount = 0;
  }
}
