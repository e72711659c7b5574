package dev.sluice.state;

import dev.sluice.state.SlotChanges.Copy;
import dev.sluice.state.SlotChanges.Gone;
import dev.sluice.state.SlotChanges.Staged;
import dev.sluice.state.SlotChanges.TablesCopy;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.arrow.memory.BufferAllocator;

/**
 * {@link SlotChanges} of a part of the state that is many tables, one for each pane or window,
 * which come, and go as a whole. A table that has gone is let go of at once, but for its keys,
 * which the next checkpoint has to tell of; where they are more than what is there, it is written
 * whole instead, so that a window that closes costs a checkpoint nothing. Single-threaded.
 */
public final class PaneChanges {
  private final Set<SlotChanges> panes = new LinkedHashSet<>();
  private final List<Gone> gone = new ArrayList<>();
  private boolean tracking;

  /** The changes of a new pane. */
  public SlotChanges add(SlotChanges.Table pane) {
    SlotChanges made = new SlotChanges(pane, tracking);
    panes.add(made);
    return made;
  }

  /** A pane is no more; what a copy being made has not copied of it must not change. */
  public void drop(SlotChanges pane) {
    panes.remove(pane);
    if (tracking) {
      gone.addAll(pane.takeGone());
      if (pane.saved() > 0) {
        gone.add(pane.allGone());
      }
    }
  }

  /** What the panes hold is in the checkpoint that was read. */
  public void restored() {
    tracking = true;
    gone.clear();
    panes.forEach(SlotChanges::restored);
  }

  /**
   * Begins the copy for a checkpoint; whatever has changed before belongs to it.
   *
   * @param identity the columns that say of which pane and key a row is
   */
  public StateCopy begin(
      StateWriter state,
      String name,
      int version,
      Schema layout,
      List<Integer> identity,
      BufferAllocator allocator) {
    panes.forEach(pane -> gone.addAll(pane.takeGone()));
    long there = panes.stream().mapToLong(SlotChanges::size).sum();
    long left = gone.stream().mapToLong(Gone::count).sum();
    StateWriter.Part part =
        identity.isEmpty()
            ? state.part(name, version, layout)
            : state.part(name, version, layout, identity, tracking && left <= there);
    Staged staged =
        new Staged(
            part, layout, allocator, part.wantsChanges() ? 64 : (int) Math.min(there, 1 << 20));
    List<Copy> copies = new ArrayList<>();
    panes.forEach(pane -> copies.add(pane.begin(staged)));
    List<Gone> told = part.wantsChanges() ? List.copyOf(gone) : List.of();
    gone.clear();
    tracking = true;
    return new TablesCopy(staged, told, copies);
  }
}
