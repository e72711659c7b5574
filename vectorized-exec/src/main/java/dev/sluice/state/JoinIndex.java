package dev.sluice.state;

import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.Rows;
import dev.sluice.type.Schema;
import java.util.Arrays;
import java.util.List;

/**
 * The rows of one side of a join by key: numbers from 0, only ever added, all there before the
 * first is asked for. Keys that are numbers and lie close together are addressed by themselves,
 * without a hash: near keys then lie in the same cache lines. Single-threaded.
 */
public final class JoinIndex {
  /** In place of a row: there is none. */
  public static final int NONE = -1;

  /** How many times as many places as keys there may be if keys are addresses. */
  private static final int SPARSEST = 8;

  /** Up to so many places they may be sparser. */
  private static final int FEW = 1 << 21;

  private final KeyColumns keys;
  private final KeyTable table;
  private int[] slots = new int[0];

  /** By slot the row that came last. */
  private int[] heads = new int[64];

  private int knownKeys;

  /** By row the one of the same key before it; empty while every key has one row. */
  private int[] before = new int[0];

  /** By key less {@link #least}: row + 1; empty if keys are no addresses. */
  private int[] direct = new int[0];

  private long least;

  /** Of rows with {@code schema} by columns {@code columns}. */
  public JoinIndex(Schema schema, List<Integer> columns) {
    keys = new KeyColumns(schema, columns);
    table = new KeyTable(keys);
  }

  /** The hashes of the keys that were added last. */
  public long[] hashes() {
    return keys.hashes();
  }

  /** Adds rows, numbered from {@code first}. */
  public void add(RecordBatch batch, Rows rows, int first) {
    load(batch, rows);
    for (int i = 0; i < rows.count(); i++) {
      link(slots[i], first + i);
    }
  }

  /**
   * Adds the first row of each key that is new, numbered from {@code first}.
   *
   * @param chosen gets the positions of those rows
   * @return how many there are
   */
  public int addNew(RecordBatch batch, Rows rows, int first, int[] chosen) {
    load(batch, rows);
    int n = 0;
    for (int i = 0; i < rows.count(); i++) {
      if (heads[slots[i]] == NONE) {
        keys.hashes()[n] = keys.hashes()[i];
        chosen[n] = rows.position(i);
        link(slots[i], first + n++);
      }
    }
    return n;
  }

  private void load(RecordBatch batch, Rows rows) {
    keys.load(batch, rows);
    if (slots.length < rows.count()) {
      slots = new int[Math.max(1024, rows.count())];
    }
    table.slots(keys, slots);
    if (heads.length < table.size()) {
      heads = Arrays.copyOf(heads, Math.max(table.size(), 2 * heads.length));
    }
    Arrays.fill(heads, knownKeys, table.size(), NONE);
    knownKeys = table.size();
  }

  private void link(int slot, int row) {
    int last = heads[slot];
    heads[slot] = row;
    if (last == NONE && before.length == 0) {
      return;
    }
    if (before.length <= row) {
      int old = before.length;
      before = Arrays.copyOf(before, Math.max(1024, 2 * (row + 1)));
      Arrays.fill(before, old, before.length, NONE);
    }
    before[row] = last;
  }

  /** Nothing follows: makes ready for {@link #find}. */
  public void seal() {
    if (table.isOneWord() && table.size() > 0) {
      long[] words = table.words();
      long greatest = Long.MIN_VALUE;
      least = Long.MAX_VALUE;
      for (int slot = 0; slot < table.size(); slot++) {
        least = Math.min(least, words[slot]);
        greatest = Math.max(greatest, words[slot]);
      }
      long places = greatest - least + 1;
      long most = table.size() * (places <= FEW ? 4L * SPARSEST : SPARSEST);
      if (places > 0 && places <= Math.max(1024, most)) {
        direct = new int[(int) places];
        for (int slot = 0; slot < table.size(); slot++) {
          direct[(int) (words[slot] - least)] = heads[slot] + 1;
        }
      }
    }
  }

  /** By index of {@code wanted} the row that came last with that key, or {@link #NONE}. */
  public void find(KeyColumns wanted, int[] out) {
    if (direct.length > 0 && !wanted.hasNulls()) {
      address(wanted.words(), wanted.count(), direct, least, out);
      return;
    }
    table.find(wanted, out);
    for (int i = 0; i < wanted.count(); i++) {
      out[i] = out[i] < 0 ? NONE : heads[out[i]];
    }
  }

  private static void address(long[] keys, int count, int[] direct, long least, int[] out) {
    for (int i = 0; i < count; i++) {
      long at = keys[i] - least;
      boolean inside = keys[i] >= least && at >= 0 && at < direct.length;
      out[i] = inside ? direct[(int) at] - 1 : NONE;
    }
  }

  /** The row of the same key that came before {@code row}, or {@link #NONE}. */
  public int next(int row) {
    return row < before.length ? before[row] : NONE;
  }

  /** Whether no key has two rows. */
  public boolean isUnique() {
    return before.length == 0;
  }

  /** Bytes on the heap, about. */
  public long byteSize() {
    return table.byteSize() + 4L * (heads.length + before.length + direct.length);
  }
}
