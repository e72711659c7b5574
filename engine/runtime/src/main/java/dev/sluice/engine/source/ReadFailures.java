package dev.sluice.engine.source;

import dev.sluice.connector.Split;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.TableRef;

/** Tells what a reader threw in the user's terms. */
final class ReadFailures {
  private ReadFailures() {}

  static RuntimeException of(TableRef table, Split split, Throwable failure) {
    if (failure instanceof UserError || failure instanceof IllegalStateException) {
      return (RuntimeException) failure;
    }
    if (failure instanceof Error error) {
      throw error;
    }
    if (failure instanceof java.io.IOException) {
      return UserError.of(
              ErrorCode.SOURCE_FAILED,
              "reading '" + table.name() + "' failed at '" + split.id() + "'")
          .withDetail(String.valueOf(failure.getMessage()))
          .causedBy(failure);
    }
    return new IllegalStateException(
        "reader of '" + table.name() + "' failed at '" + split.id() + "'", failure);
  }
}
