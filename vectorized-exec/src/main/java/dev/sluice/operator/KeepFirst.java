package dev.sluice.operator;

import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.Cells;
import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.Rows;
import dev.sluice.batch.Selection;
import dev.sluice.plan.RankNode;
import dev.sluice.state.StateCopy;
import dev.sluice.state.StateReader;
import dev.sluice.state.StateWriter;
import dev.sluice.type.DataType;
import dev.sluice.type.Schema;
import java.util.Optional;

/**
 * The first rows of each key to arrive, given as they come: a count per key is all it keeps. RANK
 * and DENSE_RANK are the number of the row, since no two arrive at once.
 */
final class KeepFirst implements Operator {
  private final RankNode node;
  private final KeyAges ages;
  private final KeyCounts counts;
  private Optional<OperatorContext> context = Optional.empty();

  KeepFirst(RankNode node) {
    this.node = node;
    ages = new KeyAges(node.traits());
    counts = new KeyCounts(node.input().schema(), node.keys(), ages);
  }

  @Override
  public void open(OperatorContext host) {
    context = Optional.of(host);
  }

  @Override
  public void process(int input, RecordBatch batch, Output output) {
    Rows rows = Rows.of(batch);
    int[] slots = counts.slots(batch, rows);
    int[] kept = new int[rows.count()];
    long[] numbers = new long[rows.count()];
    int n = 0;
    for (int i = 0; i < slots.length; i++) {
      if (counts.of(slots[i]) < node.to() && counts.next(slots[i]) >= node.from()) {
        numbers[n] = counts.of(slots[i]);
        kept[n++] = rows.position(i);
      }
    }
    if (n == 0) {
      batch.close();
      return;
    }
    output.emit(
        node.withRank() ? numbered(batch, kept, numbers, n) : batch.select(new Selection(kept, n)));
  }

  @Override
  public boolean wantsProcessingTime() {
    return ages.isWanted();
  }

  @Override
  public void onProcessingTime(long nowMicros, Output output) {
    ages.advance(nowMicros);
  }

  @Override
  public void endOfTick(Output output) {
    int released = ages.isSweepDue() ? counts.forgetOld() : 0;
    if (released > 0) {
      context.orElseThrow().count("groups.released", released);
    }
  }

  private RecordBatch numbered(RecordBatch batch, int[] kept, long[] numbers, int n) {
    int width = batch.schema().size();
    DataType type = node.schema().type(width);
    Schema added = Schema.of(node.schema().field(width));
    try (batch;
        BatchBuilder builder = new BatchBuilder(added, context.orElseThrow().allocator())) {
      for (int i = 0; i < n; i++) {
        Cells.setWord(builder.vector(0), type, kept[i], numbers[i]);
      }
      builder.advance(batch.length());
      RecordBatch built = builder.build();
      return batch.share().beside(node.schema(), built).select(new Selection(kept, n));
    }
  }

  @Override
  public long nextDue() {
    return Long.MAX_VALUE;
  }

  @Override
  public void snapshot(StateWriter state) {
    counts.save(state, context.orElseThrow().allocator());
  }

  @Override
  public Optional<StateCopy> beginSnapshot(StateWriter state) {
    return Optional.of(counts.beginSave(state, context.orElseThrow().allocator()));
  }

  @Override
  public void restore(StateReader state) {
    counts.restore(state);
  }

  @Override
  public long stateBytes() {
    return counts.byteSize();
  }

  @Override
  public void close() {
    // counts lie on the heap
  }
}
