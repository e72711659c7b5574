package dev.sluice.operator;

import dev.sluice.state.StateCopy;
import java.util.BitSet;
import java.util.Optional;
import java.util.function.IntConsumer;

/**
 * The copy of state of which some key groups lie on disk: what is in memory, then one group after
 * the other, from disk to the checkpoint. A group that is about to be brought back is copied
 * before. Single-threaded.
 */
final class SpilledCopy implements StateCopy {
  private Optional<StateCopy> resident;
  private final BitSet left;
  private final IntConsumer group;

  /**
   * Takes ownership of {@code resident}.
   *
   * @param left the groups on disk
   * @param group copies one of them
   */
  SpilledCopy(Optional<StateCopy> resident, BitSet left, IntConsumer group) {
    this.resident = resident;
    this.left = left;
    this.group = group;
  }

  /** Copies a group that is about to change, if that has not been done. */
  void before(int keyGroup) {
    if (left.get(keyGroup)) {
      left.clear(keyGroup);
      group.accept(keyGroup);
    }
  }

  @Override
  public boolean copy(int keys) {
    if (resident.isPresent()) {
      if (resident.get().copy(keys)) {
        resident.get().close();
        resident = Optional.empty();
      }
    } else if (!left.isEmpty()) {
      before(left.nextSetBit(0));
    }
    return resident.isEmpty() && left.isEmpty();
  }

  @Override
  public void close() {
    resident.ifPresent(StateCopy::close);
    resident = Optional.empty();
    left.clear();
  }
}
