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
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A checkpoint of which a file is cut off or gone or has a bit that was not written is never taken
 * for whole: neither its own file nor one that it shares with others.
 */
class DamagedCheckpointTest {
  /** A manifest, and the state of two epochs: files that are shared. */
  private static final int LEAST_FILES = 3;

  private static final Map<String, byte[]> FILES = new TreeMap<>();

  private final SimDisk disk = new SimDisk();
  private final Path directory = disk.getPath("/c");
  private final Map<String, byte[]> files = FILES;

  @BeforeAll
  static void run() throws IOException {
    for (long seed = 1; FILES.size() < LEAST_FILES && seed < 100; seed++) {
      FILES.clear();
      FILES.putAll(Simulation.lastCheckpoint(seed));
    }
  }

  @BeforeEach
  void make() throws IOException {
    Files.createDirectories(directory);
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Files.write(directory.resolve(file.getKey()), file.getValue());
    }
    assertThat(files).hasSizeGreaterThanOrEqualTo(LEAST_FILES);
    assertThat(entry().damage()).isEmpty();
  }

  private Checkpoints.Entry entry() throws IOException {
    List<Checkpoints.Entry> entries = Checkpoints.list(new LocalStorage(directory));
    assertThat(entries).hasSize(1);
    return entries.get(0);
  }

  private void requireDamaged(String name, byte[] bytes, String what) throws IOException {
    Files.write(directory.resolve(name), bytes);
    assertThat(entry().damage()).as(name + " " + what).isPresent();
    Files.write(directory.resolve(name), files.get(name));
  }

  @Test
  void cutOffAnywhere() throws IOException {
    for (String name : files.keySet()) {
      byte[] whole = files.get(name);
      // every byte of the end, where the manifest is, and of the head; a sample between
      for (int length = 0; length < whole.length; length++) {
        boolean edge = length < 40 || length > whole.length - 200;
        if (edge || length % 997 == 0) {
          requireDamaged(name, Arrays.copyOf(whole, length), "cut to " + length);
        }
      }
      requireDamaged(name, Arrays.copyOf(whole, whole.length + 1), "longer");
    }
  }

  @Test
  void aBitTurnedAnywhere() throws IOException {
    Random random = new Random(1);
    for (String name : files.keySet()) {
      for (int at = 0; at < 32; at++) {
        for (int bit = 0; bit < 8; bit++) {
          turn(name, at, bit);
        }
      }
      for (int i = 0; i < 150; i++) {
        turn(name, random.nextInt(files.get(name).length), random.nextInt(8));
      }
    }
  }

  @Test
  void aFileThatIsGone() throws IOException {
    for (String name : files.keySet()) {
      if (name.startsWith("state-")) {
        Files.delete(directory.resolve(name));
        assertThat(entry().damage().orElseThrow()).contains("needs '" + name + "'");
        Files.write(directory.resolve(name), files.get(name));
      }
    }
  }

  private void turn(String name, int at, int bit) throws IOException {
    byte[] turned = files.get(name).clone();
    turned[at] ^= (byte) (1 << bit);
    requireDamaged(name, turned, "bit " + bit + " of byte " + at);
  }
}
