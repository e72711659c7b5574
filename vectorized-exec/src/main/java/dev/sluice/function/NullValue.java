package dev.sluice.function;

/** A row has NULL where that is not allowed. */
public final class NullValue extends EvalError {
  private static final long serialVersionUID = 1L;

  private final int position;

  /**
   * @param message which column may not be NULL
   * @param position of the row in its batch
   */
  public NullValue(Text message, int position) {
    super(message + ", but a row has NULL there");
    this.position = position;
  }

  /** Position of the row in its batch. */
  public int position() {
    return position;
  }
}
