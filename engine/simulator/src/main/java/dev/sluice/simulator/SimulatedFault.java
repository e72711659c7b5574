package dev.sluice.simulator;

import java.io.IOException;

/** A call to the outside world fails, as such calls do. */
final class SimulatedFault extends IOException {
  private static final long serialVersionUID = 1L;

  SimulatedFault(String where) {
    super("simulated fault at " + where);
  }
}
