package dev.sluice.connector;

import dev.sluice.plan.ChangelogMode;

/**
 * What a connector can do when reading a table.
 *
 * @param readable whether it can read at all
 * @param bounded whether reading ends
 * @param projection whether it reads only the columns asked for
 * @param filter whether it uses a pushed filter to skip rows (the plan filters again all the same)
 * @param limit whether it stops early at a pushed limit
 * @param replayable whether a reader started at an earlier offset gives the same rows again
 * @param changelog what the rows are: inserts; upserts by the PRIMARY KEY (+I, +U, and -D of which
 *     only the key counts); or all changes, those that retract with the whole old row. The changes
 *     of a row come in their order
 */
public record SourceCapabilities(
    boolean readable,
    boolean bounded,
    boolean projection,
    boolean filter,
    boolean limit,
    boolean replayable,
    ChangelogMode changelog) {
  public static final SourceCapabilities NONE =
      new SourceCapabilities(false, true, false, false, false, false);

  /** Of rows that are only inserted. */
  public SourceCapabilities(
      boolean readable,
      boolean bounded,
      boolean projection,
      boolean filter,
      boolean limit,
      boolean replayable) {
    this(readable, bounded, projection, filter, limit, replayable, ChangelogMode.INSERT_ONLY);
  }

  /** The same with rows that are {@code mode}. */
  public SourceCapabilities withChangelog(ChangelogMode mode) {
    return new SourceCapabilities(readable, bounded, projection, filter, limit, replayable, mode);
  }
}
