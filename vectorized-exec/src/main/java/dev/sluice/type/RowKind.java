package dev.sluice.type;

/**
 * What a row of a changelog does, as Flink defines the four kinds. The code is what a row-kind
 * vector holds.
 */
public enum RowKind {
  INSERT("+I"),
  UPDATE_BEFORE("-U"),
  UPDATE_AFTER("+U"),
  DELETE("-D");

  private final String sign;

  RowKind(String sign) {
    this.sign = sign;
  }

  /** The short form: {@code +I}, {@code -U}, {@code +U}, {@code -D}. */
  public String sign() {
    return sign;
  }

  /** The byte stored per row. */
  public byte code() {
    return (byte) ordinal();
  }

  /** Whether the row adds (+I, +U) rather than retracts (-U, -D). */
  public boolean adds() {
    return this == INSERT || this == UPDATE_AFTER;
  }

  /** The kind stored as {@code code}. */
  public static RowKind of(byte code) {
    return values()[code];
  }
}
