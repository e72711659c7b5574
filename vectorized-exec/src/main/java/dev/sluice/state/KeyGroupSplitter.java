package dev.sluice.state;

import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.Rows;
import dev.sluice.batch.Selection;
import dev.sluice.type.Schema;
import java.util.Arrays;
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
  private final int[] taskOfGroup = new int[KeyGroups.COUNT];
  private int[] tasks = new int[0];

  /** A splitter by {@code columns} of {@code schema} for {@code parallelism} tasks. */
  public KeyGroupSplitter(Schema schema, List<Integer> columns, int parallelism) {
    this.keys = new KeyColumns(schema, columns);
    this.parallelism = parallelism;
    this.counts = new int[parallelism];
    Arrays.setAll(taskOfGroup, group -> KeyGroups.task(group, parallelism));
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
      if (tasks.length < n) {
        tasks = new int[Math.max(1024, 2 * n)];
      }
      Arrays.fill(counts, 0);
      number(keys.hashes(), n, taskOfGroup, tasks, counts);
      int[][] positions = new int[parallelism][];
      for (int t = 0; t < parallelism; t++) {
        positions[t] = new int[counts[t]];
      }
      Arrays.fill(counts, 0);
      if (rows.isDense()) {
        spread(tasks, n, positions, counts);
      } else {
        spread(tasks, rows.positions(), n, positions, counts);
      }
      for (int t = 0; t < parallelism; t++) {
        if (positions[t].length > 0) {
          eachTask.accept(
              batch.share().select(new Selection(positions[t], positions[t].length)), t);
        }
      }
    }
  }

  /** The task of each hash, and how many each task has. */
  private static void number(long[] hashes, int n, int[] taskOfGroup, int[] tasks, int[] counts) {
    for (int i = 0; i < n; i++) {
      int task = taskOfGroup[KeyGroups.of(hashes[i])];
      tasks[i] = task;
      counts[task]++;
    }
  }

  private static void spread(int[] tasks, int n, int[][] positions, int[] counts) {
    for (int i = 0; i < n; i++) {
      int task = tasks[i];
      positions[task][counts[task]++] = i;
    }
  }

  private static void spread(int[] tasks, int[] rows, int n, int[][] positions, int[] counts) {
    for (int i = 0; i < n; i++) {
      int task = tasks[i];
      positions[task][counts[task]++] = rows[i];
    }
  }
}
