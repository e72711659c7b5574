package dev.sluice.function;

import dev.sluice.batch.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.arrow.memory.util.MemoryUtil;

/**
 * A string or binary value while it is computed: a range of a byte array, UTF-8 if a string.
 * Mutable and reused from row to row: whoever wants to keep a value copies it. Single-threaded.
 */
public class Text {
  private static final byte[] NONE = new byte[0];

  /** Bytes up to which words one by one are faster than a copy by the virtual machine. */
  private static final int SHORT = 64;

  private byte[] data = NONE;
  private int offset;
  private int length;
  private String decoded = "";
  private boolean isDecoded = true;

  /** A constant. */
  public static Text of(String value) {
    Text text = ofBytes(value.getBytes(StandardCharsets.UTF_8));
    text.decoded = value;
    text.isDecoded = true;
    return text;
  }

  /** A constant. */
  public static Text ofBytes(byte[] value) {
    Text text = new Text();
    text.set(value, 0, value.length);
    return text;
  }

  /** Makes this a view of that range. */
  public final void set(byte[] source, int from, int count) {
    data = source;
    offset = from;
    length = count;
    isDecoded = false;
  }

  public final byte[] data() {
    return data;
  }

  public final int offset() {
    return offset;
  }

  /** Length in bytes. */
  public final int length() {
    return length;
  }

  public final byte get(int index) {
    return data[offset + index];
  }

  public final boolean same(Text other) {
    return length == other.length
        && Arrays.equals(
            data, offset, offset + length, other.data, other.offset, other.offset + length);
  }

  /** Order of unsigned bytes, which for UTF-8 is that of code points. */
  public final int compare(Text other) {
    return Arrays.compareUnsigned(
        data, offset, offset + length, other.data, other.offset, other.offset + other.length);
  }

  /** Where {@code part} starts at or after byte {@code from}, or -1. */
  public final int indexOf(Text part, int from) {
    int last = length - part.length;
    if (part.length == 0) {
      return from <= last ? from : -1;
    }
    byte first = part.get(0);
    int end = offset + last + 1;
    int at = Bytes.indexOf(data, Math.min(offset + from, end), end, first);
    while (at < end && part.length > 1 && !matchesAt(part, at - offset)) {
      at = Bytes.indexOf(data, at + 1, end, first);
    }
    return at < end ? at - offset : -1;
  }

  /** The byte index behind the {@code count}th {@code value}, or -1. */
  public final int behind(byte value, long count) {
    int at = Bytes.behind(data, offset, offset + length, value, count);
    return at < 0 ? -1 : at - offset;
  }

  /** Writes the bytes to an address, where there is room for {@link Long#BYTES} more. */
  public final void copyTo(long address) {
    int words = length + Long.BYTES - 1 & -Long.BYTES;
    if (words <= SHORT && offset + words <= data.length) {
      for (int i = 0; i < words; i += Long.BYTES) {
        MemoryUtil.putLong(address + i, Bytes.longAt(data, offset + i));
      }
    } else {
      MemoryUtil.copyToMemory(data, offset, address, length);
    }
  }

  /** Whether {@code part} stands at byte {@code at}. */
  public final boolean matchesAt(Text part, int at) {
    return at >= 0
        && at + part.length <= length
        && Arrays.equals(
            data,
            offset + at,
            offset + at + part.length,
            part.data,
            part.offset,
            part.offset + part.length);
  }

  /** Length in characters (code points). */
  public final int characters() {
    int count = 0;
    for (int i = offset; i < offset + length; i++) {
      count += (data[i] & 0xC0) == 0x80 ? 0 : 1;
    }
    return count;
  }

  /** The byte index behind {@code count} characters from byte {@code from}, at most the length. */
  public final int skip(int from, long count) {
    int at = from;
    long left = count;
    while (left > 0 && at < length) {
      at++;
      while (at < length && (get(at) & 0xC0) == 0x80) {
        at++;
      }
      left--;
    }
    return at;
  }

  /** Whether all bytes are below 128. */
  public final boolean isAscii() {
    for (int i = offset; i < offset + length; i++) {
      if (data[i] < 0) {
        return false;
      }
    }
    return true;
  }

  public final byte[] toBytes() {
    return Arrays.copyOfRange(data, offset, offset + length);
  }

  @Override
  public final String toString() {
    if (!isDecoded) {
      decoded = new String(data, offset, length, StandardCharsets.UTF_8);
      isDecoded = true;
    }
    return decoded;
  }
}
