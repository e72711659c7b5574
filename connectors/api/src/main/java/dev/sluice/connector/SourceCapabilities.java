package dev.sluice.connector;

/**
 * What a connector can do when reading a table.
 *
 * @param readable whether it can read at all
 * @param bounded whether reading ends
 * @param projection whether it reads only the columns asked for
 * @param filter whether it uses a pushed filter to skip rows (the plan filters again all the same)
 * @param limit whether it stops early at a pushed limit
 * @param replayable whether a reader started at an earlier offset gives the same rows again
 */
public record SourceCapabilities(
    boolean readable,
    boolean bounded,
    boolean projection,
    boolean filter,
    boolean limit,
    boolean replayable) {
  public static final SourceCapabilities NONE =
      new SourceCapabilities(false, true, false, false, false, false);
}
