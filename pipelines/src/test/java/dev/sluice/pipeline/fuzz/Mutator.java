package dev.sluice.pipeline.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Makes texts like those of a corpus. Single-threaded. */
final class Mutator {
  private static final byte[][] ODD =
      List.of(
              "\u0000",
              "\u001b[",
              "\r\n",
              "\ufeff",
              "\ud83d\ude00",
              "\"",
              "'",
              "\\u0000",
              "\\ud800",
              "[[[[",
              "{{",
              "]]",
              "null",
              "NaN",
              "-0",
              "1e999",
              "9223372036854775808",
              "-9223372036854775809",
              "0.1e-400",
              "${A:",
              "--",
              "/*",
              "''",
              "\"\"",
              "\\",
              "%00",
              ";",
              ",,,",
              "\t")
          .stream()
          .map(text -> text.getBytes(StandardCharsets.UTF_8))
          .toArray(byte[][]::new);

  private final List<byte[]> corpus;
  private final Random random;

  Mutator(List<byte[]> corpus, long seed) {
    this.corpus = corpus;
    this.random = new Random(seed);
  }

  byte[] next() {
    byte[] made = corpus.get(random.nextInt(corpus.size())).clone();
    int changes = 1 + random.nextInt(4);
    for (int i = 0; i < changes; i++) {
      made = change(made);
    }
    return made;
  }

  private byte[] change(byte[] text) {
    int at = random.nextInt(text.length + 1);
    int to = Math.min(text.length, at + 1 + random.nextInt(12));
    return switch (random.nextInt(8)) {
      case 0 -> splice(text, at, at, ODD[random.nextInt(ODD.length)]);
      case 1 -> splice(text, at, to, ODD[random.nextInt(ODD.length)]);
      case 2 -> splice(text, at, to, new byte[0]);
      case 3 -> splice(text, at, at, Arrays.copyOfRange(text, at, to));
      case 4 -> splice(text, at, at, new byte[] {(byte) random.nextInt(256)});
      case 5 -> Arrays.copyOf(text, at);
      case 6 -> {
        byte[] other = corpus.get(random.nextInt(corpus.size()));
        int from = random.nextInt(other.length + 1);
        yield splice(
            text, at, to, Arrays.copyOfRange(other, from, Math.min(other.length, from + 30)));
      }
      default -> {
        byte[] flipped = text.clone();
        if (at < text.length) {
          flipped[at] ^= (byte) (1 << random.nextInt(8));
        }
        yield flipped;
      }
    };
  }

  private static byte[] splice(byte[] text, int from, int to, byte[] with) {
    byte[] made = new byte[from + with.length + text.length - to];
    System.arraycopy(text, 0, made, 0, from);
    System.arraycopy(with, 0, made, from, with.length);
    System.arraycopy(text, to, made, from + with.length, text.length - to);
    return made;
  }
}
