package dev.sluice.simulator;

/** The process is killed here: nothing that it does from now on has an effect. */
final class SimulatedCrash extends Error {
  private static final long serialVersionUID = 1L;

  SimulatedCrash(String where) {
    super(where, null, false, false);
  }
}
