package dev.sluice.function;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A {@link Text} with memory of its own to build results in, reused from row to row. */
public final class Buffer extends Text {
  private byte[] own = new byte[32];
  private int used;

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
    for (long rest = value; rest >= power(width); ) {
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

  private static long power(int digits) {
    long power = 1;
    for (int i = 0; i < digits && power < Long.MAX_VALUE / 10; i++) {
      power *= 10;
    }
    return power;
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
