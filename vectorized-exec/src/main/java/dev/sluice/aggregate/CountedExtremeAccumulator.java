package dev.sluice.aggregate;

import dev.sluice.batch.ByteArena;
import dev.sluice.batch.Lane;
import dev.sluice.type.DataType;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.arrow.vector.FieldVector;

/**
 * MIN and MAX of rows that may be taken back: per group the sorted values, each with how often it
 * is there. A count below zero, of a row taken back before it came, is kept until the row comes.
 */
final class CountedExtremeAccumulator implements GroupAccumulator {
  private final boolean greatest;
  private final DataType type;
  private final Slots<TreeMap<HeldValue, Long>> slots = new Slots<>(TreeMap::new);
  private long held;

  CountedExtremeAccumulator(boolean greatest, DataType type) {
    this.greatest = greatest;
    this.type = type;
  }

  @Override
  public void ensure(int count) {
    slots.ensure(count);
  }

  @Override
  public void update(Lane[] arguments, SlotRows rows) {
    apply(arguments[0], rows, 1);
  }

  @Override
  public void retract(Lane[] arguments, SlotRows rows) {
    apply(arguments[0], rows, -1);
  }

  @Override
  public boolean retractable() {
    return true;
  }

  private void apply(Lane lane, SlotRows rows, long step) {
    for (int i = 0; i < rows.count(); i++) {
      add(rows.slots()[i], HeldValue.of(lane, type, i), step);
    }
  }

  private void add(int slot, HeldValue value, long step) {
    TreeMap<HeldValue, Long> values = slots.make(slot);
    int before = values.size();
    values.merge(value, step, (old, more) -> old + more == 0 ? null : Long.valueOf(old + more));
    held += (values.size() - before) * (HeldValue.OVERHEAD + value.bytes().length);
    if (values.isEmpty()) {
      slots.clear(slot);
    }
  }

  @Override
  public void merge(GroupAccumulator other, int[] target, int count) {
    CountedExtremeAccumulator from = (CountedExtremeAccumulator) other;
    for (int i = 0; i < count; i++) {
      int to = target[i];
      from.slots.find(i).ifPresent(values -> values.forEach((value, n) -> add(to, value, n)));
    }
  }

  @Override
  public void result(int[] wanted, int from, int count, FieldVector out) {
    for (int i = 0; i < count; i++) {
      int position = i;
      slots
          .find(wanted[from + i])
          .flatMap(this::extreme)
          .ifPresentOrElse(value -> value.write(type, out, position), () -> out.setNull(position));
    }
  }

  private Optional<HeldValue> extreme(TreeMap<HeldValue, Long> values) {
    Map<HeldValue, Long> inOrder = greatest ? values.descendingMap() : values;
    return inOrder.entrySet().stream()
        .filter(entry -> entry.getValue() > 0)
        .map(Map.Entry::getKey)
        .findFirst();
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
            values ->
                values.forEach(
                    (value, count) -> {
                      out.putLong(count);
                      value.save(type, out);
                    }));
  }

  @Override
  public void restore(int slot, long[] words, byte[] bytes, int from, int to) {
    for (int at = from; at < to; ) {
      HeldValue value = HeldValue.read(type, bytes, at + Long.BYTES);
      add(slot, value, ByteArena.longAt(bytes, at));
      at += Long.BYTES + value.savedSize(type);
    }
  }
}
