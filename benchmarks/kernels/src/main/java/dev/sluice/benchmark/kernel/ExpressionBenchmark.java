package dev.sluice.benchmark.kernel;

import dev.sluice.batch.RecordBatch;
import dev.sluice.expr.BatchProgram;
import dev.sluice.expr.ExprCompiler;
import dev.sluice.function.EvalContext;
import dev.sluice.plan.Expr;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.Schema;
import java.util.List;
import java.util.Optional;
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
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** {@code SELECT auction, price * 2 + auction, UPPER(channel) WHERE price < 500000}, compiled. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(Bids.ROWS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--add-opens=java.base/java.nio=ALL-UNNAMED")
public class ExpressionBenchmark {
  private static final DataType BIGINT = DataType.of(Kind.BIGINT);

  private BufferAllocator allocator;
  private RecordBatch batch;
  private BatchProgram numbers;
  private BatchProgram texts;

  /** Compiles. */
  @Setup(Level.Trial)
  public void open() {
    allocator = new RootAllocator();
    batch = Bids.batch(100_000, 1, allocator);
    Expr few =
        new Expr.Call(
            "<",
            List.of(Bids.column("price"), Expr.Literal.of(500_000L, BIGINT)),
            DataType.of(Kind.BOOLEAN));
    Expr twice =
        new Expr.Call("*", List.of(Bids.column("price"), Expr.Literal.of(2L, BIGINT)), BIGINT);
    Expr sum = new Expr.Call("+", List.of(twice, Bids.column("auction")), BIGINT);
    Expr upper = new Expr.Call("UPPER", List.of(Bids.column("channel")), DataType.string());
    numbers =
        ExprCompiler.compile(
            Bids.SCHEMA,
            Optional.of(few),
            List.of(Bids.column("auction"), sum),
            Schema.of(new Field("auction", BIGINT), new Field("sum", BIGINT)),
            EvalContext.UTC);
    texts =
        ExprCompiler.compile(
            Bids.SCHEMA,
            Optional.empty(),
            List.of(upper),
            Schema.of(new Field("upper", DataType.string())),
            EvalContext.UTC);
  }

  /** A filter and arithmetic with checks for overflow. */
  @Benchmark
  public int numbers() {
    try (RecordBatch made = numbers.run(batch.share(), allocator).orElseThrow()) {
      return made.rowCount();
    }
  }

  /** A function of strings. */
  @Benchmark
  public int texts() {
    try (RecordBatch made = texts.run(batch.share(), allocator).orElseThrow()) {
      return made.rowCount();
    }
  }

  /** Gives the memory back. */
  @TearDown(Level.Trial)
  public void close() {
    numbers.close();
    texts.close();
    batch.close();
    allocator.close();
  }
}
