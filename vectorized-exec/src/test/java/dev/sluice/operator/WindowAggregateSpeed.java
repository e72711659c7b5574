package dev.sluice.operator;

import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.RecordBatch;
import dev.sluice.function.EvalContext;
import dev.sluice.plan.AggregateCall;
import dev.sluice.plan.PlanNode;
import dev.sluice.plan.WindowSpec;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.TimeStampMicroVector;
import org.apache.arrow.vector.VarCharVector;

/** Prints nanoseconds per row of windowed aggregations. A program, not a test. */
public final class WindowAggregateSpeed {
  private static final int ROWS = 10_000_000;
  private static final int BATCH = 16_384;
  private static final Schema INPUT =
      Nodes.schema("k", Nodes.BIGINT, "v", Nodes.BIGINT, "ts", Nodes.TIMESTAMP, "s", Nodes.STRING);

  private WindowAggregateSpeed() {}

  public static void main(String[] arguments) {
    AggregateCall count = Nodes.call("COUNT", Nodes.BIGINT);
    List<AggregateCall> many =
        List.of(
            count,
            Nodes.call("SUM", Nodes.BIGINT, 1),
            Nodes.call("MIN", Nodes.BIGINT, 1),
            Nodes.call("AVG", Nodes.BIGINT, 1));
    for (int keys : new int[] {1_000, 100_000}) {
      for (int round = 0; round < 3; round++) {
        run(
            "tumble count by bigint",
            keys,
            0,
            new WindowSpec.Tumble(2, 10_000_000, 0),
            List.of(count));
        run(
            "tumble count by string",
            keys,
            3,
            new WindowSpec.Tumble(2, 10_000_000, 0),
            List.of(count));
        run("tumble count,sum,min,avg", keys, 0, new WindowSpec.Tumble(2, 10_000_000, 0), many);
        run(
            "hop 10s/2s count",
            keys,
            0,
            new WindowSpec.Hop(2, 2_000_000, 10_000_000, 0),
            List.of(count));
      }
    }
  }

  private static void run(
      String name, int keys, int key, WindowSpec window, List<AggregateCall> calls) {
    PlanNode node =
        Nodes.window(INPUT, window, List.of(key), calls, OptionalInt.empty(), 0, Optional.empty());
    long[] out = new long[1];
    try (BufferAllocator root = new RootAllocator()) {
      List<RecordBatch> batches = batches(keys, root);
      long nanos = 0;
      try (Operator operator = Operators.create(node)) {
        operator.open(new Host(root));
        long row = 0;
        while (row < ROWS) {
          for (RecordBatch batch : batches) {
            RecordBatch shifted = shift(batch, row, root);
            long start = System.nanoTime();
            operator.process(0, shifted, b -> {});
            operator.onWatermark(
                row * 10,
                b -> {
                  out[0] += b.rowCount();
                  b.close();
                });
            nanos += System.nanoTime() - start;
            row += BATCH;
          }
        }
      }
      batches.forEach(RecordBatch::close);
      System.out.printf(
          "%-28s %,8d keys %6.1f ns/row %,d rows out%n", name, keys, (double) nanos / ROWS, out[0]);
    }
  }

  private static List<RecordBatch> batches(int keys, BufferAllocator allocator) {
    SplittableRandom random = new SplittableRandom(7);
    List<RecordBatch> batches = new ArrayList<>();
    for (int b = 0; b < 32; b++) {
      try (BatchBuilder builder = new BatchBuilder(INPUT, allocator)) {
        for (int i = 0; i < BATCH; i++) {
          long key = random.nextLong(keys);
          ((BigIntVector) builder.vector(0)).setSafe(i, key);
          ((BigIntVector) builder.vector(1)).setSafe(i, random.nextLong(1000));
          ((TimeStampMicroVector) builder.vector(2)).setSafe(i, 0);
          ((VarCharVector) builder.vector(3))
              .setSafe(i, ("key-" + key).getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }
        builder.advance(BATCH);
        batches.add(builder.build());
      }
    }
    return batches;
  }

  /** The batch with times that go on from {@code row}, 100 000 rows a second. */
  private static RecordBatch shift(RecordBatch batch, long row, BufferAllocator allocator) {
    TimeStampMicroVector times = new TimeStampMicroVector("ts", allocator);
    times.allocateNew(BATCH);
    for (int i = 0; i < BATCH; i++) {
      times.set(i, (row + i) * 10);
    }
    times.setValueCount(BATCH);
    return RecordBatch.of(
        batch.schema(),
        new dev.sluice.batch.Column[] {
          batch.retainColumn(0),
          batch.retainColumn(1),
          new dev.sluice.batch.Column(times),
          batch.retainColumn(3)
        },
        BATCH);
  }

  private record Host(BufferAllocator allocator) implements OperatorContext {
    @Override
    public int batchRows() {
      return BATCH;
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
}
