package dev.sluice.connector;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An opened source: knows its splits and makes readers for them. Called by one thread of the host,
 * apart from the readers, each of which has a thread of its own.
 */
public interface SplitSource extends AutoCloseable {
  /** Whether the set of splits and each split end. */
  boolean bounded();

  /**
   * The splits that exist now and are not in {@code known}; the first call (with an empty map)
   * lists all. Order is deterministic.
   *
   * @param known split id to the offset from which it will be or is being read
   */
  List<Split> discover(Map<String, Offset> known);

  /**
   * How often {@link #discover} shall be called again; empty: only at the start. Needs no second
   * thread.
   */
  default Optional<Duration> discoveryInterval() {
    return Optional.empty();
  }

  /** A reader of {@code split} from {@code split.start()}; used by one thread, which closes it. */
  SplitReader reader(Split split, ReaderContext context);

  /** Whether each split ends, even if new ones may come; decides how many are read side by side. */
  default boolean splitsEnd() {
    return bounded();
  }

  /**
   * Every sink has committed all that the rows before these positions lead to: a source that keeps
   * positions in the outside world (a consumer group) records them. A run that starts from them,
   * with the watermarks given back in {@link Split#watermarkMicros}, loses nothing. Same thread as
   * {@link #discover}.
   *
   * @return what could not be recorded, and why, where that costs nothing because the host keeps
   *     positions itself ({@link ConnectorContext#checkpointed})
   */
  default Optional<String> committed(Map<String, Position> positions) {
    return Optional.empty();
  }

  /**
   * Where a later run may start.
   *
   * @param offset first row to read again
   * @param watermarkMicros windows complete at this watermark have been given
   */
  record Position(Offset offset, long watermarkMicros) {}

  /** Closes connections; idempotent. Same thread as {@link #discover}. */
  @Override
  void close();
}
