package dev.sluice.operator;

import dev.sluice.batch.RecordBatch;
import dev.sluice.state.StateCopy;
import dev.sluice.state.StateReader;
import dev.sluice.state.StateWriter;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One step of a stage. Push, synchronous, single-threaded; a host cranks it. No threads, clocks or
 * I/O inside: time arrives as an argument. Calls come in this order: {@code open}, at most one
 * {@code restore}, then any of {@code process}, {@code onWatermark}, {@code onProcessingTime},
 * {@code endOfTick}, {@code snapshot}, then {@code finish} once per input, and {@code close}
 * always, also after a failure.
 */
public interface Operator extends AutoCloseable {
  /** Called once, first. */
  void open(OperatorContext context);

  /** Takes over the state of the key groups this task owns. At most once, directly after open. */
  default void restore(StateReader state) {}

  /** Takes a batch of input {@code input} and owns it. */
  void process(int input, RecordBatch batch, Output output);

  /**
   * Event time has come to {@code watermark} (microseconds, merged over all channels and inputs;
   * never goes back): no row at or before it follows, but for late ones. {@link Long#MAX_VALUE}
   * ends bounded input.
   *
   * @return the watermark that flows on to the next operators
   */
  default long onWatermark(long watermark, Output output) {
    return watermark;
  }

  /** Whether {@link #onProcessingTime} shall be called. */
  default boolean wantsProcessingTime() {
    return false;
  }

  /** Once per tick, before rows, if wanted; {@code nowMicros} is wall-clock time. */
  default void onProcessingTime(long nowMicros, Output output) {}

  /**
   * After the last batch of a tick and before its watermark: an updating operator gives its folded
   * changes.
   */
  default void endOfTick(Output output) {}

  /**
   * Writes the whole state, and changes nothing. Between two of the calls above, never inside one.
   */
  default void snapshot(StateWriter state) {}

  /**
   * Begins to write the state for a checkpoint, perhaps only what has changed since the one before;
   * between two of the calls above. What is not written at once is written by the copy, between
   * later calls and before {@link #close}; the copy before has been finished.
   */
  default Optional<StateCopy> beginSnapshot(StateWriter state) {
    snapshot(state);
    return Optional.empty();
  }

  /** Input {@code input} has ended: the last rows that need no watermark go out. */
  default void finish(int input, Output output) {}

  /** Input {@code input} had ended when the state was saved that has been restored. */
  default void resumeFinished(int input) {}

  /** Whether more input would change nothing (LIMIT reached). */
  default boolean satisfied() {
    return false;
  }

  /** The watermark that an operator makes by itself, asked for at the end of each tick. */
  default OptionalLong ownWatermark() {
    return OptionalLong.empty();
  }

  /** What it holds back until event time has moved on, as windows do; empty if nothing. */
  default Optional<Waiting> waiting() {
    return Optional.empty();
  }

  /**
   * The watermark at which it next gives something, or lets much go, though no input comes; {@link
   * Long#MAX_VALUE} if never, {@link Long#MIN_VALUE} if that is not known.
   */
  default long nextDue() {
    return waiting().map(Waiting::dueMicros).orElse(Long.MIN_VALUE);
  }

  /** Bytes of state on the heap, about; what the allocator gave is not counted. */
  default long stateBytes() {
    return 0;
  }

  /** How much of {@link #stateBytes} could be put on disk. */
  default long spillableBytes() {
    return 0;
  }

  /** Bytes on disk. */
  default long spilledBytes() {
    return 0;
  }

  /** Puts state on disk so that about the share {@code kept} of it stays in memory. */
  default void spill(double kept, Output output) {}

  /** Whether input has been put off that is yet to be worked on, by {@link #catchUp}. */
  default boolean owes() {
    return false;
  }

  /**
   * After {@link #endOfTick}: works on some of the input that was put off, if it is time to or if
   * it {@code must}.
   */
  default void catchUp(boolean must, Output output) {}

  /**
   * Whether rows wait for an answer from outside: the host need not turn before it has come. A
   * checkpoint may be made all the same, since {@link #snapshot} writes such rows.
   */
  default boolean awaits() {
    return false;
  }

  /** Whether it has so much to wait for that the host should bring no more. */
  default boolean isFull() {
    return false;
  }

  /** The watermark that flows on now if it was held back for input that was put off. */
  default OptionalLong releasedWatermark() {
    return OptionalLong.empty();
  }

  /** Releases everything; idempotent. */
  @Override
  void close();
}
