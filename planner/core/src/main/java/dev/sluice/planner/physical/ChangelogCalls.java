package dev.sluice.planner.physical;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.FromChangelogNode;
import dev.sluice.plan.PlanNode;
import dev.sluice.plan.PlanTraits;
import dev.sluice.plan.ToChangelogNode;
import dev.sluice.planner.validate.ChangelogFunctions;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.Schema;
import java.util.List;
import org.apache.calcite.rel.core.TableFunctionScan;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexLiteral;

/** TO_CHANGELOG and FROM_CHANGELOG. Single-threaded. */
final class ChangelogCalls {
  private final RelTranslator rels;

  ChangelogCalls(RelTranslator rels) {
    this.rels = rels;
  }

  static boolean isOurs(TableFunctionScan function) {
    RexCall call = (RexCall) function.getCall();
    return call.getOperator() == ChangelogFunctions.TO_CHANGELOG
        || call.getOperator() == ChangelogFunctions.FROM_CHANGELOG;
  }

  Frame translate(TableFunctionScan function) {
    RexCall call = (RexCall) function.getCall();
    PlanNode input =
        rels.materialize(
            rels.translate(function.getInput(0)), RelTranslator.names(function.getInput(0)));
    Schema schema = RelTranslator.schema(function.getRowType());
    PlanTraits traits = PlanTraits.of(schema, input.traits().bounded());
    if (call.getOperator() == ChangelogFunctions.TO_CHANGELOG) {
      return RelTranslator.node(new ToChangelogNode(input, traits));
    }
    RexLiteral column = (RexLiteral) call.getOperands().get(call.getOperands().size() - 1);
    String name = column.getValueAs(String.class);
    int op =
        input
            .schema()
            .indexOf(name)
            .orElseThrow(
                () ->
                    UserError.of(
                            ErrorCode.UNKNOWN_COLUMN,
                            "the input of FROM_CHANGELOG has no column '" + name + "'")
                        .withHint(
                            "name the column that tells the kind of change: FROM_CHANGELOG(TABLE"
                                + " t, DESCRIPTOR(kind))"));
    if (input.traits().changelog() != ChangelogMode.INSERT_ONLY) {
      throw UserError.of(
              ErrorCode.CHANGELOG,
              "FROM_CHANGELOG needs rows, but its input is a changelog already")
          .withHint("use the input as it is");
    }
    if (input.schema().type(op).kind() != Kind.VARCHAR) {
      throw UserError.of(
              ErrorCode.TYPE_MISMATCH,
              "the op column '"
                  + input.schema().field(op).name()
                  + "' of FROM_CHANGELOG is "
                  + input.schema().type(op)
                  + ", not STRING")
          .withHint("its values are INSERT, UPDATE_BEFORE, UPDATE_AFTER and DELETE");
    }
    return RelTranslator.node(
        new FromChangelogNode(
            input, op, traits.withChangelog(ChangelogMode.RETRACT).withKeys(List.of())));
  }
}
