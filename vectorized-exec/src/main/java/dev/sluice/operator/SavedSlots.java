package dev.sluice.operator;

import dev.sluice.batch.BatchBuilder;
import dev.sluice.state.KeyTable;
import dev.sluice.state.SlotChanges;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.Supplier;

/** What is saved of the slots of a table of keys, of each any number of rows, one by one. */
final class SavedSlots implements SlotChanges.Table {
  private final List<Integer> identity;
  private final SlotChanges.Name name;
  private final Supplier<KeyTable> table;
  private final IntPredicate empty;
  private final Slots slots;

  /** Appends the rows of a slot. */
  @FunctionalInterface
  interface Slots {
    /** Appends what is saved of a slot, which may be nothing. */
    void save(int slot, BatchBuilder out);
  }

  /**
   * Slots of the keys in columns {@code identity} of a saved row.
   *
   * @param name what says besides the key whose a row is
   * @param table the keys, which may be in another table later
   * @param empty whether a slot has no rows
   */
  SavedSlots(
      List<Integer> identity,
      SlotChanges.Name name,
      Supplier<KeyTable> table,
      IntPredicate empty,
      Slots slots) {
    this.identity = identity;
    this.name = name;
    this.table = table;
    this.empty = empty;
    this.slots = slots;
  }

  @Override
  public int size() {
    return table.get().size();
  }

  @Override
  public KeyTable keys() {
    return table.get();
  }

  @Override
  public List<Integer> identity() {
    return identity;
  }

  @Override
  public SlotChanges.Name name() {
    return name;
  }

  @Override
  public boolean isEmpty(int slot) {
    return empty.test(slot);
  }

  @Override
  public void append(int[] some, int count, SlotChanges.Staged to) {
    BatchBuilder out = to.builder();
    for (int i = 0; i < count; i++) {
      int before = out.rows();
      slots.save(some[i], out);
      to.are(table.get().keyGroup(some[i]), out.rows(), out.rows() - before);
    }
  }
}
