package dev.sluice.operator;

import dev.sluice.batch.Lane;
import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.Rows;
import dev.sluice.plan.SortKey;
import dev.sluice.type.Schema;
import java.util.List;

/** Orders the rows of several batches by sort keys, stably. Made for one sort; single-threaded. */
final class RowSorter {
  private final List<SortKey> keys;

  /** Per key and batch. */
  private final Lane[][] lanes;

  private final boolean[] words;
  private final int[] batchOf;
  private final int[] rowOf;

  RowSorter(Schema schema, List<SortKey> keys, List<RecordBatch> batches) {
    this.keys = keys;
    lanes = new Lane[keys.size()][batches.size()];
    words = new boolean[keys.size()];
    for (int k = 0; k < lanes.length; k++) {
      int column = keys.get(k).column();
      Lane.Form form = Lane.form(schema.type(column));
      words[k] = form == Lane.Form.WORD;
      for (int b = 0; b < batches.size(); b++) {
        lanes[k][b] = new Lane();
        lanes[k][b].load(
            batches.get(b).vector(column), schema.type(column), form, Rows.of(batches.get(b)));
      }
    }
    int total = batches.stream().mapToInt(RecordBatch::rowCount).sum();
    batchOf = new int[total];
    rowOf = new int[total];
    int at = 0;
    for (int b = 0; b < batches.size(); b++) {
      for (int r = 0; r < batches.get(b).rowCount(); r++) {
        batchOf[at] = b;
        rowOf[at++] = r;
      }
    }
  }

  int batch(int row) {
    return batchOf[row];
  }

  /** The row's number in its batch, after selection. */
  int row(int row) {
    return rowOf[row];
  }

  /** All rows, numbered in order of arrival, sorted: bottom-up merge sort. */
  int[] sorted() {
    int n = batchOf.length;
    int[] from = new int[n];
    for (int i = 0; i < n; i++) {
      from[i] = i;
    }
    int[] to = new int[n];
    for (int width = 1; width > 0 && width < n; width *= 2) {
      for (long low = 0; low < n; low += 2L * width) {
        int middle = (int) Math.min(n, low + width);
        merge(from, to, (int) low, middle, (int) Math.min(n, low + 2L * width));
      }
      int[] swap = from;
      from = to;
      to = swap;
    }
    return from;
  }

  private void merge(int[] from, int[] to, int low, int middle, int high) {
    int left = low;
    int right = middle;
    for (int i = low; i < high; i++) {
      if (left < middle && (right >= high || compare(from[left], from[right]) <= 0)) {
        to[i] = from[left++];
      } else {
        to[i] = from[right++];
      }
    }
  }

  private int compare(int a, int b) {
    for (int k = 0; k < lanes.length; k++) {
      Lane left = lanes[k][batchOf[a]];
      Lane right = lanes[k][batchOf[b]];
      int i = rowOf[a];
      int j = rowOf[b];
      boolean leftNull = left.isNull(i);
      if (leftNull || right.isNull(j)) {
        if (leftNull && right.isNull(j)) {
          continue;
        }
        return leftNull == keys.get(k).nullsFirst() ? -1 : 1;
      }
      int order =
          words[k]
              ? Long.compare(left.words()[i], right.words()[j])
              : java.util.Arrays.compareUnsigned(
                  left.bytes(),
                  left.starts()[i],
                  left.ends()[i],
                  right.bytes(),
                  right.starts()[j],
                  right.ends()[j]);
      if (order != 0) {
        return keys.get(k).descending() ? -order : order;
      }
    }
    return 0;
  }
}
