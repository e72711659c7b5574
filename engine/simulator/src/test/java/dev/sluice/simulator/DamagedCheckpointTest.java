package dev.sluice.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.checkpoint.Checkpoints;
import dev.sluice.engine.checkpoint.LocalStorage;
import dev.sluice.simulator.disk.SimDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A checkpoint that is cut off or has a bit that was not written is never taken for whole. */
class DamagedCheckpointTest {
  private static final long SEED = 3;

  private final SimDisk disk = new SimDisk();
  private final Path file = disk.getPath("/c/checkpoint-00000007");
  private byte[] whole = new byte[0];

  @BeforeEach
  void make() throws IOException {
    whole = Simulation.lastCheckpoint(SEED);
    Files.createDirectories(file.getParent());
    Files.write(file, whole);
    assertThat(entry().damage()).isEmpty();
  }

  private Checkpoints.Entry entry() throws IOException {
    List<Checkpoints.Entry> entries = Checkpoints.list(new LocalStorage(file.getParent()));
    assertThat(entries).hasSize(1);
    return entries.get(0);
  }

  private void requireDamaged(byte[] bytes, String what) throws IOException {
    Files.write(file, bytes);
    assertThat(entry().damage()).as(what).isPresent();
  }

  @Test
  void cutOffAnywhere() throws IOException {
    // every byte of the end, where the manifest is, and of the head; a sample between
    for (int length = 0; length < whole.length; length++) {
      boolean edge = length < 200 || length > whole.length - 600;
      if (edge || length % 97 == 0) {
        requireDamaged(Arrays.copyOf(whole, length), "cut to " + length);
      }
    }
    requireDamaged(Arrays.copyOf(whole, whole.length + 1), "longer");
  }

  @Test
  void aBitTurnedAnywhere() throws IOException {
    for (int at = 0; at < 60; at++) {
      for (int bit = 0; bit < 8; bit++) {
        turn(at, bit);
      }
    }
    Random random = new Random(1);
    for (int i = 0; i < 1000; i++) {
      turn(random.nextInt(whole.length), random.nextInt(8));
    }
  }

  private void turn(int at, int bit) throws IOException {
    byte[] turned = whole.clone();
    turned[at] ^= (byte) (1 << bit);
    requireDamaged(turned, "bit " + bit + " of byte " + at);
  }
}
