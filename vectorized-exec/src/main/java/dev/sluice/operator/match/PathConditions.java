package dev.sluice.operator.match;

import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.RecordBatch;
import dev.sluice.expr.ExprCompiler;
import dev.sluice.expr.RowCondition;
import dev.sluice.function.EvalContext;
import dev.sluice.plan.MatchNode;
import dev.sluice.type.Schema;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;

/**
 * The conditions of a node's variables: what a condition asks of a path is written into a row of
 * its own, which the compiled condition then looks at. Single-threaded.
 */
public final class PathConditions implements MatchPartition.Conditions, AutoCloseable {
  private final PathValues values;
  private final FieldVector[] cells;
  private final RecordBatch row;
  private final Map<Integer, Condition> byVariable = new HashMap<>();

  private record Condition(RowCondition code, int[] asks, boolean ofRow) {}

  public PathConditions(
      MatchNode node, PathValues values, BufferAllocator allocator, EvalContext context) {
    this.values = values;
    Schema schema = values.schema();
    cells = new FieldVector[schema.size()];
    try (BatchBuilder builder = new BatchBuilder(schema, allocator).reserve(1)) {
      for (int i = 0; i < cells.length; i++) {
        cells[i] = builder.vector(i);
      }
      builder.advance(1);
      row = builder.build();
    }
    node.conditions()
        .forEach(
            (variable, condition) -> {
              Set<Integer> asks = condition.columns();
              boolean ofRow =
                  asks.stream().allMatch(a -> isOfRow(node.navigations().get(a), variable));
              byVariable.put(
                  variable,
                  new Condition(
                      ExprCompiler.condition(schema, condition, context),
                      asks.stream().mapToInt(Integer::intValue).toArray(),
                      ofRow));
            });
  }

  private static boolean isOfRow(MatchNode.Navigation navigation, int variable) {
    return navigation instanceof MatchNode.RowValue value
        && !value.first()
        && value.offset() == 0
        && (value.variables().isEmpty() || value.variables().contains(variable));
  }

  @Override
  public boolean test(MatchPartition partition, Path path) {
    Condition condition = byVariable.get(path.variable());
    PathValues.Place place = new PathValues.Place(partition, path, path, partition.number() + 1);
    for (int ask : condition.asks()) {
      cells[ask].reset();
      values.write(ask, place, cells[ask], 0);
      cells[ask].setValueCount(1);
    }
    return condition.code().test(row);
  }

  @Override
  public boolean isOfRow(int variable) {
    return byVariable.get(variable).ofRow();
  }

  @Override
  public void close() {
    row.close();
  }
}
