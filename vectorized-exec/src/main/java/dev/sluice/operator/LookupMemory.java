package dev.sluice.operator;

import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.Rows;
import dev.sluice.plan.LookupCache;
import dev.sluice.plan.LookupJoinNode;
import dev.sluice.state.KeyColumns;
import dev.sluice.state.RowStore;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;

/**
 * Rows of a table that a lookup join remembers, by key. A memory that is full is not emptied but
 * replaced: rows that wait for an answer keep the memory that they have been promised. Heap only;
 * single-threaded.
 */
final class LookupMemory {
  private static final int CHUNK = 4096;

  private final LookupCache cache;
  private final RowStore table;

  /** The last row by upsert key, while changes are read that shall become a table. */
  private Optional<RowStore> last = Optional.empty();

  /** By key of the table: when it was looked up and asked for; 0: not remembered. */
  private long[] written = new long[64];

  private long[] accessed = new long[64];

  /** Which request is on its way for a key; 0: none. */
  private long[] asked = new long[64];

  private boolean whole;
  private long wholeSince;

  LookupMemory(LookupJoinNode node) {
    cache = node.cache();
    table = new RowStore(node.tableSchema(), node.tableKeys(), 0, false);
    if (cache.mode() == LookupCache.Mode.FULL && !node.upsertKeys().isEmpty()) {
      last = Optional.of(new RowStore(node.tableSchema(), node.upsertKeys(), 0, false));
    }
  }

  RowStore table() {
    return table;
  }

  /** The places of keys, which they get if they have none. */
  int[] places(KeyColumns keys) {
    int[] places = table.slots(keys);
    if (written.length < table.keys()) {
      int capacity = Math.max(table.keys(), 2 * written.length);
      written = Arrays.copyOf(written, capacity);
      accessed = Arrays.copyOf(accessed, capacity);
      asked = Arrays.copyOf(asked, capacity);
    }
    return places;
  }

  /** Whether a key need not be asked for; notes that it was wanted. */
  boolean isFresh(int place, long now) {
    boolean fresh =
        written[place] != 0
            && (cache.expireAfterWriteMicros() == 0
                || now - written[place] < cache.expireAfterWriteMicros())
            && (cache.expireAfterAccessMicros() == 0
                || now - accessed[place] < cache.expireAfterAccessMicros());
    accessed[place] = now;
    return fresh;
  }

  /** The request that is on its way for a key; 0 if there is none. */
  long asked(int place) {
    return asked[place];
  }

  void ask(int place, long request) {
    asked[place] = request;
  }

  /** Takes the answer to a request for the keys at {@code places}; closes the batches. */
  void answer(long request, int[] places, List<RecordBatch> rows, long now) {
    for (int place : places) {
      removeRows(place);
    }
    for (RecordBatch batch : rows) {
      try (batch) {
        take(batch, Optional.of(request));
      }
    }
    for (int place : places) {
      boolean has = table.first(place) != RowStore.NONE;
      // time 0 is that of a clock that has not been told yet
      written[place] = has || cache.missingKeys() ? Math.max(1, now) : 0;
      asked[place] = 0;
    }
  }

  private void removeRows(int place) {
    int row = table.first(place);
    while (row != RowStore.NONE) {
      int next = table.next(row);
      table.remove(row);
      row = next;
    }
  }

  /** Takes rows of the table; of those asked for by key only those that were meant. */
  private void take(RecordBatch batch, Optional<Long> request) {
    Rows rows = Rows.of(batch);
    int[] slots = table.keySlots(batch, rows);
    for (int i = 0; i < rows.count(); i++) {
      boolean known = slots[i] < asked.length;
      if (request.isEmpty() || known && asked[slots[i]] == request.get()) {
        table.add(slots[i], batch, rows.position(i));
      }
    }
  }

  /** Whether the whole table is here. */
  boolean isWhole() {
    return whole;
  }

  /** Since when the whole table is here. */
  long wholeSince() {
    return wholeSince;
  }

  /** Takes rows of the whole table, or changes of it; closes the batches. */
  void takeAll(List<RecordBatch> rows, boolean complete, BufferAllocator allocator, long now) {
    for (RecordBatch batch : rows) {
      try (batch) {
        if (cache.mode() == LookupCache.Mode.LIVE) {
          upsert(batch, table);
        } else if (last.isPresent()) {
          upsert(batch, last.get());
        } else {
          take(batch, Optional.empty());
        }
      }
    }
    if (complete && !whole) {
      whole = true;
      wholeSince = now;
      last.ifPresent(changes -> takeRows(changes, allocator));
      last = Optional.empty();
    }
  }

  /** Takes changes: the last row of a key replaces the one before. */
  private static void upsert(RecordBatch batch, RowStore to) {
    Rows rows = Rows.of(batch);
    int[] slots = to.keySlots(batch, rows);
    for (int i = 0; i < rows.count(); i++) {
      if (to.first(slots[i]) != RowStore.NONE) {
        to.remove(to.first(slots[i]));
      }
      if (batch.kind(rows.position(i)).adds()) {
        to.add(slots[i], batch, rows.position(i));
      }
    }
  }

  private void takeRows(RowStore rows, BufferAllocator allocator) {
    int[] columns = IntStream.range(0, rows.schema().size()).toArray();
    int row = 0;
    while (row < rows.limit()) {
      try (BatchBuilder builder = new BatchBuilder(rows.schema(), allocator)) {
        FieldVector[] to = new FieldVector[columns.length];
        for (int c = 0; c < to.length; c++) {
          to[c] = builder.vector(c);
        }
        for (; row < rows.limit() && builder.rows() < CHUNK; row++) {
          if (rows.isLive(row)) {
            rows.write(row, columns, to, builder.rows());
            builder.advance(1);
          }
        }
        try (RecordBatch batch = builder.build()) {
          take(batch, Optional.empty());
        }
      }
    }
  }

  /** Whether it holds more than it may, so that another one should take its place. */
  boolean isFull() {
    boolean full = cache.maxRows() > 0 && table.size() > cache.maxRows();
    boolean keys = cache.maxRows() > 0 && table.keys() > 2 * cache.maxRows() + 1024;
    return cache.mode() == LookupCache.Mode.NONE
        || cache.mode() == LookupCache.Mode.PARTIAL && (full || keys);
  }

  long byteSize() {
    return table.byteSize() + last.map(RowStore::byteSize).orElse(0L) + 24L * written.length;
  }
}
