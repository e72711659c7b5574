package dev.sluice.planner.physical;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.planner.parse.ParsedQuery.Positions;
import java.util.Optional;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.util.SqlBasicVisitor;

/** Refuses constructs that are not supported yet, at the place where they stand. Stateless. */
final class Restrictions {
  private Restrictions() {}

  static void check(SqlNode query, Positions positions) {
    query.accept(
        new SqlBasicVisitor<Void>() {
          @Override
          public Void visit(SqlCall call) {
            refusal(call)
                .ifPresent(
                    what -> {
                      throw UserError.of(ErrorCode.UNSUPPORTED, what + " not supported yet")
                          .withHint("aggregate with FILTER (WHERE …) for each column, or UNION ALL")
                          .at(positions.of(call.getParserPosition()));
                    });
            return super.visit(call);
          }
        });
  }

  private static Optional<String> refusal(SqlCall call) {
    return switch (call.getKind()) {
      case PIVOT, UNPIVOT -> Optional.of("PIVOT is");
      default -> Optional.empty();
    };
  }
}
