package dev.sluice.aggregate;

import dev.sluice.batch.ByteArena;
import dev.sluice.batch.Cells;
import dev.sluice.batch.Lane;
import dev.sluice.batch.Lane.Form;
import dev.sluice.batch.Rows;
import dev.sluice.state.KeyColumns;
import dev.sluice.state.KeyTable;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Kind;
import java.util.Arrays;
import java.util.function.Supplier;
import org.apache.arrow.vector.FieldVector;

/**
 * Any aggregate over distinct arguments: one hash set of (slot, arguments) for all groups. The
 * inner aggregate is computed from the set when a result is wanted, so that merging and saving need
 * the set only.
 */
final class DistinctAccumulator implements GroupAccumulator {
  private final Supplier<GroupAccumulator> inner;
  private final DataType[] types;
  private final Form[] innerForms;
  private final boolean countOnly;
  private final KeyColumns keys;
  private KeyTable entries;
  private long[] arrivals = new long[64];

  /** Distinct entries per slot. */
  private long[] counts = new long[64];

  private final EntryChains chains = new EntryChains();
  private int[] scratch = new int[0];

  DistinctAccumulator(
      Supplier<GroupAccumulator> inner,
      boolean countOnly,
      DataType[] arguments,
      Form[] innerForms) {
    this.inner = inner;
    this.countOnly = countOnly;
    this.types = new DataType[arguments.length + 1];
    types[0] = DataType.of(Kind.INTEGER).notNull();
    System.arraycopy(arguments, 0, types, 1, arguments.length);
    this.innerForms = innerForms;
    this.keys = new KeyColumns(types);
    this.entries = new KeyTable(keys);
  }

  @Override
  public void ensure(int slots) {
    if (counts.length < slots) {
      counts = Arrays.copyOf(counts, Math.max(slots, 2 * counts.length));
    }
  }

  @Override
  public void update(Lane[] arguments, SlotRows rows) {
    long[] slotWords = new long[rows.count()];
    for (int i = 0; i < slotWords.length; i++) {
      slotWords[i] = rows.slots()[i];
    }
    Lane slotLane = new Lane();
    slotLane.setWords(slotWords, slotWords.length);
    Lane[] lanes = new Lane[types.length];
    lanes[0] = slotLane;
    System.arraycopy(arguments, 0, lanes, 1, arguments.length);
    int known = add(lanes, rows.count());
    for (int i = 0; i < rows.count(); i++) {
      if (scratch[i] >= known && arrivals[scratch[i]] == Long.MIN_VALUE) {
        arrivals[scratch[i]] = rows.arrival(i);
        counts[rows.slots()[i]]++;
      }
    }
  }

  /** Adds entries, whose places come into {@code scratch}; gives how many there were before. */
  private int add(Lane[] lanes, int count) {
    if (scratch.length < count) {
      scratch = new int[Math.max(1024, count)];
    }
    int known = entries.size();
    keys.load(lanes, count);
    entries.slots(keys, scratch);
    if (arrivals.length < entries.size()) {
      arrivals = Arrays.copyOf(arrivals, Math.max(entries.size(), 2 * arrivals.length));
    }
    Arrays.fill(arrivals, known, entries.size(), Long.MIN_VALUE);
    return known;
  }

  @Override
  public void merge(GroupAccumulator other, int[] target, int count) {
    DistinctAccumulator from = (DistinctAccumulator) other;
    int n = from.entries.size();
    Lane[] lanes = from.lanes();
    long[] slots = lanes[0].words();
    for (int i = 0; i < n; i++) {
      slots[i] = target[(int) slots[i]];
    }
    int known = add(lanes, n);
    for (int i = 0; i < n; i++) {
      int entry = scratch[i];
      if (entry >= known && arrivals[entry] == Long.MIN_VALUE) {
        counts[(int) slots[i]]++;
        arrivals[entry] = from.arrivals[i];
      } else {
        arrivals[entry] = Math.min(arrivals[entry], from.arrivals[i]);
      }
    }
  }

  private Lane[] lanes() {
    Lane[] lanes = new Lane[types.length];
    for (int c = 0; c < lanes.length; c++) {
      lanes[c] = new Lane();
      entries.keyLane(c, lanes[c]);
    }
    return lanes;
  }

  @Override
  public void result(int[] slots, int from, int count, FieldVector out) {
    if (countOnly) {
      for (int i = 0; i < count; i++) {
        Cells.setWord(out, DataType.of(Kind.BIGINT), i, counts[slots[from + i]]);
      }
      return;
    }
    GroupAccumulator computed = inner.get();
    computed.ensure(counts.length);
    Lane[] lanes = lanes();
    Lane[] arguments = Arrays.copyOfRange(lanes, 1, lanes.length);
    for (int a = 0; a < arguments.length; a++) {
      arguments[a].convert(types[a + 1], innerForms[a]);
    }
    int n = entries.size();
    int[] entrySlots = new int[n];
    for (int i = 0; i < n; i++) {
      entrySlots[i] = (int) lanes[0].words()[i];
    }
    computed.update(arguments, new SlotRows(Rows.dense(n), entrySlots, 0));
    computed.result(slots, from, count, out);
  }

  @Override
  public long byteSize() {
    return entries.byteSize() + 8L * (arrivals.length + counts.length) + chains.byteSize();
  }

  @Override
  public int stateWords() {
    return 0;
  }

  @Override
  public long stateWord(int slot, int index) {
    throw new IllegalArgumentException("distinct sets have no words of state");
  }

  /** Entries of {@code slot} in order: arrival number, then the arguments. */
  @Override
  public void stateBytes(int slot, ByteArena out) {
    chains.extend(entries, counts.length);
    for (int entry = chains.first(slot); entry >= 0; entry = chains.next(entry)) {
      out.putLong(arrivals[entry]);
      entries.appendFields(entry, 1, out);
    }
  }

  @Override
  public void restore(int slot, long[] words, byte[] bytes, int from, int to) {
    Lane[] lanes = new Lane[types.length];
    for (int c = 0; c < lanes.length; c++) {
      lanes[c] = new Lane();
      lanes[c].clear();
    }
    ByteArena saved = new ByteArena();
    int n = 0;
    for (int at = from; at < to; n++) {
      saved.putLong(ByteArena.longAt(bytes, at));
      at += Long.BYTES;
      lanes[0].addWord(slot);
      for (int c = 1; c < types.length; c++) {
        at = lanes[c].addNullable(types[c], bytes, at);
      }
    }
    add(lanes, n);
    for (int i = 0; i < n; i++) {
      arrivals[scratch[i]] = ByteArena.longAt(saved.array(), i * Long.BYTES);
    }
    counts[slot] += n;
  }
}
