package dev.sluice.operator;

import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.ByteArena;
import dev.sluice.batch.RecordBatch;
import dev.sluice.plan.SortKey;
import dev.sluice.state.RowCodec;
import dev.sluice.type.RowKind;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import org.apache.arrow.memory.BufferAllocator;

/**
 * Rows on disk in runs, each of them sorted, and their merge: what an external sort keeps. Rows
 * that are equal in the order stay in the order of their runs. A record is the length and bytes of
 * its key, then of its row. Single-threaded.
 */
final class SortedRuns implements AutoCloseable {
  /** Every run that is merged has a page in memory. */
  private static final int MOST_AT_ONCE = 256;

  private final SpillStore disk;
  private final Schema schema;
  private final RowCodec codec;
  private List<SpillPages> runs = new ArrayList<>();
  private Optional<PriorityQueue<Cursor>> merge = Optional.empty();

  SortedRuns(SpillStore disk, Schema schema, List<SortKey> keys) {
    this.disk = disk;
    this.schema = schema;
    codec = new RowCodec(schema, keys);
  }

  boolean isEmpty() {
    return runs.isEmpty();
  }

  /** Begins a run; {@link #add} its rows in their order, then {@link #end}. */
  void begin() {
    if (runs.size() == MOST_AT_ONCE) {
      SpillPages one = new SpillPages(disk);
      PriorityQueue<Cursor> all = cursors();
      while (!all.isEmpty()) {
        Cursor least = all.remove();
        ByteArena record = one.record();
        record.putBytes(least.page, least.at, least.end - least.at);
        one.end();
        if (least.next()) {
          all.add(least);
        }
      }
      one.seal();
      runs.forEach(SpillPages::clear);
      runs = new ArrayList<>(List.of(one));
    }
    runs.add(new SpillPages(disk));
  }

  void add(RecordBatch batch, int position) {
    SpillPages run = runs.get(runs.size() - 1);
    ByteArena record = run.record();
    byte[] key = codec.key(batch, position);
    record.putInt(key.length);
    record.putBytes(key, 0, key.length);
    byte[] row = codec.row(batch, position);
    record.putInt(row.length);
    record.putBytes(row, 0, row.length);
    run.end();
  }

  void end() {
    runs.get(runs.size() - 1).seal();
  }

  private PriorityQueue<Cursor> cursors() {
    PriorityQueue<Cursor> all = new PriorityQueue<>();
    for (int i = 0; i < runs.size(); i++) {
      Cursor cursor = new Cursor(i, runs.get(i).cursor());
      if (cursor.next()) {
        all.add(cursor);
      }
    }
    return all;
  }

  /** From now on rows are taken out in order, by {@link #read}, and nothing is added. */
  void beginMerge() {
    merge = Optional.of(cursors());
  }

  /** Whether there are rows left to be taken. */
  boolean hasNext() {
    return merge.filter(all -> !all.isEmpty()).isPresent();
  }

  /** Adds the next row to {@code out}, unless that is empty; gives its bytes. */
  int read(Optional<BatchBuilder> out) {
    PriorityQueue<Cursor> all = merge.orElseThrow();
    Cursor least = all.remove();
    int bytes = least.end - least.rowAt;
    if (out.isPresent()) {
      codec.write(least.page, least.rowAt, out.get());
      out.get().mark(RowKind.INSERT);
    }
    if (least.next()) {
      all.add(least);
    }
    return bytes;
  }

  /** Takes rows in batches. */
  interface Chunks {
    void take(RecordBatch rows);
  }

  /** Gives all rows, run after run, and keeps them. */
  void each(int most, BufferAllocator allocator, Chunks chunks) {
    for (SpillPages run : runs) {
      Cursor cursor = new Cursor(0, run.cursor());
      boolean more = cursor.next();
      while (more) {
        try (BatchBuilder builder = new BatchBuilder(schema, allocator)) {
          for (; more && builder.rows() < most; more = cursor.next()) {
            codec.write(cursor.page, cursor.rowAt, builder);
            builder.mark(RowKind.INSERT);
          }
          chunks.take(builder.build());
        }
      }
    }
  }

  /** Bytes in memory, about. */
  long byteSize() {
    long pages = merge.map(all -> (long) all.size() * disk.pageBytes()).orElse(0L);
    return pages + runs.stream().mapToLong(SpillPages::byteSize).sum();
  }

  /** Forgets all rows. */
  void clear() {
    merge = Optional.empty();
    runs.forEach(SpillPages::clear);
    runs.clear();
  }

  @Override
  public void close() {
    merge = Optional.empty();
    runs.clear();
    disk.close();
  }

  /** Stands at a record of a run. */
  private static final class Cursor implements Comparable<Cursor> {
    private final int run;
    private final SpillPages.Cursor pages;
    private byte[] page = new byte[0];
    private int length;
    private int at;
    private int keyAt;
    private int keyEnd;
    private int rowAt;
    private int end;

    Cursor(int run, SpillPages.Cursor pages) {
      this.run = run;
      this.pages = pages;
    }

    /** Goes to the next record; false if there is none. */
    boolean next() {
      if (end == length) {
        length = pages.next();
        page = pages.bytes();
        end = 0;
        if (length == 0) {
          return false;
        }
      }
      at = end;
      keyAt = at + Integer.BYTES;
      keyEnd = keyAt + ByteArena.intAt(page, at);
      rowAt = keyEnd + Integer.BYTES;
      end = rowAt + ByteArena.intAt(page, keyEnd);
      return true;
    }

    @Override
    public int compareTo(Cursor other) {
      int order =
          Arrays.compareUnsigned(page, keyAt, keyEnd, other.page, other.keyAt, other.keyEnd);
      return order != 0 ? order : Integer.compare(run, other.run);
    }
  }
}
