package dev.sluice.operator;

import dev.sluice.batch.ByteArena;
import java.util.Arrays;

/**
 * A sequence of records that is appended to and read from its beginning: full pages on disk, the
 * last one in memory. A page holds whole records. Single-threaded.
 */
final class SpillPages {
  private final SpillStore disk;
  private ByteArena tail = new ByteArena(0);
  private long[] addresses = new long[0];
  private int[] lengths = new int[0];
  private int pages;
  private long size;

  SpillPages(SpillStore disk) {
    this.disk = disk;
  }

  /** Where to append a record; {@link #end} must follow. */
  ByteArena record() {
    return tail;
  }

  /** The record is whole. */
  void end() {
    if (tail.length() >= disk.pageBytes()) {
      flush();
    }
  }

  /** Puts the last page on disk, too, and gives its memory back. */
  void seal() {
    flush();
    tail = new ByteArena(0);
  }

  private void flush() {
    if (tail.length() == 0) {
      return;
    }
    if (addresses.length == pages) {
      addresses = Arrays.copyOf(addresses, Math.max(4, 2 * pages));
      lengths = Arrays.copyOf(lengths, addresses.length);
    }
    addresses[pages] = disk.write(tail.array(), tail.length());
    lengths[pages++] = tail.length();
    size += tail.length();
    tail.truncate(0);
  }

  boolean isEmpty() {
    return size() == 0;
  }

  /** Bytes of all records. */
  long size() {
    return size + tail.length();
  }

  /** Bytes in memory, about. */
  long byteSize() {
    return tail.capacity() + 12L * addresses.length;
  }

  /** Takes pages one after another. */
  interface Page {
    /** The records in the first {@code length} bytes; good until the call returns. */
    void records(byte[] bytes, int length);
  }

  void read(Page each) {
    byte[] bytes = new byte[0];
    for (int p = 0; p < pages; p++) {
      if (bytes.length < lengths[p]) {
        bytes = new byte[Math.max(2 * disk.pageBytes(), lengths[p])];
      }
      disk.read(addresses[p], bytes, lengths[p]);
      each.records(bytes, lengths[p]);
    }
    if (tail.length() > 0) {
      each.records(tail.array(), tail.length());
    }
  }

  /** Reads page after page when asked; good while nothing is added. */
  Cursor cursor() {
    return new Cursor();
  }

  /** A reader of pages. */
  final class Cursor {
    private byte[] bytes = new byte[0];
    private int next;

    /** Goes to the next page; gives its length, 0 if there is none. */
    int next() {
      if (next > pages || next == pages && tail.length() == 0) {
        return 0;
      }
      if (next == pages) {
        next++;
        bytes = tail.array();
        return tail.length();
      }
      int length = lengths[next];
      if (bytes.length < length) {
        bytes = new byte[length];
      }
      disk.read(addresses[next++], bytes, length);
      return length;
    }

    byte[] bytes() {
      return bytes;
    }
  }

  /** Forgets all records. */
  void clear() {
    for (int p = 0; p < pages; p++) {
      disk.free(addresses[p], lengths[p]);
    }
    pages = 0;
    size = 0;
    tail = new ByteArena(0);
    addresses = new long[0];
    lengths = new int[0];
  }
}
