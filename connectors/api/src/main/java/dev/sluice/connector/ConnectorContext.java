package dev.sluice.connector;

import java.nio.file.Path;
import java.time.ZoneId;
import java.util.Locale;
import org.apache.arrow.memory.BufferAllocator;

/** What the host gives a connector. Safe for use by any thread. */
public interface ConnectorContext {
  /**
   * Memory for the batches a reader makes; shared by the readers of one source, closed by the host
   * last.
   */
  BufferAllocator allocator();

  /** The session's {@code time-zone}. */
  ZoneId timeZone();

  /** The number of tasks the host would like to read or write side by side. */
  int parallelism();

  /** Relative paths are resolved against this directory. */
  Path workingDirectory();

  /**
   * A name for this run that is stable over restarts, for transactional ids, consumer groups and
   * markers.
   */
  String pipelineName();

  /** Where {@code print} writes; anything else writes to its own target. */
  Appendable standardOutput();

  /**
   * Whether the host keeps checkpoints: committables outlive the process, and are given back after
   * a crash.
   */
  default boolean checkpointed() {
    return false;
  }

  /** The locale of generated text; always {@link Locale#ROOT}. */
  default Locale locale() {
    return Locale.ROOT;
  }
}
