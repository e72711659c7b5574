package dev.sluice.operator;

import dev.sluice.batch.ByteArena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** The open sessions of every key, with their rows as bytes. Single-threaded. */
final class SessionStore {
  /** Before each row: the length of the entry and the row's arrival number. */
  static final int HEAD = Integer.BYTES + Long.BYTES;

  /** A key's bytes with the hash by which rows were spread over tasks. */
  static final class Key {
    private final byte[] bytes;
    private final long hash;

    Key(byte[] bytes, long hash) {
      this.bytes = bytes;
      this.hash = hash;
    }

    long hash() {
      return hash;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Key key && Arrays.equals(bytes, key.bytes);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(bytes);
    }
  }

  /** Rows of one key that belong together. */
  static final class Session {
    private final Key key;
    private final long number;
    private final long gap;
    private long first;
    private long last;

    /** The least time of a row that would join the session from before. */
    private long lower;

    /** Where it stands in the order of ends; may be before its end, for rows came since. */
    private long due;

    private ByteArena rows = new ByteArena(64);

    private Session(Key key, long number, long gap, long time, long lower) {
      this.key = key;
      this.number = number;
      this.gap = gap;
      first = time;
      last = time;
      this.lower = lower;
      due = end();
    }

    Key key() {
      return key;
    }

    long first() {
      return first;
    }

    long end() {
      return last + gap;
    }

    ByteArena rows() {
      return rows;
    }
  }

  /** What a session takes besides its rows, about. */
  private static final long SESSION_BYTES = 200;

  private static final Comparator<Session> BY_DUE =
      (a, b) -> {
        int order = Long.compare(a.due, b.due);
        return order != 0 ? order : Long.compare(a.number, b.number);
      };

  private static final Comparator<Session> BY_END =
      Comparator.comparingLong(Session::end)
          .thenComparingLong(s -> s.first)
          .thenComparingLong(s -> s.number);

  private final long gap;
  private final long lateness;
  private final Map<Key, List<Session>> byKey = new HashMap<>();

  /**
   * Moving a session with every row would cost more than all else: it is moved when its turn comes.
   */
  private final TreeSet<Session> byDue = new TreeSet<>(BY_DUE);

  private long numbers;

  SessionStore(long gap, long lateness) {
    this.gap = gap;
    this.lateness = lateness;
  }

  /** What the open sessions wait for; no later than the first of them closes. */
  Optional<Waiting> waiting() {
    return byDue.isEmpty()
        ? Optional.empty()
        : Optional.of(new Waiting(byDue.size(), byDue.first().end() + lateness));
  }

  private boolean isClosed(long end, long mark) {
    return OpenSessions.isClosed(end, mark, lateness);
  }

  /**
   * The session for a row, made or merged as needed; empty if the row is late, as of {@link
   * OpenSessions#sessionOf}.
   */
  Optional<Session> sessionOf(Key key, long time, long mark) {
    if (isClosed(time + gap, mark)) {
      return Optional.empty();
    }
    Session taken = null;
    List<Session> ofKey = byKey.getOrDefault(key, List.of());
    for (Session one : ofKey.size() > 1 ? List.copyOf(ofKey) : ofKey) {
      boolean touches = one.lower <= time && time <= one.end();
      if (touches && !isClosed(one.end(), mark)) {
        taken = taken == null ? one : merge(taken, one);
      }
    }
    if (taken != null) {
      extend(taken, time, mark);
      return Optional.of(taken);
    }
    return Optional.of(begin(key, time, mark));
  }

  Session begin(Key key, long time, long mark) {
    long lower = OpenSessions.lower(time, mark, gap, lateness);
    Session made = new Session(key, numbers++, gap, time, lower);
    byKey.computeIfAbsent(key, k -> new ArrayList<>(1)).add(made);
    byDue.add(made);
    return made;
  }

  void extend(Session session, long time, long mark) {
    session.first = Math.min(session.first, time);
    session.lower = Math.min(session.lower, OpenSessions.lower(time, mark, gap, lateness));
    session.last = Math.max(session.last, time);
  }

  private Session merge(Session into, Session other) {
    forget(other);
    into.first = Math.min(into.first, other.first);
    into.lower = Math.min(into.lower, other.lower);
    into.last = Math.max(into.last, other.last);
    into.rows = byArrival(into.rows, other.rows);
    return into;
  }

  private static ByteArena byArrival(ByteArena a, ByteArena b) {
    ByteArena merged = new ByteArena(a.length() + b.length());
    int i = 0;
    int j = 0;
    while (i < a.length() || j < b.length()) {
      boolean left =
          j >= b.length()
              || i < a.length()
                  && ByteArena.longAt(a.array(), i + Integer.BYTES)
                      <= ByteArena.longAt(b.array(), j + Integer.BYTES);
      ByteArena from = left ? a : b;
      int at = left ? i : j;
      int size = ByteArena.intAt(from.array(), at);
      merged.putBytes(from.array(), at, size);
      i += left ? size : 0;
      j += left ? 0 : size;
    }
    return merged;
  }

  private void forget(Session session) {
    byDue.remove(session);
    List<Session> all = byKey.get(session.key);
    all.remove(session);
    if (all.isEmpty()) {
      byKey.remove(session.key);
    }
  }

  /** Takes out the sessions that are over, in order of end, then of start. */
  List<Session> closed(long watermark) {
    List<Session> closed = new ArrayList<>();
    while (!byDue.isEmpty() && isClosed(byDue.first().due, watermark)) {
      Session session = byDue.first();
      if (isClosed(session.end(), watermark)) {
        forget(session);
        closed.add(session);
      } else {
        byDue.remove(session);
        session.due = session.end();
        byDue.add(session);
      }
    }
    closed.sort(BY_END);
    return closed;
  }

  /** Bytes on the heap, about. */
  long byteSize() {
    long sum = 0;
    for (Session session : byDue) {
      sum += SESSION_BYTES + session.key.bytes.length + session.rows.capacity();
    }
    return sum;
  }

  /** The open sessions, in order of end. */
  List<Session> all() {
    List<Session> all = new ArrayList<>(byDue);
    all.sort(BY_END);
    return all;
  }

  void clear() {
    byKey.clear();
    byDue.clear();
  }
}
