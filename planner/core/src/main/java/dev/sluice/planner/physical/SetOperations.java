package dev.sluice.planner.physical;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.Expr;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Minus;
import org.apache.calcite.rel.core.SetOp;

/**
 * INTERSECT and EXCEPT: rows of all inputs together, counted by input, and kept if they are in the
 * right ones.
 *
 * <pre>
 * Minus                        Filter($c0 > 0 AND $c1 = 0)
 *   a                  ──►       Aggregate(GROUP BY columns, COUNT FILTER $0, COUNT FILTER $1)
 *   b                              Union
 *                                    Project(columns, TRUE, FALSE)  a
 *                                    Project(columns, FALSE, TRUE)  b
 * </pre>
 */
final class SetOperations {
  private static final DataType FLAG = DataType.of(Kind.BOOLEAN).notNull();

  private final RelTranslator rels;
  private final Aggregations aggregations;

  SetOperations(RelTranslator rels, Aggregations aggregations) {
    this.rels = rels;
    this.aggregations = aggregations;
  }

  Frame translate(SetOp operation) {
    boolean minus = operation instanceof Minus;
    if (operation.all) {
      throw UserError.of(
              ErrorCode.UNSUPPORTED, (minus ? "EXCEPT" : "INTERSECT") + " ALL is not supported yet")
          .withHint("leave ALL out: each row of the result then comes once");
    }
    Schema schema = RelTranslator.schema(operation.getRowType());
    int count = operation.getInputs().size();
    List<Field> fields = new ArrayList<>(schema.fields());
    for (int i = 0; i < count; i++) {
      fields.add(new Field("$" + i, FLAG));
    }
    List<Frame> frames = new ArrayList<>();
    for (RelNode input : operation.getInputs()) {
      Frame frame = RelTranslator.converted(rels.translate(input), schema);
      List<Expr> columns = new ArrayList<>(frame.columns());
      for (int i = 0; i < count; i++) {
        columns.add(Expr.Literal.of(i == frames.size(), FLAG));
      }
      frames.add(frame.withColumns(columns));
    }
    Frame all = rels.unionAll(frames, new Schema(fields));
    Frame counted = aggregations.counted(all, schema, count);
    Expr zero = Expr.Literal.of(0L, DataType.of(Kind.BIGINT).notNull());
    for (int i = 0; i < count; i++) {
      Expr found = counted.columns().get(schema.size() + i);
      String operator = minus && i > 0 ? "=" : ">";
      counted = counted.withCondition(new Expr.Call(operator, List.of(found, zero), FLAG));
    }
    return counted.withColumns(counted.columns().subList(0, schema.size()));
  }
}
