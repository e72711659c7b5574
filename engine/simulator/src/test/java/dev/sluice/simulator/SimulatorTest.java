package dev.sluice.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Random pipelines under random faults, all on this thread. {@code -Dsluice.sim.seeds=20000} asks
 * for more seeds, {@code -Dsluice.sim.first=…} for others, {@code -Dsluice.sim.seed=…} for one.
 */
class SimulatorTest {
  private static final int SEEDS = Integer.getInteger("sluice.sim.seeds", 300);
  private static final long FIRST = Long.getLong("sluice.sim.first", 1);
  private static final long ONE = Long.getLong("sluice.sim.seed", -1);

  /** On a machine that is busy with other things the default seeds end after that. */
  private static final double PATIENCE_SECONDS = SEEDS == 300 ? 45 : Double.MAX_VALUE;

  /** So many failures are enough to see what they have in common. */
  private static final int MOST = 5;

  @Test
  void everySeedEndsWithTheRowsOfAnUndisturbedRun() {
    List<String> failures = new ArrayList<>();
    long lives = 0;
    long first = ONE >= 0 ? ONE : FIRST;
    int count = ONE >= 0 ? 1 : SEEDS;
    long started = System.nanoTime();
    int done = 0;
    for (long seed = first; seed < first + count && failures.size() < MOST; seed++) {
      if ((System.nanoTime() - started) / 1e9 > PATIENCE_SECONDS) {
        break;
      }
      done++;
      Simulation.Result result = Simulation.of(seed);
      result.failure().ifPresent(failures::add);
      lives += result.lives();
      if (seed % 10 == 0) {
        assertThat(Simulation.of(seed).fingerprint())
            .as("seed %d, a second time", seed)
            .isEqualTo(result.fingerprint());
      }
    }
    System.out.printf(
        "%d seeds, %d processes, %.1f s%n", done, lives, (System.nanoTime() - started) / 1e9);
    assertThat(failures).as(String.join("\n\n", failures)).isEmpty();
    assertThat(lives).as("processes died").isGreaterThan(done);
  }
}
