package dev.sluice.operator;

import dev.sluice.batch.RecordBatch;
import dev.sluice.expr.BatchProgram;
import dev.sluice.expr.ExprCompiler;
import dev.sluice.plan.PlanNode;
import java.util.Optional;

/** Filters and projects by a compiled program. Keeps nothing but the watermark, for who asks. */
final class FilterProject implements Operator {
  private final PlanNode.FilterProject node;
  private Optional<BatchProgram> program = Optional.empty();
  private long watermark = Long.MIN_VALUE;
  private Optional<OperatorContext> context = Optional.empty();

  FilterProject(PlanNode.FilterProject node) {
    this.node = node;
  }

  @Override
  public void open(OperatorContext host) {
    context = Optional.of(host);
    program =
        Optional.of(
            ExprCompiler.compile(
                node.input().schema(),
                node.condition(),
                node.projections(),
                node.schema(),
                host.evalContext().withWatermark(() -> watermark)));
  }

  @Override
  public long onWatermark(long time, Output output) {
    watermark = Math.max(watermark, time);
    return time;
  }

  @Override
  public void process(int input, RecordBatch batch, Output output) {
    program.orElseThrow().run(batch, context.orElseThrow().allocator()).ifPresent(output::emit);
  }

  @Override
  public void close() {
    program.ifPresent(BatchProgram::close);
    program = Optional.empty();
  }
}
