package dev.sluice.operator;

import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.Rows;
import dev.sluice.batch.Selection;
import dev.sluice.state.KeyColumns;
import dev.sluice.state.KeyTable;
import dev.sluice.type.Schema;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;

/**
 * Rows of a join that wait for partners as the batches in which they came, not copied and in no
 * index: many end before any partner comes, and few partners are found quicker by looking through
 * all. A batch that is looked through often, or is one too many, goes to where rows have their
 * place by key. Single-threaded.
 */
final class PendingRows implements AutoCloseable {
  /** How often a batch is looked through: putting its rows in their places costs about as much. */
  private static final int MOST_LOOKS = 4;

  /** What all batches may take of the memory beside the heap, where there is enough. */
  private static final long MOST_BYTES = 48L << 20;

  /** Where rows go that do not wait any longer. */
  interface Places {
    /** Takes rows in; the batch stays the caller's. */
    void put(RecordBatch batch, Rows rows);
  }

  private static final class Chunk {
    final long lastExpiry;
    final long bytes;

    /** What its own rows take of the bytes: other tasks may have the rest. */
    final long ownBytes;

    RecordBatch batch;
    int looks;

    Chunk(RecordBatch batch, long lastExpiry) {
      this.batch = batch;
      this.lastExpiry = lastExpiry;
      bytes = batch.byteSize();
      ownBytes = bytes * batch.rowCount() / Math.max(1, batch.length());
    }
  }

  private final KeyColumns keys;
  private final Places places;
  private final long mostBytes;
  private final Deque<Chunk> chunks = new ArrayDeque<>();
  private int[] found = new int[0];

  /** Of the batches, shared ones counted in full. */
  private long bytes;

  private long ownBytes;

  /**
   * No rows yet of {@code schema}, to be looked for by columns {@code keyColumns}.
   *
   * @param memory of which a sixteenth may be taken
   */
  PendingRows(Schema schema, List<Integer> keyColumns, long memory, Places places) {
    keys = new KeyColumns(schema, keyColumns);
    this.places = places;
    mostBytes = Math.min(MOST_BYTES, memory / 16);
  }

  /**
   * Lets rows wait; takes ownership.
   *
   * @param lastExpiry when the last of them ends
   */
  void add(RecordBatch batch, long lastExpiry) {
    Chunk chunk = new Chunk(batch, lastExpiry);
    chunks.add(chunk);
    bytes += chunk.bytes;
    ownBytes += chunk.ownBytes;
    while (bytes > mostBytes) {
      settle(chunks.removeFirst());
    }
  }

  /** Puts the rows in their places whose keys are among {@code wanted}. */
  void look(KeyColumns wanted) {
    if (chunks.isEmpty()) {
      return;
    }
    KeyTable table = new KeyTable(wanted);
    table.slots(wanted, new int[wanted.count()]);
    for (Iterator<Chunk> all = chunks.iterator(); all.hasNext(); ) {
      Chunk chunk = all.next();
      if (++chunk.looks > MOST_LOOKS) {
        all.remove();
        settle(chunk);
      } else {
        look(table, chunk);
      }
    }
  }

  private void look(KeyTable table, Chunk chunk) {
    Rows rows = Rows.of(chunk.batch);
    int n = rows.count();
    if (found.length < n) {
      found = new int[Math.max(1024, n)];
    }
    keys.load(chunk.batch, rows);
    table.find(keys, found);
    int hits = 0;
    for (int i = 0; i < n; i++) {
      hits += found[i] >= 0 ? 1 : 0;
    }
    if (hits == 0) {
      return;
    }
    int[] known = new int[hits];
    int[] others = new int[n - hits];
    for (int i = 0, k = 0; i < n; i++) {
      if (found[i] >= 0) {
        known[k++] = rows.position(i);
      } else {
        others[i - k] = rows.position(i);
      }
    }
    places.put(chunk.batch, Rows.at(known, hits));
    chunk.batch = chunk.batch.select(new Selection(others, others.length));
  }

  private void settle(Chunk chunk) {
    forget(chunk);
    try (RecordBatch batch = chunk.batch) {
      if (batch.rowCount() > 0) {
        places.put(batch, Rows.of(batch));
      }
    }
  }

  private void forget(Chunk chunk) {
    bytes -= chunk.bytes;
    ownBytes -= chunk.ownBytes;
  }

  /** Puts all rows in their places. */
  void settle() {
    while (!chunks.isEmpty()) {
      settle(chunks.removeFirst());
    }
  }

  /** Forgets batches whose rows have all ended by {@code time}. */
  void expire(long time) {
    for (Iterator<Chunk> all = chunks.iterator(); all.hasNext(); ) {
      Chunk chunk = all.next();
      if (chunk.lastExpiry <= time) {
        all.remove();
        forget(chunk);
        chunk.batch.close();
      }
    }
  }

  boolean isEmpty() {
    return chunks.isEmpty();
  }

  /** Bytes of the rows, about. */
  long byteSize() {
    return ownBytes;
  }

  /** Forgets all rows. */
  @Override
  public void close() {
    chunks.forEach(chunk -> chunk.batch.close());
    chunks.clear();
    bytes = 0;
    ownBytes = 0;
  }
}
