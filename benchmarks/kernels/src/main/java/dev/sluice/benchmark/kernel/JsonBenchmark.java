package dev.sluice.benchmark.kernel;

import dev.sluice.connector.MalformedRecord;
import dev.sluice.connector.OptionSpec;
import dev.sluice.connector.Options;
import dev.sluice.connector.RowDecoder;
import dev.sluice.format.JsonFormat;
import dev.sluice.plan.TableRef;
import dev.sluice.type.Schema;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

/** Decoding records of 7 members and about 260 bytes, of which few or more are wanted. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(Bids.ROWS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--add-opens=java.base/java.nio=ALL-UNNAMED")
public class JsonBenchmark {
  /** The wanted columns. */
  @Param({"1", "3"})
  public int columns;

  private BufferAllocator allocator;
  private RowDecoder decoder;
  private final byte[][] records = new byte[1000][];

  /** Makes the records. */
  @Setup(Level.Trial)
  public void open() {
    allocator = new RootAllocator();
    Schema wanted = new Schema(Bids.SCHEMA.fields().subList(0, columns));
    JsonFormat format = new JsonFormat();
    TableRef table =
        new TableRef("bids", "files", Map.of(), Set.of(), wanted, Map.of(), List.of(), List.of());
    decoder =
        format.decoder(
            wanted,
            wanted,
            Options.check(table, format.options(), OptionSpec.Role.SOURCE),
            allocator);
    for (int i = 0; i < records.length; i++) {
      String record =
          "{\"auction\":%d,\"bidder\":%d,\"price\":%d,\"channel\":\"channel-%d\",\"url\":\"https://www.nexmark.com/gkp/ebk/fkn/item.htm?query=1&channel_id=%d\",\"dateTime\":\"2015-07-15 00:00:%02d.000\",\"extra\":\"%s\"}"
              .formatted(1000 + i, 2000 + i, 17 * i, i, i, i % 60, "IMSXKN".repeat(8));
      records[i] = record.getBytes(StandardCharsets.UTF_8);
    }
  }

  /** A batch of records. */
  @Benchmark
  public int decode() throws MalformedRecord {
    for (int i = 0; i < Bids.ROWS; i++) {
      byte[] record = records[i % records.length];
      decoder.decode(record, 0, record.length);
    }
    try (var batch = decoder.finish()) {
      return batch.length();
    }
  }

  /** Gives the memory back. */
  @TearDown(Level.Trial)
  public void close() {
    decoder.close();
    allocator.close();
  }
}
