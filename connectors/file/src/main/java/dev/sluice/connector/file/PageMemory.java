package dev.sluice.connector.file;

import java.nio.ByteBuffer;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.util.MemoryUtil;

/**
 * Memory off the heap that is used again from page to page and only grows. Whoever makes it closes
 * it. One thread.
 */
final class PageMemory implements AutoCloseable {
  /** Bytes behind what is asked for: loops that copy whole words may read and write them. */
  static final int SLACK = Long.BYTES;

  private final BufferAllocator allocator;
  private ArrowBuf memory;

  PageMemory(BufferAllocator allocator) {
    this.allocator = allocator;
    this.memory = allocator.getEmpty();
  }

  /** Room for {@code size} bytes and {@link #SLACK} more; what was there before is lost. */
  void reserve(long size) {
    if (memory.capacity() < size + SLACK) {
      memory.close();
      memory = allocator.getEmpty();
      memory = allocator.buffer(size + SLACK);
    }
  }

  long address() {
    return memory.memoryAddress();
  }

  /** The first {@code size} bytes, as long as nothing else is asked of this. */
  ByteBuffer view(int size) {
    return memory.nioBuffer(0, size);
  }

  /** The {@code size} bytes at an address, as an array of their own. */
  static byte[] copy(long at, int size) {
    byte[] bytes = new byte[size];
    MemoryUtil.copyFromMemory(at, bytes, 0, size);
    return bytes;
  }

  /** Gives the memory back; may be called again. */
  @Override
  public void close() {
    memory.close();
    memory = allocator.getEmpty();
  }
}
