package dev.sluice.engine;

import dev.sluice.engine.host.Activity;
import java.util.Optional;

/** A savepoint being made of the newest checkpoint while the job goes on. One step. */
final class SavepointFlight implements Activity {
  private final Checkpointing checkpoints;
  private final Optional<String> to;
  private Optional<Checkpointing.Savepoint> made = Optional.empty();
  private Optional<RuntimeException> failure = Optional.empty();
  private volatile boolean over;

  SavepointFlight(Checkpointing checkpoints, Optional<String> to) {
    this.checkpoints = checkpoints;
    this.to = to;
  }

  @Override
  public boolean isReady() {
    return true;
  }

  @Override
  public boolean step() {
    try {
      made = Optional.of(checkpoints.savepoint(to));
    } catch (RuntimeException e) {
      failure = Optional.of(e);
    }
    return false;
  }

  @Override
  public void end() {
    over = true;
  }

  boolean isOver() {
    return over;
  }

  /** What was made; throws what it failed with. */
  Checkpointing.Savepoint made() {
    if (failure.isPresent()) {
      throw failure.get();
    }
    return made.orElseThrow();
  }
}
