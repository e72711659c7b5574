package dev.sluice.aggregate;

import dev.sluice.batch.ByteArena;
import dev.sluice.batch.Lane;
import org.apache.arrow.vector.FieldVector;

/**
 * One aggregate over all groups of a table: arrays by dense slot, updated by loops over a batch.
 * Rows that a FILTER or NULL arguments exclude never reach it. Slots must be announced by {@link
 * #ensure}. Single-threaded.
 */
public interface GroupAccumulator {
  /** Makes room for slots 0 to {@code slots} - 1; new ones are empty. */
  void ensure(int slots);

  /** Adds rows; {@code arguments} have one entry per row, in the forms that were asked for. */
  void update(Lane[] arguments, SlotRows rows);

  /** Takes rows back that were added before; only if {@link #retractable}. */
  default void retract(Lane[] arguments, SlotRows rows) {
    throw new IllegalStateException("retraction reached an aggregate that cannot take rows back");
  }

  /** Whether {@link #retract} works. */
  default boolean retractable() {
    return false;
  }

  /**
   * Adds the first {@code count} groups of {@code other}, of the same class: its slot i to {@code
   * target[i]} here.
   */
  void merge(GroupAccumulator other, int[] target, int count);

  /**
   * Writes the results of {@code count} groups, from index {@code from} of {@code slots}, to
   * positions 0 and on of {@code out}.
   */
  void result(int[] slots, int from, int count, FieldVector out);

  /** Bytes on the heap, about. */
  long byteSize();

  /** How many words of state a group has. */
  int stateWords();

  /** A word of a group's state. */
  long stateWord(int slot, int index);

  /**
   * In which form {@link #stateBytes} are: another name where they could be taken for those of
   * another accumulator of the same call, or of an earlier version.
   */
  default String stateForm() {
    return "";
  }

  /** Appends the rest of a group's state; nothing for most. */
  default void stateBytes(int slot, ByteArena out) {}

  /** Sets an empty group to a saved state. */
  void restore(int slot, long[] words, byte[] bytes, int from, int to);
}
