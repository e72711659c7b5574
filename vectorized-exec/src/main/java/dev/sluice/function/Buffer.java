package dev.sluice.function;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A {@link Text} with memory of its own to build results in, reused from row to row. */
public final class Buffer extends Text {
  private static final long[] POWERS = powers();

  private byte[] own = new byte[32];
  private int used;

  private long keptKey = Long.MIN_VALUE;
  private byte[] kept = {};

  /** Empties it. */
  public Buffer start() {
    used = 0;
    return this;
  }

  public Buffer add(int oneByte) {
    room(1);
    own[used++] = (byte) oneByte;
    return this;
  }

  public Buffer add(Text text) {
    return add(text, 0, text.length());
  }

  /** Adds bytes {@code from} to {@code to} of {@code text}. */
  public Buffer add(Text text, int from, int to) {
    room(to - from);
    System.arraycopy(text.data(), text.offset() + from, own, used, to - from);
    used += to - from;
    return this;
  }

  /** Adds a non-negative number in at least {@code digits} digits. */
  public Buffer addNumber(long value, int digits) {
    int width = digits;
    while (width < POWERS.length && value >= POWERS[width]) {
      width++;
    }
    room(width);
    long rest = value;
    for (int i = used + width - 1; i >= used; i--) {
      own[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    used += width;
    return this;
  }

  private static long[] powers() {
    long[] powers = new long[19];
    powers[0] = 1;
    for (int i = 1; i < powers.length; i++) {
      powers[i] = 10 * powers[i - 1];
    }
    return powers;
  }

  /** Adds what {@link #keep} kept under {@code key}; false if it was another that came last. */
  public boolean addKept(long key) {
    if (key != keptKey) {
      return false;
    }
    room(kept.length);
    System.arraycopy(kept, 0, own, used, kept.length);
    used += kept.length;
    return true;
  }

  /** Keeps what was added since there were {@code from} bytes: rows in a row often say the same. */
  public Buffer keep(long key, int from) {
    keptKey = key;
    kept = Arrays.copyOfRange(own, from, used);
    return this;
  }

  /** Bytes added so far. */
  public int size() {
    return used;
  }

  /** What was added, as value. */
  public Text done() {
    set(own, 0, used);
    return this;
  }

  /** Part of another value, without a copy. */
  public Text view(Text of, int from, int to) {
    set(of.data(), of.offset() + from, to - from);
    return this;
  }

  public Text put(String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    set(bytes, 0, bytes.length);
    return this;
  }

  private void room(int more) {
    if (used + more > own.length) {
      own = Arrays.copyOf(own, Math.max(used + more, 2 * own.length));
    }
  }
}
