package dev.sluice.connector;

/**
 * A position in a split, as text only the connector reads; printable and stored in checkpoints. A
 * value; safe for use by any thread.
 */
public record Offset(String value) {
  /** For connectors whose position is one number. */
  public static Offset of(long position) {
    return new Offset(Long.toString(position));
  }

  /** The number given to {@link #of(long)}. */
  public long asLong() {
    return Long.parseLong(value);
  }
}
