package dev.sluice.planner.physical;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Collect;
import org.apache.calcite.rel.core.Correlate;
import org.apache.calcite.rel.core.RepeatUnion;
import org.apache.calcite.rel.core.Sample;
import org.apache.calcite.rel.core.Snapshot;

/** Relational algebra that has no plan, in the user's words. Stateless. */
final class UnsupportedRels {
  private UnsupportedRels() {}

  /** What to say of a subquery that Calcite cannot take out of the query around it. */
  static UserError correlated() {
    return UserError.of(
            ErrorCode.UNSUPPORTED,
            "this subquery or LATERAL cannot be made a join: it asks for each row around it by"
                + " more than conditions")
        .withHint("join or UNNEST in FROM and aggregate around it, or use array functions");
  }

  /** What to say of {@code rel}. */
  static UserError error(RelNode rel) {
    if (rel instanceof Correlate) {
      return correlated();
    }
    if (rel instanceof Collect) {
      return UserError.of(
              ErrorCode.UNSUPPORTED, "ARRAY, MAP and MULTISET of a subquery are not supported")
          .withHint("aggregate instead: (SELECT ARRAY_AGG(x) FROM …)");
    }
    if (rel instanceof Snapshot) {
      return UserError.of(
              ErrorCode.UNSUPPORTED,
              "FOR SYSTEM_TIME AS OF stands with the right side of a join only")
          .withHint("write FROM orders AS o JOIN t FOR SYSTEM_TIME AS OF o.ts ON …");
    }
    if (rel instanceof Sample) {
      return UserError.of(ErrorCode.UNSUPPORTED, "TABLESAMPLE is not supported")
          .withHint("take rows by WHERE RAND() < 0.1");
    }
    if (rel instanceof RepeatUnion) {
      return UserError.of(ErrorCode.UNSUPPORTED, "WITH RECURSIVE is not supported")
          .withHint("write the steps out, as many as there can be, with UNION ALL");
    }
    String name = rel.getRelTypeName().replace("Logical", "");
    return UserError.of(ErrorCode.UNSUPPORTED, name + " is not supported");
  }
}
