package dev.sluice.benchmark.kernel;

import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.RecordBatch;
import dev.sluice.plan.Expr;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.RowKind;
import dev.sluice.type.Schema;
import java.util.SplittableRandom;
import org.apache.arrow.memory.BufferAllocator;

/** Batches of made-up bids, the same each time. */
final class Bids {
  static final int ROWS = 8192;
  static final Schema SCHEMA =
      Schema.of(
          new Field("auction", DataType.of(Kind.BIGINT)),
          new Field("price", DataType.of(Kind.BIGINT)),
          new Field("channel", DataType.string()));

  private Bids() {}

  /** {@link #ROWS} rows with auctions from 0 to {@code auctions} - 1. */
  static RecordBatch batch(int auctions, long seed, BufferAllocator allocator) {
    SplittableRandom random = new SplittableRandom(seed);
    try (BatchBuilder builder = new BatchBuilder(SCHEMA, allocator)) {
      for (int i = 0; i < ROWS; i++) {
        builder.add(
            RowKind.INSERT,
            (long) random.nextInt(auctions),
            (long) random.nextInt(1_000_000),
            "channel-" + random.nextInt(10_000));
      }
      return builder.build();
    }
  }

  static Expr column(String name) {
    int index = SCHEMA.indexOf(name).orElseThrow();
    return new Expr.ColumnRef(index, SCHEMA.type(index));
  }
}
