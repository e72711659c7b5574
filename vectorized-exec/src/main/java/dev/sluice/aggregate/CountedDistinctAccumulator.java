package dev.sluice.aggregate;

import dev.sluice.batch.ByteArena;
import dev.sluice.batch.Lane;
import dev.sluice.batch.Lane.Form;
import dev.sluice.batch.Rows;
import dev.sluice.state.KeyColumns;
import dev.sluice.state.KeyTable;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Kind;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.apache.arrow.vector.FieldVector;

/**
 * Any aggregate over distinct arguments of rows that may be taken back: counts how often each
 * (group, arguments) is there, and tells the inner aggregate of the first coming and the last
 * going. Unlike {@link DistinctAccumulator} a result costs nothing extra, but tables cannot be
 * merged.
 */
final class CountedDistinctAccumulator implements GroupAccumulator {
  /** Entries that are gone are kept until there are so many, and more than of the others. */
  private static final int MOST_GONE = 4096;

  private final GroupAccumulator inner;
  private final DataType[] types;
  private final Form[] innerForms;
  private final KeyColumns keys;
  private KeyTable entries;
  private long[] copies = new long[64];
  private long[] arrivals = new long[64];
  private int gone;
  private int slots;
  private final EntryChains chains = new EntryChains();
  private int[] scratch = new int[0];

  CountedDistinctAccumulator(GroupAccumulator inner, DataType[] arguments, Form[] innerForms) {
    this.inner = inner;
    this.types = new DataType[arguments.length + 1];
    types[0] = DataType.of(Kind.INTEGER).notNull();
    System.arraycopy(arguments, 0, types, 1, arguments.length);
    this.innerForms = innerForms;
    this.keys = new KeyColumns(types);
    this.entries = new KeyTable(keys);
  }

  @Override
  public void ensure(int count) {
    slots = count;
    inner.ensure(count);
  }

  @Override
  public void update(Lane[] arguments, SlotRows rows) {
    apply(arguments, rows, 1);
  }

  @Override
  public void retract(Lane[] arguments, SlotRows rows) {
    apply(arguments, rows, -1);
    compact();
  }

  @Override
  public boolean retractable() {
    return inner.retractable();
  }

  private void apply(Lane[] arguments, SlotRows rows, int step) {
    int[] slotOf = rows.slots();
    find(lanes(arguments, slotOf, rows.count()), rows.count());
    int[] positions = new int[rows.count()];
    int[] told = new int[rows.count()];
    int[] toldSlots = new int[rows.count()];
    int n = 0;
    for (int i = 0; i < rows.count(); i++) {
      int entry = scratch[i];
      gone -= copies[entry] == 0 ? 1 : 0;
      copies[entry] += step;
      gone += copies[entry] == 0 ? 1 : 0;
      if (copies[entry] == (step > 0 ? 1 : 0)) {
        arrivals[entry] = rows.arrival(i);
        positions[n] = rows.rows().position(i);
        told[n] = i;
        toldSlots[n++] = slotOf[i];
      }
    }
    if (n > 0) {
      SlotRows few = new SlotRows(Rows.at(positions, n), toldSlots, rows.sequence());
      tell(picked(arguments, told, n), few, step > 0);
    }
  }

  private void tell(Lane[] arguments, SlotRows rows, boolean adds) {
    Lane[] wanted = Arrays.copyOf(arguments, innerForms.length);
    for (int a = 0; a < wanted.length; a++) {
      wanted[a].convert(types[a + 1], innerForms[a]);
    }
    if (adds) {
      inner.update(wanted, rows);
    } else {
      inner.retract(wanted, rows);
    }
  }

  private Lane[] picked(Lane[] arguments, int[] rows, int count) {
    Lane[] lanes = new Lane[arguments.length];
    for (int a = 0; a < lanes.length; a++) {
      lanes[a] = new Lane();
      lanes[a].clear();
      for (int i = 0; i < count; i++) {
        lanes[a].addFrom(arguments[a], types[a + 1], rows[i]);
      }
    }
    return lanes;
  }

  private Lane[] lanes(Lane[] arguments, int[] slotOf, int count) {
    long[] words = new long[count];
    Arrays.setAll(words, i -> slotOf[i]);
    Lane[] lanes = new Lane[types.length];
    lanes[0] = new Lane();
    lanes[0].setWords(words, count);
    System.arraycopy(arguments, 0, lanes, 1, arguments.length);
    return lanes;
  }

  /** Finds or adds entries, whose places come into {@code scratch}. */
  private void find(Lane[] lanes, int count) {
    if (scratch.length < count) {
      scratch = new int[Math.max(1024, count)];
    }
    int known = entries.size();
    keys.load(lanes, count);
    entries.slots(keys, scratch);
    if (copies.length < entries.size()) {
      int capacity = Math.max(entries.size(), 2 * copies.length);
      copies = Arrays.copyOf(copies, capacity);
      arrivals = Arrays.copyOf(arrivals, capacity);
    }
    gone += entries.size() - known;
  }

  /** Forgets the entries that are gone, once they are most. */
  private void compact() {
    if (gone < MOST_GONE || gone < entries.size() / 2) {
      return;
    }
    int[] kept = IntStream.range(0, entries.size()).filter(e -> copies[e] != 0).toArray();
    KeyTable fresh = new KeyTable(keys);
    fresh.addFrom(entries, kept, kept.length);
    entries = fresh;
    long[] oldCopies = copies;
    long[] oldArrivals = arrivals;
    copies = new long[Math.max(64, kept.length)];
    arrivals = new long[copies.length];
    for (int i = 0; i < kept.length; i++) {
      copies[i] = oldCopies[kept[i]];
      arrivals[i] = oldArrivals[kept[i]];
    }
    gone = 0;
    chains.clear();
  }

  @Override
  public void merge(GroupAccumulator other, int[] target, int count) {
    throw new IllegalStateException("counted distinct values are never merged");
  }

  @Override
  public void result(int[] wanted, int from, int count, FieldVector out) {
    inner.result(wanted, from, count, out);
  }

  @Override
  public long byteSize() {
    return entries.byteSize()
        + 8L * (copies.length + arrivals.length)
        + inner.byteSize()
        + chains.byteSize();
  }

  @Override
  public int stateWords() {
    return 0;
  }

  @Override
  public long stateWord(int slot, int at) {
    throw new IllegalArgumentException("distinct sets have no words of state");
  }

  /** The entries of a group by arrival. */
  private int[] entriesOf(int slot) {
    chains.extend(entries, slots);
    return IntStream.iterate(chains.first(slot), entry -> entry >= 0, chains::next)
        .filter(e -> copies[e] != 0)
        .boxed()
        .sorted((a, b) -> Long.compare(arrivals[a], arrivals[b]))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  /** Entries of the group by arrival: count, arrival number, arguments. */
  @Override
  public void stateBytes(int slot, ByteArena out) {
    for (int entry : entriesOf(slot)) {
      out.putLong(copies[entry]);
      out.putLong(arrivals[entry]);
      entries.appendFields(entry, 1, out);
    }
  }

  @Override
  public void restore(int slot, long[] words, byte[] bytes, int from, int to) {
    Lane[] arguments = new Lane[types.length - 1];
    Arrays.setAll(arguments, a -> new Lane());
    for (int at = from; at < to; ) {
      long count = ByteArena.longAt(bytes, at);
      long arrival = ByteArena.longAt(bytes, at + Long.BYTES);
      at += 2 * Long.BYTES;
      for (int a = 0; a < arguments.length; a++) {
        arguments[a].clear();
        at = arguments[a].addNullable(types[a + 1], bytes, at);
      }
      find(lanes(arguments, new int[] {slot}, 1), 1);
      gone--;
      copies[scratch[0]] = count;
      arrivals[scratch[0]] = arrival;
      if (count > 0) {
        tell(arguments, new SlotRows(Rows.dense(1), new int[] {slot}, arrival), true);
      }
    }
  }
}
