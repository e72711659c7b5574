package dev.sluice.engine;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A job without a thread: whoever has it takes its ticks. The steps are those that a job's own
 * thread would take. Single-threaded.
 */
public final class SteppedJob implements AutoCloseable {
  private final TickLoop loop;

  SteppedJob(TickLoop loop) {
    this.loop = loop;
  }

  /** Starts reading; once, first. */
  public void start() {
    loop.start();
  }

  /** One tick; false once all input has ended and gone through. */
  public boolean turn() {
    if (!loop.isFinished()) {
      loop.turn();
    }
    return !loop.isFinished();
  }

  /** The commit that ends the run, at the end of its input or where it is stopped. */
  public void lastCommit() {
    loop.lastCommit();
  }

  /** What the user should know of the run. */
  public List<String> notices() {
    return loop.notices();
  }

  /** The epoch that was committed last. */
  public long epoch() {
    return loop.epoch();
  }

  /**
   * Copies the last checkpoint, as somebody may ask of a job that has stopped; gives the place.
   *
   * @throws dev.sluice.error.UserError if that fails; the job is not affected
   */
  public Path savepoint() {
    return loop.epochs().savepoint(Optional.empty()).place();
  }

  /** Begins to copy the last checkpoint while the job goes on; gives the place once it is made. */
  public Supplier<Optional<Path>> beginSavepoint(String to) {
    SavepointFlight flight = loop.epochs().beginSavepoint(Optional.of(to));
    return () ->
        flight.isOver() ? Optional.of(flight.made()).map(made -> made.place()) : Optional.empty();
  }

  @Override
  public void close() {
    loop.close();
  }
}
