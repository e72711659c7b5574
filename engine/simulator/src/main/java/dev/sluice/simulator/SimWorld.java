package dev.sluice.simulator;

import dev.sluice.simulator.disk.SimDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

/**
 * Everything that is not the process: disk, databases, topics, clocks, and the luck of the run.
 * Each call of the process to the outside is counted; at the number that was chosen, it goes wrong.
 * Single-threaded.
 */
final class SimWorld {
  /** How a call goes wrong. */
  enum Fault {
    /** The process dies before the call has an effect. */
    KILL,
    /** The machine dies: what was not forced to disk may be gone, too. */
    POWER_LOSS,
    /** The call fails once. */
    ERROR,
    /** From this call on nothing more can be written to disk, as long as the process lives. */
    DISK_FULL
  }

  private final Random random;
  private final Trace trace = new Trace();
  private final SimDisk disk = new SimDisk();
  private final SimDatabase database;
  private long calls;
  private long faultAt = Long.MAX_VALUE;
  private Fault fault = Fault.KILL;
  private final Map<String, Integer> unread = new TreeMap<>();
  private Home home = new Home("checkpoints", Optional.empty());
  private int moves;
  private boolean dead;
  private boolean faulted;

  SimWorld(long seed) {
    random = new Random(seed);
    database = new SimDatabase(this);
    disk.watch((call, path, effect) -> call("disk " + call + " " + path));
  }

  /**
   * Where the next run keeps its checkpoints.
   *
   * @param savepoint to begin from
   */
  record Home(String checkpoints, Optional<String> savepoint) {}

  Home home() {
    return home;
  }

  /** The next run begins from a savepoint, in a directory without checkpoints. */
  void moveTo(Path savepoint) {
    moves++;
    home = new Home("checkpoints-" + moves, Optional.of(savepoint.toString()));
    trace.add("goes on from " + savepoint);
  }

  Random random() {
    return random;
  }

  Trace trace() {
    return trace;
  }

  SimDisk disk() {
    return disk;
  }

  SimDatabase database() {
    return database;
  }

  /** Calls so far in this life. */
  long calls() {
    return calls;
  }

  /** A process begins; its call number {@code at} goes wrong. */
  void begin(long at, Fault kind) {
    calls = 0;
    unread.clear();
    faultAt = at;
    fault = kind;
    dead = false;
    faulted = false;
  }

  /** So many rows of a split have not been fetched in this life. */
  void unread(String split, int rows) {
    unread.put(split, rows);
  }

  /** Whether all rows have been fetched. */
  boolean allRead() {
    return unread.values().stream().allMatch(rows -> rows == 0);
  }

  boolean dead() {
    return dead;
  }

  /** Whether anything went wrong in this life. */
  boolean faulted() {
    return faulted;
  }

  /** The process has ended: who looks at the world now is not disturbed. */
  void atRest() {
    faultAt = Long.MAX_VALUE;
  }

  /** The process is gone. */
  void afterDeath() {
    if (fault == Fault.POWER_LOSS) {
      disk.losePower(random);
    } else {
      disk.loseProcess();
    }
    database.sessionsEnd();
    dead = false;
    atRest();
  }

  /** The process calls to the outside. */
  void call(String what) throws IOException {
    if (dead) {
      // what the dead process still does on its way out has no effect, and need not be an Error
      throw new SimulatedFault(what + ", by a dead process");
    }
    trace.add(what);
    calls++;
    if (fault == Fault.DISK_FULL && calls >= faultAt) {
      faulted = true;
      if (what.startsWith("disk write")) {
        trace.add("  no space");
        throw new SimulatedFault(what + ": no space left on device");
      }
    } else if (calls == faultAt) {
      faulted = true;
      trace.add("  " + fault + " at " + what);
      if (fault == Fault.ERROR) {
        throw new SimulatedFault(what);
      }
      dead = true;
      throw new SimulatedCrash(what);
    }
  }

  /** Whether this call is the one whose answer is lost: then it has its effect all the same. */
  boolean losesAnswer(String what) {
    if (!dead && fault != Fault.DISK_FULL && calls + 1 == faultAt && random.nextBoolean()) {
      trace.add("  answer lost: " + what);
      return true;
    }
    return false;
  }
}
