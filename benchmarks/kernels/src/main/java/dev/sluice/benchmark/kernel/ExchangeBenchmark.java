package dev.sluice.benchmark.kernel;

import dev.sluice.batch.RecordBatch;
import dev.sluice.state.KeyGroupSplitter;
import java.util.List;
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

/** Spreading a batch over two tasks. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(Bids.ROWS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--add-opens=java.base/java.nio=ALL-UNNAMED")
public class ExchangeBenchmark {
  /** The column of the keys. */
  @Param({"auction", "channel"})
  public String by;

  private BufferAllocator allocator;
  private RecordBatch batch;
  private KeyGroupSplitter splitter;
  private long seen;

  /** Makes the batch. */
  @Setup(Level.Trial)
  public void open() {
    allocator = new RootAllocator();
    batch = Bids.batch(100_000, 1, allocator);
    splitter = new KeyGroupSplitter(Bids.SCHEMA, List.of(Bids.SCHEMA.indexOf(by).orElseThrow()), 2);
  }

  /** One batch in, two out. */
  @Benchmark
  public long split() {
    splitter.split(
        batch.share(),
        (part, task) -> {
          seen += part.rowCount();
          part.close();
        });
    return seen;
  }

  /** Gives the memory back. */
  @TearDown(Level.Trial)
  public void close() {
    batch.close();
    allocator.close();
  }
}
