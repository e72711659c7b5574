package dev.sluice.operator;

import dev.sluice.state.KeyColumns;
import dev.sluice.state.KeyTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The bounds of the open sessions of every key, by session number. A session that is merged into
 * another, or is over, keeps its number until {@link #compact}. Single-threaded.
 */
final class OpenSessions {
  /** In place of a session: there is none. */
  static final int NONE = -1;

  /** Numbers out of use up to which nothing is moved. */
  private static final int MOST_DEAD = 1024;

  private final long gap;
  private final long lateness;
  private KeyTable table;

  /** By key: its sessions, as a list. */
  private int[] heads = new int[64];

  private int[] nexts = new int[64];
  private int[] keys = new int[64];
  private long[] firsts = new long[64];

  /** The least time of a row that would join the session from before. */
  private long[] lowers = new long[64];

  private long[] lasts = new long[64];

  /** What the session was merged into, or itself. */
  private int[] roots = new int[64];

  private boolean[] dead = new boolean[64];
  private int size;
  private int deadCount;
  private int known;
  private ExpiryQueue due = new ExpiryQueue();

  /** Sessions merged since they were asked for: the one that is no more, the one it went into. */
  private final List<int[]> merged = new ArrayList<>();

  OpenSessions(KeyColumns keyColumns, long gap, long lateness) {
    table = new KeyTable(keyColumns);
    this.gap = gap;
    this.lateness = lateness;
  }

  /** One more than the greatest number. */
  int size() {
    return size;
  }

  int live() {
    return size - deadCount;
  }

  long first(int session) {
    return firsts[session];
  }

  long end(int session) {
    return lasts[session] + gap;
  }

  long lower(int session) {
    return lowers[session];
  }

  long last(int session) {
    return lasts[session];
  }

  int key(int session) {
    return keys[session];
  }

  /** One of the open sessions of a key, or {@link #NONE}. */
  int anyOf(int key) {
    return heads[key];
  }

  /** Another session of the same key, or {@link #NONE} after all. */
  int otherThan(int session) {
    return nexts[session];
  }

  boolean isDead(int session) {
    return dead[session];
  }

  KeyTable table() {
    return table;
  }

  /** The key of each row, new ones included. */
  int[] keySlots(KeyColumns rows, int count) {
    int[] slots = new int[count];
    table.slots(rows, slots);
    if (heads.length < table.size()) {
      heads = Arrays.copyOf(heads, Math.max(table.size(), 2 * heads.length));
    }
    Arrays.fill(heads, known, table.size(), NONE);
    known = table.size();
    return slots;
  }

  private boolean isClosed(long end, long mark) {
    return isClosed(end, mark, lateness);
  }

  /** A row at the very end still belongs to a session: it is over when none can come. */
  static boolean isClosed(long end, long mark, long lateness) {
    return mark >= end + lateness;
  }

  /**
   * The least time of a row that would join a row of {@code time} from before: not further away
   * than the gap, nor so far that its own session was closed by {@code mark} when this row came.
   */
  static long lower(long time, long mark, long gap, long lateness) {
    return mark < Long.MIN_VALUE / 2 ? time - gap : Math.max(time - gap, mark - gap - lateness + 1);
  }

  /**
   * The session of a row, made, extended or merged as needed; -1 if the row is late: a session of
   * its own would have closed by {@code mark}. Two rows are of one session if they are no more than
   * the gap apart and the earlier one's own session was not closed by the mark of the other: that
   * asks nothing of the order in which splits are read.
   */
  int sessionOf(int key, long time, long mark) {
    if (isClosed(time + gap, mark)) {
      return NONE;
    }
    int taken = NONE;
    int before = NONE;
    for (int session = heads[key]; session != NONE; ) {
      int next = nexts[session];
      boolean takes =
          lowers[session] <= time && time <= end(session) && !isClosed(end(session), mark);
      if (takes && taken != NONE) {
        merge(session, taken, before);
      } else {
        taken = takes ? session : taken;
        before = session;
      }
      session = next;
    }
    long lower = lower(time, mark, gap, lateness);
    if (taken != NONE) {
      firsts[taken] = Math.min(firsts[taken], time);
      lowers[taken] = Math.min(lowers[taken], lower);
      lasts[taken] = Math.max(lasts[taken], time);
      return taken;
    }
    return begin(key, time, time, lower);
  }

  int begin(int key, long first, long last, long lower) {
    int session = add(key, first, last);
    lowers[session] = lower;
    nexts[session] = heads[key];
    heads[key] = session;
    due.add(end(session), session);
    return session;
  }

  private int add(int key, long first, long last) {
    if (size == keys.length) {
      nexts = Arrays.copyOf(nexts, 2 * size);
      keys = Arrays.copyOf(keys, 2 * size);
      firsts = Arrays.copyOf(firsts, 2 * size);
      lowers = Arrays.copyOf(lowers, 2 * size);
      lasts = Arrays.copyOf(lasts, 2 * size);
      roots = Arrays.copyOf(roots, 2 * size);
      dead = Arrays.copyOf(dead, 2 * size);
    }
    keys[size] = key;
    firsts[size] = first;
    lasts[size] = last;
    roots[size] = size;
    dead[size] = false;
    return size++;
  }

  /** A session that is no more, but whose row is still to be taken back. */
  int addDead(int key) {
    int session = add(key, 0, 0);
    dead[session] = true;
    deadCount++;
    return session;
  }

  private void merge(int session, int into, int before) {
    unlink(session, before);
    firsts[into] = Math.min(firsts[into], firsts[session]);
    lowers[into] = Math.min(lowers[into], lowers[session]);
    lasts[into] = Math.max(lasts[into], lasts[session]);
    roots[session] = into;
    merged.add(new int[] {session, into});
  }

  private void unlink(int session, int before) {
    if (before == NONE) {
      heads[keys[session]] = nexts[session];
    } else {
      nexts[before] = nexts[session];
    }
    dead[session] = true;
    deadCount++;
  }

  /** What a session is part of by now. */
  int root(int session) {
    int root = session;
    while (roots[root] != root) {
      root = roots[root];
    }
    return root;
  }

  /** The merges since this was asked for, in their order. */
  List<int[]> takeMerged() {
    List<int[]> taken = List.copyOf(merged);
    merged.clear();
    return taken;
  }

  /** What the open sessions wait for; no later than the first of them closes. */
  Optional<Waiting> waiting() {
    while (due.hasUntil(Long.MAX_VALUE) && dead[due.first()]) {
      due.take();
    }
    return live() == 0
        ? Optional.empty()
        : Optional.of(new Waiting(live(), due.firstTime() + lateness));
  }

  /** The sessions that are over, in order of end, then of start; they are to be forgotten. */
  int[] closed(long watermark) {
    int[] found = new int[16];
    int count = 0;
    while (due.hasUntil(Long.MAX_VALUE) && isClosed(due.firstTime(), watermark)) {
      int session = due.take();
      if (dead[session]) {
        continue;
      }
      if (isClosed(end(session), watermark)) {
        found = count == found.length ? Arrays.copyOf(found, 2 * count) : found;
        found[count++] = session;
      } else {
        due.add(end(session), session);
      }
    }
    return Arrays.stream(found, 0, count)
        .boxed()
        .sorted(
            Comparator.<Integer>comparingLong(this::end)
                .thenComparingLong(this::first)
                .thenComparingInt(session -> session))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  void forget(int[] sessions) {
    for (int session : sessions) {
      int before = NONE;
      int at = heads[keys[session]];
      while (at != session) {
        before = at;
        at = nexts[at];
      }
      unlink(session, before);
    }
  }

  boolean isWorthCompacting() {
    return deadCount >= MOST_DEAD && 2 * deadCount > size;
  }

  /**
   * Lets numbers and keys go that are out of use; gives the old numbers by the new ones.
   *
   * @param moving is told before of the places that keys will have, -1 for one that goes
   */
  int[] compact(Consumer<int[]> moving) {
    int[] kept = new int[live()];
    for (int session = 0, n = 0; session < size; session++) {
      if (!dead[session]) {
        kept[n++] = session;
      }
    }
    int[] places = new int[table.size()];
    KeyTable fewer = table.retained(key -> heads[key] != NONE, places);
    moving.accept(places);
    table = fewer;
    known = table.size();
    heads = new int[Math.max(64, known)];
    Arrays.fill(heads, NONE);
    size = 0;
    deadCount = 0;
    due = new ExpiryQueue();
    for (int session : kept) {
      // numbers only fall: nothing is overwritten before it was read
      begin(places[keys[session]], firsts[session], lasts[session], lowers[session]);
    }
    return kept;
  }

  long byteSize() {
    return table.byteSize() + 41L * keys.length + 4L * heads.length + due.byteSize();
  }
}
