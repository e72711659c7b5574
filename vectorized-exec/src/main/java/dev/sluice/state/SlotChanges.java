package dev.sluice.state;

import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.Selection;
import dev.sluice.type.Schema;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;

/**
 * Which slots of a table have changed since the checkpoint before, and the copy that is made of
 * them for the next. Whoever changes a slot says so first ({@link #touch}); a slot that is yet to
 * be copied is copied then, so that the table goes on while the copy is made bit by bit. Until the
 * first snapshot nothing is noted, and nothing is paid. Single-threaded.
 */
public final class SlotChanges {
  /** So many rows are put together before they are cut into key groups. */
  private static final int STAGED_ROWS = 1 << 16;

  private final Table table;
  private boolean tracking;

  /** By slot: whether it has changed since the last snapshot was begun. */
  private long[] changed = new long[16];

  /** Keys that were in a snapshot and are not in the table any more. */
  private Optional<KeyTable> gone = Optional.empty();

  /** Slots below may be in a snapshot. */
  private int saved;

  private Optional<Copy> copy = Optional.empty();

  /** The table whose slots these are. */
  public interface Table {
    /** How many slots there are. */
    int size();

    /** The keys of the slots. */
    KeyTable keys();

    /** The columns of a saved row that hold the key. */
    List<Integer> identity();

    /** Appends the rows of slots, and says of which key groups they are. */
    void append(int[] slots, int count, Staged to);

    /** Whether a slot has no rows. */
    default boolean isEmpty(int slot) {
      return false;
    }

    /** What says besides the key whose a row is; mostly nothing. */
    default Name name() {
      return Name.NONE;
    }
  }

  /** Sets the columns of a row that say of which table it is. */
  @FunctionalInterface
  public interface Name {
    /** The key alone says whose a row is. */
    Name NONE = (out, row) -> {};

    /** Sets them in row {@code row} of {@code out}. */
    void write(BatchBuilder out, int row);
  }

  public SlotChanges(Table table) {
    this(table, false);
  }

  /** Changes of a table that is in no checkpoint; {@code tracking}: as others of its part are. */
  SlotChanges(Table table, boolean tracking) {
    this.table = table;
    this.tracking = tracking;
  }

  /** Slots that are in a checkpoint, or have been moved since. */
  int saved() {
    return saved;
  }

  int size() {
    return table.size();
  }

  /** The slots 0 to {@link Table#size} are in the checkpoint that was read: none has changed. */
  public void restored() {
    tracking = true;
    changed = new long[words(table.size())];
    gone = Optional.empty();
    saved = table.size();
  }

  /** Whether a copy is being made: no slot may become another's meanwhile. */
  public boolean isCopying() {
    return copy.isPresent();
  }

  /** Slots are about to change, or are new. */
  public void touch(int[] slots, int count) {
    if (!tracking) {
      return;
    }
    if (copy.isPresent()) {
      copy.get().before(slots, count);
    }
    ensure();
    for (int i = 0; i < count; i++) {
      changed[slots[i] >> 6] |= 1L << slots[i];
    }
  }

  /** Copies slots at once that the copy being made has not come to yet. */
  public void copyNow(int[] slots, int count) {
    copy.ifPresent(now -> now.before(slots, count));
  }

  /** A slot is about to change, or is new. */
  public void touch(int slot) {
    if (!tracking) {
      return;
    }
    if (copy.isPresent() && has(copy.get().wanted, slot)) {
      copy.get().before(new int[] {slot}, 1);
    }
    ensure();
    changed[slot >> 6] |= 1L << slot;
  }

  private void ensure() {
    if (changed.length < words(table.size())) {
      changed = Arrays.copyOf(changed, Math.max(words(table.size()), 2 * changed.length));
    }
  }

  private static int words(int slots) {
    return (slots + 63) / 64;
  }

  /**
   * The slots are about to get other places.
   *
   * @param places by slot the new one, -1 for one that is gone
   */
  public void move(int[] places) {
    if (!tracking) {
      return;
    }
    if (copy.isPresent()) {
      throw new IllegalStateException("slots cannot move while they are copied");
    }
    long[] moved = new long[words(places.length)];
    int[] left = new int[places.length];
    int n = 0;
    for (int slot = 0; slot < places.length; slot++) {
      if (places[slot] < 0) {
        left[n++] = slot;
      } else if (has(changed, slot)) {
        moved[places[slot] >> 6] |= 1L << places[slot];
      }
    }
    saved = places.length - n;
    if (n > 0) {
      if (gone.isEmpty()) {
        gone = Optional.of(table.keys().empty());
      }
      gone.get().addFrom(table.keys(), left, n);
    }
    changed = moved;
  }

  private static boolean has(long[] bits, int slot) {
    return slot >> 6 < bits.length && (bits[slot >> 6] >> slot & 1) != 0;
  }

  /** Begins the copy for a checkpoint; whatever has changed before belongs to it. */
  public StateCopy begin(
      StateWriter state, String name, int version, Schema layout, BufferAllocator allocator) {
    // what has no key is one row
    StateWriter.Part part =
        table.identity().isEmpty()
            ? state.part(name, version, layout)
            : state.part(name, version, layout, table.identity(), tracking);
    Staged staged = new Staged(part, layout, allocator, part.wantsChanges() ? 64 : table.size());
    List<Gone> deleted = part.wantsChanges() ? takeGone() : List.of();
    return new TablesCopy(staged, deleted, List.of(begin(staged)));
  }

  /** Begins the copy of this table as one of several of a part. */
  Copy begin(Staged staged) {
    if (copy.isPresent()) {
      throw new IllegalStateException("a copy is being made already");
    }
    int limit = table.size();
    long[] wanted = new long[words(limit)];
    if (staged.part.wantsChanges()) {
      System.arraycopy(changed, 0, wanted, 0, Math.min(changed.length, wanted.length));
    } else {
      Arrays.fill(wanted, -1L);
      if (limit % 64 != 0) {
        wanted[limit >> 6] = (1L << limit) - 1;
      }
    }
    Copy begun = new Copy(staged, wanted, limit);
    copy = Optional.of(begun);
    tracking = true;
    changed = new long[words(limit)];
    gone = Optional.empty();
    saved = limit;
    return begun;
  }

  /** The keys that have gone one by one since the last snapshot. */
  List<Gone> takeGone() {
    Optional<KeyTable> taken = gone;
    gone = Optional.empty();
    return taken.map(keys -> List.of(new Gone(table, keys, keys.size()))).orElse(List.of());
  }

  /** All keys that are in a snapshot, of a table that will not be there in the next. */
  Gone allGone() {
    return new Gone(table, table.keys(), saved);
  }

  /** Keys that are no more, which a checkpoint has to tell; the table itself may go. */
  static final class Gone {
    private final List<Integer> identity;
    private final Name name;
    private final KeyTable keys;
    private final int count;
    private int next;

    private Gone(Table table, KeyTable keys, int count) {
      identity = table.identity();
      name = table.name();
      this.keys = keys;
      this.count = count;
    }

    int count() {
      return count;
    }

    /** Tells of some; how many more could have been told of. */
    int tell(int most, Staged staged) {
      int to = Math.min(count, next + most);
      int left = most - (to - next);
      for (; next < to; next++) {
        staged.gone(identity, name, keys, next);
      }
      staged.give(STAGED_ROWS);
      return left;
    }
  }

  /** Rows of any key groups that are cut into key groups once they are many. */
  public static final class Staged {
    private final StateWriter.Part part;
    private final Schema layout;
    private final BufferAllocator allocator;
    private Optional<BatchBuilder> builder = Optional.empty();
    private final int expected;
    private byte[] groups = new byte[1024];

    Staged(StateWriter.Part part, Schema layout, BufferAllocator allocator, int expected) {
      this.expected = Math.max(1, Math.min(STAGED_ROWS, expected));
      this.part = part;
      this.layout = layout;
      this.allocator = allocator;
    }

    /** Where rows are appended, behind those that are there. */
    public BatchBuilder builder() {
      if (builder.isEmpty()) {
        builder = Optional.of(new BatchBuilder(layout, allocator).reserve(expected));
      }
      return builder.get();
    }

    /** The last {@code count} rows up to {@code end} are of that key group. */
    public void are(int keyGroup, int end, int count) {
      if (groups.length < end) {
        groups = Arrays.copyOf(groups, Math.max(end, 2 * groups.length));
      }
      Arrays.fill(groups, end - count, end, (byte) keyGroup);
    }

    private void gone(List<Integer> identity, Name name, KeyTable keys, int slot) {
      BatchBuilder out = builder();
      keys.writeGone(slot, identity, out);
      name.write(out, out.rows() - 1);
      are(keys.keyGroup(slot), out.rows(), 1);
    }

    private void give(int least) {
      if (builder.isEmpty() || builder.get().rows() < least) {
        return;
      }
      int[][] positions = KeyGroups.byGroup(groups, builder.get().rows());
      try (RecordBatch all = builder.get().build()) {
        builder = Optional.empty();
        for (int g = 0; g < positions.length; g++) {
          if (positions[g].length > 0) {
            part.write(g, all.share().select(new Selection(positions[g], positions[g].length)));
          }
        }
      }
    }

    private void close() {
      builder.ifPresent(BatchBuilder::close);
      builder = Optional.empty();
    }
  }

  /** The copy being made of this table. */
  final class Copy {
    private final Staged staged;
    private final long[] wanted;
    private final int limit;
    private int nextWord;
    private int[] slots = new int[1024];

    private Copy(Staged staged, long[] wanted, int limit) {
      this.staged = staged;
      this.wanted = wanted;
      this.limit = limit;
    }

    private void before(int[] some, int count) {
      room(count);
      int n = 0;
      for (int i = 0; i < count; i++) {
        int slot = some[i];
        if (slot < limit && (wanted[slot >> 6] >> slot & 1) != 0) {
          wanted[slot >> 6] &= ~(1L << slot);
          slots[n++] = slot;
        }
      }
      append(n);
    }

    private void room(int count) {
      if (slots.length < count) {
        slots = new int[Math.max(count, 2 * slots.length)];
      }
    }

    private void append(int n) {
      if (n > 0) {
        table.append(slots, n, staged);
        if (staged.part.wantsChanges()) {
          tellEmpty(n);
        }
        staged.give(STAGED_ROWS);
      }
    }

    /** Of slots that have no rows now, that they have none. */
    private void tellEmpty(int n) {
      for (int i = 0; i < n; i++) {
        if (table.isEmpty(slots[i])) {
          staged.gone(table.identity(), table.name(), table.keys(), slots[i]);
        }
      }
    }

    /** Copies about that many keys; how many more could have been, 0 if it is not at its end. */
    int some(int keys) {
      room(keys + 64);
      int n = 0;
      while (n < keys && nextWord < wanted.length) {
        for (long bits = wanted[nextWord]; bits != 0; bits &= bits - 1) {
          slots[n++] = nextWord * 64 + Long.numberOfTrailingZeros(bits);
        }
        wanted[nextWord++] = 0;
      }
      append(n);
      return nextWord < wanted.length ? 0 : Math.max(0, keys - n);
    }

    /** No more is copied; the next one may have been begun. */
    void end() {
      copy = copy.filter(other -> other != this);
    }
  }

  /** The copy of all tables of a part. */
  static final class TablesCopy implements StateCopy {
    private final Staged staged;
    private final Deque<Gone> deleted;
    private final Deque<Copy> tables;

    TablesCopy(Staged staged, List<Gone> deleted, List<Copy> tables) {
      this.staged = staged;
      this.deleted = new ArrayDeque<>(deleted);
      this.tables = new ArrayDeque<>(tables);
    }

    @Override
    public boolean copy(int keys) {
      int left = keys;
      while (left > 0 && !deleted.isEmpty()) {
        left = deleted.peek().tell(left, staged);
        if (left > 0) {
          deleted.poll();
        }
      }
      while (left > 0 && !tables.isEmpty()) {
        left = tables.peek().some(left);
        if (left > 0) {
          tables.poll().end();
        }
      }
      if (left > 0) {
        staged.give(1);
        return true;
      }
      return false;
    }

    @Override
    public void close() {
      staged.close();
      tables.forEach(Copy::end);
      tables.clear();
    }
  }
}
