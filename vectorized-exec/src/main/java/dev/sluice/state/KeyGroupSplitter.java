package dev.sluice.state;

import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.Rows;
import dev.sluice.batch.Selection;
import dev.sluice.type.Schema;
import java.util.List;
import java.util.function.ObjIntConsumer;

/**
 * Spreads a batch over tasks by the key group of its key: at most one batch per task, sharing the
 * columns of the one that came in. Keeps scratch memory: single-threaded.
 */
public final class KeyGroupSplitter {
  private final KeyColumns keys;
  private final int parallelism;
  private final int[] counts;
  private byte[] groups = new byte[0];

  /** A splitter by {@code columns} of {@code schema} for {@code parallelism} tasks. */
  public KeyGroupSplitter(Schema schema, List<Integer> columns, int parallelism) {
    this.keys = new KeyColumns(schema, columns);
    this.parallelism = parallelism;
    this.counts = new int[parallelism];
  }

  /** Takes {@code batch} and gives each task that gets rows its batch, in order of task. */
  public void split(RecordBatch batch, ObjIntConsumer<RecordBatch> eachTask) {
    if (parallelism == 1) {
      eachTask.accept(batch, 0);
      return;
    }
    try (batch) {
      Rows rows = Rows.of(batch);
      int n = rows.count();
      keys.load(batch, rows);
      long[] hashes = keys.hashes();
      if (groups.length < n) {
        groups = new byte[Math.max(1024, 2 * n)];
      }
      java.util.Arrays.fill(counts, 0);
      for (int i = 0; i < n; i++) {
        int group = KeyGroups.of(hashes[i]);
        groups[i] = (byte) group;
        counts[KeyGroups.task(group, parallelism)]++;
      }
      int[][] positions = new int[parallelism][];
      for (int t = 0; t < parallelism; t++) {
        positions[t] = new int[counts[t]];
        counts[t] = 0;
      }
      for (int i = 0; i < n; i++) {
        int task = KeyGroups.task(groups[i] & 0xff, parallelism);
        positions[task][counts[task]++] = rows.position(i);
      }
      for (int t = 0; t < parallelism; t++) {
        if (positions[t].length > 0) {
          eachTask.accept(
              batch.share().select(new Selection(positions[t], positions[t].length)), t);
        }
      }
    }
  }
}
