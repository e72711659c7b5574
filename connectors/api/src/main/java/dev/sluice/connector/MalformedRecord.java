package dev.sluice.connector;

import java.util.Optional;

/**
 * A record that cannot be decoded. Has no stack trace: bad input is ordinary. A value; any thread
 * may use it.
 */
public final class MalformedRecord extends Exception {
  private static final long serialVersionUID = 1L;
  private final String column;
  private final int at;

  /**
   * @param column the column that failed; empty text if the record as a whole is broken
   * @param at byte offset within the record where it was noticed, or -1
   * @param reason one line, without the record's bytes
   */
  public MalformedRecord(String column, int at, String reason) {
    super(reason, null, false, false);
    this.column = column;
    this.at = at;
  }

  public Optional<String> column() {
    return column.isEmpty() ? Optional.empty() : Optional.of(column);
  }

  public int at() {
    return at;
  }
}
