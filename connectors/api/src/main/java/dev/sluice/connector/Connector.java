package dev.sluice.connector;

import dev.sluice.plan.TableRef;
import dev.sluice.type.DataType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A kind of outside system: the entry point of a plug-in, found by {@link java.util.ServiceLoader}.
 * Stateless; every method is safe for use by any thread. Everything but {@link #openSource}, {@link
 * #openSink} and {@link #openLookup} is free of I/O, {@link #estimatedRows} aside: {@code sluice
 * check} calls those and nothing else.
 */
public interface Connector {
  /** The name in {@code 'connector' = '…'}. */
  String name();

  /** One sentence for SHOW CONNECTORS and the docs. */
  String description();

  /**
   * The options that apply to {@code table}, those of its format included; for docs and completion
   * the table may have no options yet, in which case every option that could apply is listed.
   */
  List<OptionSpec> options(TableRef table);

  /** The metadata columns it offers when reading (and, where writable, writing): key to type. */
  default Map<String, DataType> metadata(TableRef table) {
    return Map.of();
  }

  /**
   * Refuses, without any I/O, what can be known to be wrong from the declaration: options against
   * each other, column types the format cannot carry. Unknown and missing options have been checked
   * already.
   *
   * @throws dev.sluice.error.UserError if the table cannot be used in that role
   */
  default void validate(TableRef table, OptionSpec.Role role) {}

  /**
   * What it can do when reading {@code table}; {@link SourceCapabilities#NONE} if it cannot read.
   */
  SourceCapabilities sourceCapabilities(TableRef table);

  /**
   * What it can do when writing {@code table}; {@link SinkCapabilities#NONE} if it cannot write.
   */
  SinkCapabilities sinkCapabilities(TableRef table);

  /**
   * Opens for reading: connects and checks that what is to be read exists and fits.
   *
   * @throws dev.sluice.error.UserError if not, with a code below 4000
   */
  SplitSource openSource(ScanRequest request, ConnectorContext context);

  /**
   * Opens for writing: connects, creates the target where asked to, checks that it fits.
   *
   * @throws dev.sluice.error.UserError if not, with a code below 4000
   */
  TableSink openSink(TableRef table, ConnectorContext context);

  /**
   * Whether what reading, writing or opening failed with passes by itself, so that a run may start
   * again from its checkpoint: a server away, a deadlock. What would fail again in the same way (a
   * constraint, a missing column, a login that is refused) is not transient. Where several
   * connectors are at work each is asked about the failures of all.
   */
  default boolean isTransient(Throwable failure) {
    return Faults.isTransient(failure);
  }

  /**
   * About how many rows reading {@code table} gives, for the order of joins; empty if that is not
   * known without opening it. May look at the sizes of files, and at nothing inside them, and ask a
   * database for its own estimate, of which it waits for seconds at most. Never fails.
   */
  default OptionalLong estimatedRows(TableRef table) {
    return OptionalLong.empty();
  }

  /**
   * A table that never ends as one that is read from its very start, whatever its options say: to
   * where it ends when it is opened, or on and on. Its splits have the same ids either way, so that
   * reading goes on where it ended first. Empty if it cannot be read so, or has an end anyway.
   */
  default Optional<TableRef> fromStart(TableRef table, boolean untilNow) {
    return Optional.empty();
  }

  /** Whether it finds rows of {@code table} by key without reading all of them. */
  default boolean findsByKey(TableRef table) {
    return false;
  }

  /**
   * Opens for finding rows by key; only asked for where {@link #findsByKey} says so.
   *
   * @throws dev.sluice.error.UserError if that cannot be, with a code below 4000
   */
  default LookupSource openLookup(LookupRequest request, ConnectorContext context) {
    throw new IllegalStateException("connector " + name() + " finds no rows by key");
  }
}
