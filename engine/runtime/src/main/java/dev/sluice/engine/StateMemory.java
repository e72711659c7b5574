package dev.sluice.engine;

import dev.sluice.engine.spill.SpillDirectory;
import dev.sluice.operator.SpillStore;
import dev.sluice.state.KeyGroups;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory that the tasks of a job share for their state, and the disk behind it. Safe for use by
 * any thread.
 */
final class StateMemory {
  /** When state goes to disk, so much of the limit stays in use: not all has to be moved again. */
  private static final double KEPT = 0.5;

  /** Even where next to nothing may be kept, one key group at a time has to be. */
  private static final long LEAST_GROUP = 8L << 20;

  /** Every key group gathers a page in memory: all of them together must stay little. */
  private static final int PAGES = 8 * KeyGroups.COUNT;

  /** Arrays of state double, and none may have more than 2 GiB. */
  private static final long MOST_OF_TASK = 1L << 30;

  /** An operator with less state would soon be as large again. */
  private static final long LEAST_STATE = 64L << 10;

  private static final int LEAST_PAGE = 256;
  private static final int MOST_PAGE = 8 << 10;

  private final long limit;
  private final SpillDirectory disk;
  private final boolean always;
  private final AtomicLong used = new AtomicLong();

  StateMemory(long limit, SpillDirectory disk, boolean always) {
    this.limit = limit;
    this.disk = disk;
    this.always = always;
  }

  /** A task has grown by {@code delta} bytes. */
  void add(long delta) {
    used.addAndGet(delta);
  }

  /** Whether a task with so many bytes of state has to put some on disk. */
  boolean isShort(long ofTask) {
    return always || ofTask > MOST_OF_TASK || used.get() > limit;
  }

  /** The share of its state that every task may keep now that memory is short. */
  double kept() {
    return always ? KEPT : Math.min(KEPT, KEPT * limit / Math.max(1, used.get()));
  }

  SpillStore store() {
    int page = always ? LEAST_PAGE : (int) Math.max(LEAST_PAGE, Math.min(MOST_PAGE, limit / PAGES));
    return disk.store(
        new SpillDirectory.Sizes(
            page, always ? 0 : Math.min(LEAST_STATE, limit / 8), Math.max(LEAST_GROUP, limit)));
  }
}
