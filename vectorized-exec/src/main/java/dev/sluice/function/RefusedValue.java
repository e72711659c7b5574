package dev.sluice.function;

/** A row has a value that the column it goes to does not take. */
public final class RefusedValue extends EvalError {
  private static final long serialVersionUID = 1L;
  private static final int SHOWN = 40;

  private final int position;
  private final String hint;

  private RefusedValue(String message, String hint, int position) {
    super(message);
    this.hint = hint;
    this.position = position;
  }

  /**
   * @param message which column may not be NULL
   * @param position of the row in its batch
   */
  public static RefusedValue ofNull(Text message, int position) {
    return new RefusedValue(
        message + ", but a row has NULL there",
        "filter such rows out, give a value with COALESCE, or drop NOT NULL",
        position);
  }

  /**
   * @param message which column is how long
   * @param position of the row in its batch
   */
  private static RefusedValue tooLong(Text message, long length, Text value, int position) {
    String text = value.toString();
    int end = text.offsetByCodePoints(0, Math.min(SHOWN, text.codePointCount(0, text.length())));
    return new RefusedValue(
        message
            + ", but a row has "
            + length
            + (end < text.length() ? ": '" + text.substring(0, end) + "…'" : ": '" + text + "'"),
        "cut it with LEFT or SUBSTRING, or make the column longer",
        position);
  }

  /** {@code value}, if it has no more characters than {@code most}. */
  public static Text characters(Text value, long most, Text message, int position) {
    if (value.length() > most && value.characters() > most) {
      throw tooLong(message, value.characters(), value, position);
    }
    return value;
  }

  /** {@code value}, if it has no more bytes than {@code most}. */
  public static Text bytes(Text value, long most, Text message, int position) {
    if (value.length() > most) {
      throw new RefusedValue(
          message + ", but a row has " + value.length() + " bytes",
          "make the column longer",
          position);
    }
    return value;
  }

  /** Position of the row in its batch. */
  public int position() {
    return position;
  }

  /** What to do about it. */
  public String hint() {
    return hint;
  }
}
