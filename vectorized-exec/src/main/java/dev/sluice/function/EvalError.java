package dev.sluice.function;

/**
 * A row on which an expression fails; the program turns it into a {@link
 * dev.sluice.error.UserError} that names the expression. Without stack trace: TRY_CAST may throw
 * many.
 */
public class EvalError extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public EvalError(String message) {
    super(message, null, false, false);
  }
}
