package dev.sluice.aggregate;

import dev.sluice.batch.ByteArena;
import dev.sluice.batch.Lane;
import dev.sluice.type.DataType;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.arrow.vector.FieldVector;

/**
 * FIRST_VALUE and LAST_VALUE of rows that may be taken back: per group all values by arrival. Of
 * equal values the one that came first is taken back; an updated row counts as coming anew.
 */
final class CountedPickAccumulator implements GroupAccumulator {
  /** Stands for the arrival of a row that was taken back before it came. */
  private static final long OWED = Long.MIN_VALUE;

  /** The values of one group. */
  private static final class Held {
    private final TreeMap<Long, HeldValue> byArrival = new TreeMap<>();
    private final Map<HeldValue, ArrayDeque<Long>> arrivals = new HashMap<>();

    /** Values taken back before they came, with how often. */
    private final Map<HeldValue, Long> owed = new HashMap<>();

    /** Whether there is one more. */
    boolean add(HeldValue value, long arrival) {
      if (!owed.isEmpty() && owed.containsKey(value)) {
        owed.computeIfPresent(value, (v, n) -> n == 1 ? null : Long.valueOf(n - 1));
        return false;
      }
      byArrival.put(arrival, value);
      arrivals.computeIfAbsent(value, v -> new ArrayDeque<>(1)).add(arrival);
      return true;
    }

    /** Whether there is one less. */
    boolean remove(HeldValue value) {
      ArrayDeque<Long> found = arrivals.get(value);
      if (found == null) {
        owed.merge(value, 1L, Long::sum);
        return false;
      }
      byArrival.remove(found.remove());
      if (found.isEmpty()) {
        arrivals.remove(value);
      }
      return true;
    }

    boolean isEmpty() {
      return byArrival.isEmpty() && owed.isEmpty();
    }
  }

  private final boolean last;
  private final DataType type;
  private final Slots<Held> slots = new Slots<>(Held::new);
  private long held;

  CountedPickAccumulator(boolean last, DataType type) {
    this.last = last;
    this.type = type;
  }

  @Override
  public void ensure(int count) {
    slots.ensure(count);
  }

  @Override
  public void update(Lane[] arguments, SlotRows rows) {
    for (int i = 0; i < rows.count(); i++) {
      add(rows.slots()[i], HeldValue.of(arguments[0], type, i), rows.arrival(i));
    }
  }

  private void add(int slot, HeldValue value, long arrival) {
    if (slots.make(slot).add(value, arrival)) {
      held += size(value);
    } else {
      forget(slot);
    }
  }

  private static long size(HeldValue value) {
    return 2 * HeldValue.OVERHEAD + value.bytes().length;
  }

  @Override
  public void retract(Lane[] arguments, SlotRows rows) {
    for (int i = 0; i < rows.count(); i++) {
      HeldValue value = HeldValue.of(arguments[0], type, i);
      if (slots.make(rows.slots()[i]).remove(value)) {
        held -= size(value);
        forget(rows.slots()[i]);
      }
    }
  }

  private void forget(int slot) {
    if (slots.make(slot).isEmpty()) {
      slots.clear(slot);
    }
  }

  @Override
  public boolean retractable() {
    return true;
  }

  @Override
  public void merge(GroupAccumulator other, int[] target, int count) {
    CountedPickAccumulator from = (CountedPickAccumulator) other;
    for (int i = 0; i < count; i++) {
      int to = target[i];
      from.slots
          .find(i)
          .ifPresent(values -> values.byArrival.forEach((at, value) -> add(to, value, at)));
    }
  }

  @Override
  public void result(int[] wanted, int from, int count, FieldVector out) {
    for (int i = 0; i < count; i++) {
      TreeMap<Long, HeldValue> values =
          slots.find(wanted[from + i]).map(h -> h.byArrival).orElseGet(TreeMap::new);
      if (values.isEmpty()) {
        out.setNull(i);
      } else {
        (last ? values.lastEntry() : values.firstEntry()).getValue().write(type, out, i);
      }
    }
  }

  @Override
  public long byteSize() {
    return held + slots.byteSize();
  }

  @Override
  public int stateWords() {
    return 0;
  }

  @Override
  public long stateWord(int slot, int index) {
    throw new IllegalArgumentException("counted values have no words of state");
  }

  @Override
  public void stateBytes(int slot, ByteArena out) {
    slots
        .find(slot)
        .ifPresent(
            values -> {
              values.byArrival.forEach(
                  (arrival, value) -> {
                    out.putLong(arrival);
                    value.save(type, out);
                  });
              values.owed.forEach(
                  (value, count) -> {
                    for (long n = 0; n < count; n++) {
                      out.putLong(OWED);
                      value.save(type, out);
                    }
                  });
            });
  }

  @Override
  public void restore(int slot, long[] words, byte[] bytes, int from, int to) {
    for (int at = from; at < to; ) {
      long arrival = ByteArena.longAt(bytes, at);
      HeldValue value = HeldValue.read(type, bytes, at + Long.BYTES);
      if (arrival == OWED) {
        slots.make(slot).owed.merge(value, 1L, Long::sum);
      } else {
        add(slot, value, arrival);
      }
      at += Long.BYTES + value.savedSize(type);
    }
  }
}
