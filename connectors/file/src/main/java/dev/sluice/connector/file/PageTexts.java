package dev.sluice.connector.file;

import dev.sluice.format.ColumnBuilder;
import dev.sluice.type.DataType.Kind;
import java.math.BigInteger;
import org.apache.arrow.memory.util.MemoryUtil;

/**
 * Strings, bytes, and decimals held as bytes: where each of a chunk's values lies is found first,
 * then all are copied in one loop. One thread.
 */
final class PageTexts {
  private PageTexts() {}

  /** Finds where the next values lie. */
  private interface Finder {
    /** Puts offsets from the page's start and lengths of {@code count} values into the arrays. */
    void find(int[] starts, int[] lengths, int count);
  }

  /** Values of which each follows its length. */
  static PageValues plain(long at, long end) {
    return values(at, new Prefixed(at, end));
  }

  /** Values of {@code width} bytes each. */
  static PageValues fixed(long at, long end, int width) {
    return values(at, new Fixed(end - at, width));
  }

  private static PageValues values(long base, Finder finder) {
    int[] starts = new int[PageValues.CHUNK];
    int[] lengths = new int[PageValues.CHUNK];
    return (out, count) -> {
      for (int done = 0; done < count; ) {
        int n = Math.min(PageValues.CHUNK, count - done);
        finder.find(starts, lengths, n);
        append(out, base, starts, lengths, n);
        done += n;
      }
    };
  }

  private static void append(ColumnBuilder out, long base, int[] starts, int[] lengths, int count) {
    if (out.kind() != Kind.DECIMAL) {
      out.appendTexts(base, starts, lengths, count);
      return;
    }
    for (int i = 0; i < count; i++) {
      byte[] bytes = new byte[lengths[i]];
      MemoryUtil.copyFromMemory(base + starts[i], bytes, 0, bytes.length);
      out.appendDecimal(new BigInteger(bytes));
    }
  }

  private static final class Prefixed implements Finder {
    private final long base;
    private final int size;
    private int next;

    Prefixed(long at, long end) {
      this.base = at;
      this.size = (int) (end - at);
    }

    @Override
    public void find(int[] starts, int[] lengths, int count) {
      int offset = next;
      for (int i = 0; i < count; i++) {
        if (offset > size - Integer.BYTES) {
          throw new IllegalStateException("fewer values than there should be");
        }
        int length = MemoryUtil.getInt(base + offset);
        offset += Integer.BYTES;
        if (length < 0 || length > size - offset) {
          throw new IllegalStateException("a value of " + length + " bytes");
        }
        starts[i] = offset;
        lengths[i] = length;
        offset += length;
      }
      next = offset;
    }
  }

  private static final class Fixed implements Finder {
    private final long size;
    private final int width;
    private int next;

    Fixed(long size, int width) {
      this.size = size;
      this.width = width;
    }

    @Override
    public void find(int[] starts, int[] lengths, int count) {
      if ((next + (long) count * width) > size) {
        throw new IllegalStateException("fewer values than there should be");
      }
      for (int i = 0; i < count; i++) {
        starts[i] = next;
        lengths[i] = width;
        next += width;
      }
    }
  }

  /** The entries of a dictionary, which lie where its page was unpacked. */
  static final class Dictionary {
    private final long base;
    private final int[] starts;
    private final int[] lengths;

    /** {@code width} is that of each entry, 0 if they differ. */
    Dictionary(long at, long end, int width, int size) {
      this.base = at;
      this.starts = new int[size];
      this.lengths = new int[size];
      Finder finder = width > 0 ? new Fixed(end - at, width) : new Prefixed(at, end);
      finder.find(starts, lengths, size);
    }

    /** The entries that {@code runs} names. */
    PageValues values(RunDecoder runs) {
      int[] ids = new int[PageValues.CHUNK];
      return PageTexts.values(
          base,
          (from, sizes, count) -> {
            runs.read(ids, count);
            for (int i = 0; i < count; i++) {
              from[i] = starts[ids[i]];
              sizes[i] = lengths[ids[i]];
            }
          });
    }
  }
}
