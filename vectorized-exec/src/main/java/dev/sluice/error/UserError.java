package dev.sluice.error;

import java.util.Objects;
import java.util.Optional;

/**
 * A mistake the user can mend, or a fault of the outside world told in the user's terms. Carries a
 * stable code, one line of what happened, and optionally a detail, a hint (what to do) and the
 * place in the SQL. Immutable but for {@link #initCause}; messages never contain secrets.
 */
public final class UserError extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient ErrorCode code;
  private final String summary;
  private final transient Optional<String> detail;
  private final transient Optional<String> hint;
  private final transient Optional<SourcePosition> position;
  private final transient Optional<String> subject;

  private UserError(
      ErrorCode code,
      String summary,
      Optional<String> detail,
      Optional<String> hint,
      Optional<SourcePosition> position,
      Optional<String> subject,
      Throwable cause) {
    super(code.id() + ": " + summary, cause);
    this.code = Objects.requireNonNull(code, "code is null");
    this.summary = Objects.requireNonNull(summary, "summary is null");
    this.detail = detail;
    this.hint = hint;
    this.position = position;
    this.subject = subject;
  }

  /**
   * An error with its one-line summary: lower case, no full stop, names quoted with single quotes.
   */
  public static UserError of(ErrorCode code, String summary) {
    return new UserError(
        code,
        summary,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        null);
  }

  /** This error with full sentences of detail. */
  public UserError withDetail(String text) {
    return new UserError(code, summary, Optional.of(text), hint, position, subject, getCause());
  }

  /** This error with what the user should do. */
  public UserError withHint(String text) {
    return new UserError(code, summary, detail, Optional.of(text), position, subject, getCause());
  }

  /** This error at a place in the SQL. */
  public UserError at(SourcePosition place) {
    return new UserError(code, summary, detail, hint, Optional.of(place), subject, getCause());
  }

  /** This error as one about a declared object, whose declaration it is shown at. */
  public UserError about(String object) {
    return new UserError(code, summary, detail, hint, position, Optional.of(object), getCause());
  }

  /** This error with the exception that led to it; shown only with {@code --debug}. */
  public UserError causedBy(Throwable cause) {
    return new UserError(code, summary, detail, hint, position, subject, cause);
  }

  public ErrorCode code() {
    return code;
  }

  public String summary() {
    return summary;
  }

  public Optional<String> detail() {
    return detail;
  }

  public Optional<String> hint() {
    return hint;
  }

  /** The declared object it is about, if it is known. */
  public Optional<String> subject() {
    return subject;
  }

  public Optional<SourcePosition> position() {
    return position;
  }
}
