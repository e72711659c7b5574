package dev.sluice.connector;

/**
 * A piece of a source that one reader reads in order: a file or row-group range, a topic's partition, a key
 * range of a table. A value; safe for use by any thread.
 *
 * @param id unique within the source and stable over restarts; shown to the user
 * @param detail what the connector needs to open it; only the connector reads it
 * @param start where to begin
 */
public record Split(String id, String detail, Offset start) {
  /** The split from another position. */
  public Split from(Offset offset) {
    return new Split(id, detail, offset);
  }
}
