package dev.sluice.planner.validate;

import org.apache.calcite.sql.SqlAggFunction;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql2rel.SqlRexConvertlet;
import org.apache.calcite.sql2rel.SqlRexConvertletTable;
import org.apache.calcite.sql2rel.StandardConvertletTable;

/**
 * Calcite's, but that averages and variances over windows stay what they are: Calcite makes sums
 * and counts of them, which lose digits. Stateless; safe for use by any thread.
 */
final class OverConvertlets implements SqlRexConvertletTable {
  static final OverConvertlets INSTANCE = new OverConvertlets();

  private OverConvertlets() {}

  @Override
  public SqlRexConvertlet get(SqlCall call) {
    boolean kept =
        call.getOperator() instanceof SqlAggFunction
            && switch (call.getKind()) {
              case AVG, STDDEV_POP, STDDEV_SAMP, VAR_POP, VAR_SAMP -> true;
              default -> false;
            };
    return kept
        ? (context, aggregate) ->
            context
                .getRexBuilder()
                .makeCall(
                    context.getValidator().getValidatedNodeType(aggregate),
                    aggregate.getOperator(),
                    aggregate.getOperandList().stream().map(context::convertExpression).toList())
        : StandardConvertletTable.INSTANCE.get(call);
  }
}
