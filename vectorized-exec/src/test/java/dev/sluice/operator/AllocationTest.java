package dev.sluice.operator;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.RecordBatch;
import dev.sluice.function.EvalContext;
import dev.sluice.plan.AggregateCall;
import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.Emit;
import dev.sluice.plan.JoinKind;
import dev.sluice.plan.JoinNode;
import dev.sluice.plan.JoinRetention;
import dev.sluice.plan.PlanNode;
import dev.sluice.plan.PlanTraits;
import dev.sluice.plan.RankNode;
import dev.sluice.plan.SortKey;
import dev.sluice.plan.WindowSpec;
import dev.sluice.state.KeyGroupSplitter;
import dev.sluice.type.RowKind;
import dev.sluice.type.Schema;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;

/**
 * How many bytes of heap a row costs on its way through the operators that carry most jobs, once
 * their state has reached its size: the guard against an object per row, which no clock can be
 * trusted to show. The bounds are about twice what was measured; an object a row is 16 bytes and
 * more.
 */
class AllocationTest {
  private static final int ROWS = 4096;
  private static final int KEYS = 1000;
  private static final int WARM = 60;
  private static final int MEASURED = 40;
  private static final Schema INPUT =
      Nodes.schema("k", Nodes.BIGINT, "s", Nodes.STRING, "v", Nodes.BIGINT, "ts", Nodes.TIMESTAMP);
  private static final List<AggregateCall> CALLS =
      List.of(
          Nodes.call("COUNT", Nodes.BIGINT),
          Nodes.call("SUM", Nodes.BIGINT, 2),
          Nodes.call("MIN", Nodes.BIGINT, 2));

  private record Host(BufferAllocator allocator) implements OperatorContext {
    @Override
    public int batchRows() {
      return ROWS;
    }

    @Override
    public EvalContext evalContext() {
      return EvalContext.UTC;
    }

    @Override
    public void count(String metric, long delta) {}

    @Override
    public void emitSide(RecordBatch batch) {
      batch.close();
    }
  }

  /** Heap bytes a row, when {@code step} has been warmed up. */
  private static double bytesPerRow(Consumer<RecordBatch> step, BufferAllocator allocator) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long bytes = 0;
    for (int i = 0; i < WARM + MEASURED; i++) {
      RecordBatch batch = batch(i, allocator);
      long before = threads.getCurrentThreadAllocatedBytes();
      step.accept(batch);
      bytes += i < WARM ? 0 : threads.getCurrentThreadAllocatedBytes() - before;
    }
    return (double) bytes / (MEASURED * ROWS);
  }

  /** Every batch has the same keys and lies in the same hour. */
  private static RecordBatch batch(int number, BufferAllocator allocator) {
    SplittableRandom random = new SplittableRandom(number);
    try (BatchBuilder builder = new BatchBuilder(INPUT, allocator)) {
      for (int i = 0; i < ROWS; i++) {
        long key = random.nextInt(KEYS);
        builder.add(RowKind.INSERT, key, "key-" + key, random.nextLong(1_000_000), number * 1_000L);
      }
      return builder.build();
    }
  }

  private static double bytesPerRow(PlanNode node) {
    try (BufferAllocator allocator = new RootAllocator();
        Operator operator = Operators.create(node)) {
      operator.open(new Host(allocator));
      return bytesPerRow(batch -> operator.process(0, batch, RecordBatch::close), allocator);
    }
  }

  @Test
  void spreadingRowsOverTasksCostsTheirPositions() {
    try (BufferAllocator allocator = new RootAllocator()) {
      KeyGroupSplitter splitter = new KeyGroupSplitter(INPUT, List.of(0), 4);
      assertThat(
              bytesPerRow(batch -> splitter.split(batch, (part, task) -> part.close()), allocator))
          .isLessThan(8);
    }
  }

  @Test
  void windowedAggregationAllocatesNothingForARow() {
    WindowSpec hour = new WindowSpec.Tumble(3, 3_600_000_000L, 0);
    assertThat(
            bytesPerRow(
                Nodes.window(
                    INPUT, hour, List.of(0), CALLS, OptionalInt.empty(), 0, Optional.empty())))
        .isLessThan(1);
  }

  @Test
  void aggregationByAStringAllocatesNothingForARow() {
    assertThat(
            bytesPerRow(
                Nodes.group(
                    INPUT,
                    ChangelogMode.INSERT_ONLY,
                    List.of(1),
                    CALLS,
                    Emit.ON_WINDOW_CLOSE,
                    ChangelogMode.INSERT_ONLY)))
        .isLessThan(1);
  }

  @Test
  void rowsPassAJoinWithoutObjects() {
    Schema result = Nodes.schema("k", Nodes.BIGINT, "s", Nodes.STRING, "t", Nodes.STRING);
    JoinNode join =
        new JoinNode(
            Nodes.input(INPUT, ChangelogMode.INSERT_ONLY, -1),
            Nodes.input(INPUT, ChangelogMode.INSERT_ONLY, -1),
            JoinKind.INNER,
            List.of(0),
            List.of(0),
            List.of(false),
            Optional.empty(),
            List.of(0, 1, 5),
            JoinRetention.FOREVER,
            OptionalInt.of(1),
            Emit.ON_WINDOW_CLOSE,
            PlanTraits.of(result, true));
    try (BufferAllocator allocator = new RootAllocator();
        Operator operator = Operators.create(join)) {
      operator.open(new Host(allocator));
      try (BatchBuilder builder = new BatchBuilder(INPUT, allocator)) {
        for (long key = 0; key < KEYS; key++) {
          builder.add(RowKind.INSERT, key, "kept-" + key, key, key);
        }
        operator.process(1, builder.build(), RecordBatch::close);
      }
      operator.finish(1, RecordBatch::close);
      assertThat(bytesPerRow(batch -> operator.process(0, batch, RecordBatch::close), allocator))
          .isLessThan(4);
    }
  }

  @Test
  void rankingKeepsRowsWithoutObjects() {
    RankNode latest =
        new RankNode(
            Nodes.input(INPUT, ChangelogMode.INSERT_ONLY, -1),
            List.of(0),
            List.of(new SortKey(2, true, false)),
            RankNode.Arrival.NONE,
            RankNode.Function.ROW_NUMBER,
            1,
            3,
            false,
            Emit.ON_WINDOW_CLOSE,
            Optional.empty(),
            PlanTraits.of(INPUT, true));
    assertThat(bytesPerRow(latest)).isLessThan(1);
  }
}
