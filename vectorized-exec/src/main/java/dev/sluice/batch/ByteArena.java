package dev.sluice.batch;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** A growing byte array that is appended to. Little-endian. Single-threaded. */
public final class ByteArena {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private byte[] array;
  private int length;

  public ByteArena() {
    this(64);
  }

  public ByteArena(int capacity) {
    array = new byte[capacity];
  }

  /** The bytes; only the first {@link #length} mean anything. Replaced when the arena grows. */
  public byte[] array() {
    return array;
  }

  public int length() {
    return length;
  }

  /** Bytes on the heap, used or not. */
  public int capacity() {
    return array.length;
  }

  /** Forgets everything after {@code newLength}. */
  public void truncate(int newLength) {
    length = newLength;
  }

  /** Makes room for {@code more} bytes, moves the end behind them and gives where they start. */
  public int reserve(int more) {
    int start = length;
    long needed = (long) length + more;
    if (needed > array.length) {
      if (needed > Integer.MAX_VALUE - 16) {
        throw new IllegalStateException("byte arena would exceed 2 GiB");
      }
      array =
          Arrays.copyOf(
              array, (int) Math.min(Integer.MAX_VALUE - 16, Math.max(needed, 2L * array.length)));
    }
    length = (int) needed;
    return start;
  }

  public void putByte(int value) {
    int at = reserve(1);
    array[at] = (byte) value;
  }

  public void putInt(int value) {
    int at = reserve(Integer.BYTES);
    INT.set(array, at, value);
  }

  public void putLong(long value) {
    int at = reserve(Long.BYTES);
    LONG.set(array, at, value);
  }

  /** Appends a one and a long: a value that is not NULL. */
  void putFlaggedLong(long value) {
    int at = reserve(1 + Long.BYTES);
    array[at] = 1;
    LONG.set(array, at + 1, value);
  }

  /** Appends a one, a length and room for as many bytes; gives where they go. */
  int putFlaggedLength(int count) {
    int at = reserve(1 + Integer.BYTES + count);
    array[at] = 1;
    INT.set(array, at + 1, count);
    return at + 1 + Integer.BYTES;
  }

  public void putBytes(byte[] source, int from, int count) {
    int at = reserve(count);
    System.arraycopy(source, from, array, at, count);
  }

  /** The int at {@code at} of {@code source}. */
  public static int intAt(byte[] source, int at) {
    return (int) INT.get(source, at);
  }

  /** The long at {@code at} of {@code source}. */
  public static long longAt(byte[] source, int at) {
    return (long) LONG.get(source, at);
  }

  /** Writes as {@link #putLong} does, anywhere. */
  public static void setLong(byte[] target, int at, long value) {
    LONG.set(target, at, value);
  }

  /** Writes as {@link #putInt} does, anywhere. */
  public static void setInt(byte[] target, int at, int value) {
    INT.set(target, at, value);
  }
}
