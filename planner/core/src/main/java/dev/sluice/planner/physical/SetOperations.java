package dev.sluice.planner.physical;

import dev.sluice.plan.Expr;
import dev.sluice.plan.PlanNode;
import dev.sluice.plan.PlanTraits;
import dev.sluice.plan.ReplicateNode;
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
  private static final DataType COUNT = DataType.of(Kind.BIGINT).notNull();

  private final RelTranslator rels;
  private final Aggregations aggregations;

  SetOperations(RelTranslator rels, Aggregations aggregations) {
    this.rels = rels;
    this.aggregations = aggregations;
  }

  Frame translate(SetOp operation) {
    boolean minus = operation instanceof Minus;
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
    return operation.all ? repeated(counted, schema, minus) : once(counted, schema, minus);
  }

  private static Frame once(Frame given, Schema schema, boolean minus) {
    Frame counted = given;
    Expr zero = Expr.Literal.of(0L, COUNT);
    for (int i = schema.size(); i < given.columns().size(); i++) {
      Expr found = given.columns().get(i);
      String operator = minus && i > schema.size() ? "=" : ">";
      counted = counted.withCondition(new Expr.Call(operator, List.of(found, zero), FLAG));
    }
    return counted.withColumns(counted.columns().subList(0, schema.size()));
  }

  /** Each row as often as in the input that has it least, or as in the first without the others. */
  private Frame repeated(Frame counted, Schema schema, boolean minus) {
    List<Expr> counts = counted.columns().subList(schema.size(), counted.columns().size());
    Expr times =
        minus
            ? counts.stream()
                .reduce((a, b) -> new Expr.Call("-", List.of(a, b), COUNT))
                .orElseThrow()
            : new Expr.Call("LEAST", List.copyOf(counts), COUNT);
    List<Expr> columns = new ArrayList<>(counted.columns().subList(0, schema.size()));
    columns.add(times);
    List<String> names = new ArrayList<>(schema.names());
    names.add("$times");
    PlanNode input = rels.materialize(counted.withColumns(columns), names);
    PlanTraits traits =
        PlanTraits.of(
                new Schema(input.schema().fields().subList(0, schema.size())),
                input.traits().bounded())
            .withChangelog(input.traits().changelog());
    return RelTranslator.node(new ReplicateNode(input, traits));
  }
}
