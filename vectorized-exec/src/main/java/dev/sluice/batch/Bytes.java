package dev.sluice.batch;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Searches byte arrays eight at a time, with the zero-byte test of Mycroft (in "Hacker's Delight").
 * Stateless; safe for use by any thread.
 */
public final class Bytes {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONES = 0x0101010101010101L;
  private static final long HIGHS = 0x8080808080808080L;

  private Bytes() {}

  /** The eight bytes at {@code i}, the first lowest. */
  public static long longAt(byte[] b, int i) {
    return (long) LONGS.get(b, i);
  }

  /** {@code value} in each of eight bytes. */
  public static long pattern(int value) {
    return (value & 0xff) * ONES;
  }

  /** The lowest bit set is that of the first zero byte; higher ones may be wrong. */
  private static long zeros(long x) {
    return (x - ONES) & ~x & HIGHS;
  }

  /** One bit for each zero byte. */
  private static long allZeros(long x) {
    return ~((x & ~HIGHS) + ~HIGHS | x | ~HIGHS);
  }

  /** The first index in {@code [from, to)} that holds {@code value}, or {@code to}. */
  public static int indexOf(byte[] b, int from, int to, byte value) {
    long pattern = pattern(value);
    int i = from;
    for (; i + 8 <= to; i += 8) {
      long hit = zeros(longAt(b, i) ^ pattern);
      if (hit != 0) {
        return i + (Long.numberOfTrailingZeros(hit) >> 3);
      }
    }
    for (; i < to; i++) {
      if (b[i] == value) {
        return i;
      }
    }
    return to;
  }

  /**
   * The first index in {@code [from, to)} that holds {@code first} or {@code second}, or {@code
   * to}.
   */
  public static int indexOfEither(byte[] b, int from, int to, byte first, byte second) {
    long one = pattern(first);
    long other = pattern(second);
    int i = from;
    for (; i + 8 <= to; i += 8) {
      long word = longAt(b, i);
      long hit = zeros(word ^ one) | zeros(word ^ other);
      if (hit != 0) {
        return i + (Long.numberOfTrailingZeros(hit) >> 3);
      }
    }
    for (; i < to; i++) {
      if (b[i] == first || b[i] == second) {
        return i;
      }
    }
    return to;
  }

  /** The index behind the {@code count}th {@code value} in {@code [from, to)}, or -1. */
  public static int behind(byte[] b, int from, int to, byte value, long count) {
    long pattern = pattern(value);
    long left = count;
    int i = from;
    for (; left > 0 && i + 8 <= to; i += 8) {
      int hits = Long.bitCount(allZeros(longAt(b, i) ^ pattern));
      if (hits >= left) {
        break;
      }
      left -= hits;
    }
    for (; left > 0 && i < to; i++) {
      left -= b[i] == value ? 1 : 0;
    }
    return left > 0 ? -1 : i;
  }

  /** Whether the bytes are well-formed UTF-8. */
  public static boolean isUtf8(byte[] b, int from, int to) {
    int i = from;
    while (i < to) {
      if (i + 8 <= to && (longAt(b, i) & HIGHS) == 0) {
        i += 8;
      } else if (b[i] >= 0) {
        i++;
      } else {
        int length = sequence(b, i, to);
        if (length == 0) {
          return false;
        }
        i += length;
      }
    }
    return true;
  }

  /** Length of the well-formed multi-byte sequence at {@code i}, or 0. */
  private static int sequence(byte[] b, int i, int to) {
    int lead = b[i] & 0xff;
    int length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || i + length > to) {
      return 0;
    }
    int code = lead & (0xff >> (length + 1));
    for (int k = 1; k < length; k++) {
      if ((b[i + k] & 0xc0) != 0x80) {
        return 0;
      }
      code = code << 6 | b[i + k] & 0x3f;
    }
    boolean shortest =
        length == 2 || (length == 3 ? code >= 0x800 : code >= 0x10000 && code <= 0x10ffff);
    return shortest && (code < 0xd800 || code > 0xdfff) ? length : 0;
  }
}
