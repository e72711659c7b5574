package dev.sluice.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.function.Text;
import java.util.Random;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;

/** Searches eight bytes at a time find what a loop over the bytes finds. */
class BytesTest {
  private static final int CASES = 20_000;

  @Test
  void findsWhatALoopFinds() {
    Random random = new Random(1);
    byte[] bytes = new byte[80];
    for (int i = 0; i < CASES; i++) {
      // neighbours of the value are what a sloppy zero-byte test takes for it
      for (int k = 0; k < bytes.length; k++) {
        bytes[k] = (byte) ('/' + random.nextInt(4) - 2 - (random.nextInt(8) == 0 ? 128 : 0));
      }
      int from = random.nextInt(40);
      int to = from + random.nextInt(40);
      int first = from;
      while (first < to && bytes[first] != '/') {
        first++;
      }
      assertThat(Bytes.indexOf(bytes, from, to, (byte) '/')).isEqualTo(first);
      int count = random.nextInt(12);
      assertThat(Bytes.behind(bytes, from, to, (byte) '/', count))
          .isEqualTo(behind(bytes, from, to, count));
    }
  }

  private static int behind(byte[] bytes, int from, int to, int count) {
    int left = count;
    for (int i = from; i <= to; i++) {
      if (left == 0) {
        return i;
      }
      left -= i < to && bytes[i] == '/' ? 1 : 0;
    }
    return -1;
  }

  @Test
  void textsAreFoundAndCopiedAsTheyAre() {
    Random random = new Random(2);
    byte[] bytes = new byte[200];
    Text text = new Text();
    Text part = new Text();
    try (BufferAllocator allocator = new RootAllocator();
        var memory = allocator.buffer(bytes.length + Long.BYTES)) {
      for (int i = 0; i < CASES; i++) {
        for (int k = 0; k < bytes.length; k++) {
          bytes[k] = (byte) ('a' + random.nextInt(2));
        }
        int from = random.nextInt(100);
        text.set(bytes, from, random.nextInt(1 + bytes.length - from));
        part.set(bytes, random.nextInt(100), random.nextInt(9));
        int start = random.nextInt(20);
        String string = text.toString();
        assertThat(text.indexOf(part, start))
            .isEqualTo(start > string.length() ? -1 : string.indexOf(part.toString(), start));
        text.copyTo(memory.memoryAddress());
        byte[] copy = new byte[text.length()];
        memory.getBytes(0, copy);
        assertThat(copy).isEqualTo(text.toBytes());
      }
    }
  }
}
