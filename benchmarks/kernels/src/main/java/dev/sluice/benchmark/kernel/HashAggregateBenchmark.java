package dev.sluice.benchmark.kernel;

import dev.sluice.aggregate.AccumulatorSet;
import dev.sluice.aggregate.SlotRows;
import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.Rows;
import dev.sluice.plan.AggregateCall;
import dev.sluice.state.KeyColumns;
import dev.sluice.state.KeyTable;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Kind;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Finding each row's group by one column, and COUNT, SUM and COUNT(DISTINCT) of it. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(Bids.ROWS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--add-opens=java.base/java.nio=ALL-UNNAMED")
public class HashAggregateBenchmark {
  private static final int BATCHES = 64;
  private static final DataType BIGINT = DataType.of(Kind.BIGINT);

  /** How many groups there are. */
  @Param({"1000", "1000000"})
  public int keys;

  /** The column of the keys. */
  @Param({"auction", "channel"})
  public String by;

  private BufferAllocator allocator;
  private final RecordBatch[] batches = new RecordBatch[BATCHES];
  private KeyColumns columns;
  private KeyTable table;
  private AccumulatorSet accumulators;
  private final int[] slots = new int[Bids.ROWS];
  private int next;

  /** Makes the batches. */
  @Setup(Level.Trial)
  public void open() {
    allocator = new RootAllocator();
    for (int i = 0; i < BATCHES; i++) {
      batches[i] = Bids.batch(keys, i, allocator);
    }
    columns = new KeyColumns(Bids.SCHEMA, List.of(Bids.SCHEMA.indexOf(by).orElseThrow()));
    table = new KeyTable(columns);
    accumulators =
        new AccumulatorSet(
            List.of(call("COUNT", false), call("SUM", false), call("COUNT", true)),
            Bids.SCHEMA,
            AccumulatorSet.Use.ADDED);
  }

  private static AggregateCall call(String function, boolean distinct) {
    return new AggregateCall(
        function, List.of(1), List.of(), distinct, OptionalInt.empty(), List.of(), BIGINT);
  }

  /** Only the groups. */
  @Benchmark
  public int find() {
    columns.load(batches[next++ % BATCHES], Rows.dense(Bids.ROWS));
    table.slots(columns, slots);
    return table.size();
  }

  /** The groups and three aggregates. */
  @Benchmark
  public int aggregate() {
    RecordBatch batch = batches[next++ % BATCHES];
    columns.load(batch, Rows.dense(Bids.ROWS));
    table.slots(columns, slots);
    accumulators.ensure(table.size());
    accumulators.update(batch, new SlotRows(Rows.dense(Bids.ROWS), slots, 0), false);
    return table.size();
  }

  /** Gives the memory back. */
  @TearDown(Level.Trial)
  public void close() {
    for (RecordBatch batch : batches) {
      batch.close();
    }
    allocator.close();
  }
}
