package dev.sluice.state;

/**
 * For tests: keys of which many have the same hash, so that what tells them apart is tried, too. A
 * process in which nobody has allowed it before its first key pays nothing: the compiler sees a
 * constant. {@code -Dsluice.hash.weak=true} weakens all hashes of a process. Hashes are part of
 * snapshots: who weakens them does so for all runs of a pipeline. One thread at a time.
 */
public final class WeakHashes {
  /** Four key groups, and two places in each table. */
  private static final long FEW = 0xc000_0000_0000_0001L;

  private static volatile boolean allowed = Boolean.getBoolean("sluice.hash.weak");
  private static volatile long kept = allowed ? FEW : -1;

  private WeakHashes() {}

  /** To be called before anything is hashed. */
  public static void allow() {
    allowed = true;
  }

  /** Whether hashes are weak from now on. */
  public static void use(boolean weak) {
    if (weak && !KeyHash.MAY_BE_WEAK) {
      throw new IllegalStateException("weak hashes were allowed too late");
    }
    kept = weak ? FEW : -1;
  }

  static boolean allowed() {
    return allowed;
  }

  static long weakened(long hash) {
    return hash & kept;
  }
}
