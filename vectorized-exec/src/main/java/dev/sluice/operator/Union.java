package dev.sluice.operator;

import dev.sluice.batch.RecordBatch;
import dev.sluice.plan.PlanNode;
import dev.sluice.type.Schema;
import java.util.stream.IntStream;

/** Passes the rows of every input on under the names of the output. Stateless. */
final class Union implements Operator {
  private final Schema schema;
  private final int[] columns;

  Union(PlanNode.Union node) {
    schema = node.schema();
    columns = IntStream.range(0, schema.size()).toArray();
  }

  @Override
  public void open(OperatorContext host) {}

  @Override
  public void process(int input, RecordBatch batch, Output output) {
    output.emit(batch.schema().equals(schema) ? batch : batch.project(schema, columns));
  }

  @Override
  public void close() {}
}
