package dev.sluice.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The first call to disk and databases goes wrong, then the second, and so on until there are no
 * more: after each the pipeline comes to its end with the rows of an undisturbed run.
 */
class EveryCallTest {
  /** Short ones. */
  private static final long[] SEEDS = {1, 9};

  @ParameterizedTest
  @EnumSource(SimWorld.Fault.class)
  void noCallMayNotGoWrong(SimWorld.Fault fault) {
    for (long seed : SEEDS) {
      Simulation.Result result = Simulation.everyCall(seed, fault);
      assertThat(result.failure()).as(result.failure().orElse("")).isEmpty();
      assertThat(result.lives()).as("calls").isGreaterThan(30);
    }
  }
}
