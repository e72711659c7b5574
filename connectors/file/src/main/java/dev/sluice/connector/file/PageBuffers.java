package dev.sluice.connector.file;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.apache.parquet.bytes.ByteBufferAllocator;

/**
 * The arrays that pages are read and unpacked into, used again from page to page: made anew for
 * each they would be most of what a scan allocates. An array may be longer than asked for. Safe for
 * use by any thread.
 */
final class PageBuffers implements ByteBufferAllocator {
  /** Bytes kept for later; what comes back beyond is left to the collector. */
  private static final long MOST_KEPT = 32L << 20;

  private final List<ArrayDeque<byte[]>> free = new ArrayList<>();
  private long kept;

  PageBuffers() {
    for (int i = 0; i <= Integer.SIZE; i++) {
      free.add(new ArrayDeque<>());
    }
  }

  /** The power of two, as an exponent, that holds {@code size} bytes. */
  private static int sizeClass(int size) {
    return Integer.SIZE - Integer.numberOfLeadingZeros(Math.max(size, 1024) - 1);
  }

  /** An array of at least {@code size} bytes, of any content; the caller's until given back. */
  byte[] take(int size) {
    int sizeClass = sizeClass(size);
    if (sizeClass >= Integer.SIZE - 1) {
      return new byte[size];
    }
    synchronized (this) {
      byte[] again = free.get(sizeClass).pollLast();
      if (again != null) {
        kept -= again.length;
        return again;
      }
    }
    return new byte[1 << sizeClass];
  }

  /** Takes back an array that {@link #take} gave and nobody reads any more. */
  synchronized void giveBack(byte[] array) {
    if (kept + array.length <= MOST_KEPT && Integer.bitCount(array.length) == 1) {
      kept += array.length;
      free.get(sizeClass(array.length)).addLast(array);
    }
  }

  @Override
  public ByteBuffer allocate(int size) {
    return ByteBuffer.wrap(take(size), 0, size);
  }

  @Override
  public void release(ByteBuffer buffer) {
    giveBack(buffer.array());
  }

  @Override
  public boolean isDirect() {
    return false;
  }
}
