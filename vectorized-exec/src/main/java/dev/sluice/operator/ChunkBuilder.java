package dev.sluice.operator;

import dev.sluice.batch.BatchBuilder;
import dev.sluice.over.Chunk;
import dev.sluice.over.Segment;
import dev.sluice.state.RowCodec;
import dev.sluice.state.SortedRow;
import dev.sluice.type.RowKind;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;

/** Puts partitions, in their order, behind each other. Single-threaded. */
final class ChunkBuilder implements AutoCloseable {
  private final RowCodec codec;
  private final BatchBuilder builder;
  private final List<Segment> segments = new ArrayList<>();
  private final BitSet peers = new BitSet();

  ChunkBuilder(Schema schema, RowCodec codec, BufferAllocator allocator) {
    this.codec = codec;
    this.builder = new BatchBuilder(schema, allocator);
  }

  int rows() {
    return builder.rows();
  }

  /** Adds a whole partition. */
  void add(List<SortedRow> rows) {
    int start = builder.rows();
    put(rows, start);
    if (builder.rows() > start) {
      segments.add(Segment.whole(start, builder.rows()));
    }
  }

  /** Adds rows for which results are wanted behind rows that had theirs. */
  void add(List<SortedRow> seen, List<SortedRow> fresh, long rowsBefore, long peersBefore) {
    int start = builder.rows();
    put(seen, start);
    int first = builder.rows();
    put(fresh, start);
    segments.add(new Segment(start, first, builder.rows(), rowsBefore, peersBefore));
  }

  private SortedRow last;

  private void put(List<SortedRow> rows, int start) {
    for (SortedRow row : rows) {
      for (long copy = 0; copy < row.count(); copy++) {
        peers.set(builder.rows(), builder.rows() > start && last.isPeer(row));
        codec.write(row.row(), builder);
        builder.mark(RowKind.INSERT);
        last = row;
      }
    }
  }

  /** The partitions; this builder is used up. */
  Chunk build() {
    boolean[] flags = new boolean[builder.rows()];
    for (int i = 0; i < flags.length; i++) {
      flags[i] = peers.get(i);
    }
    return new Chunk(builder.build(), segments, flags);
  }

  @Override
  public void close() {
    builder.close();
  }
}
