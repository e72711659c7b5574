package dev.sluice.operator;

import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.RecordBatch;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.PlanNode;
import dev.sluice.plan.SortKey;
import dev.sluice.state.StateReader;
import dev.sluice.state.StateWriter;
import dev.sluice.type.RowKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Orders a bounded input, stably, and gives it at its end. With a fetch it keeps no more than a few
 * times the rows it will give.
 */
final class Sort implements Operator {
  private static final String ROWS = "rows";
  private static final int PRUNE_ABOVE = 65_536;

  private final PlanNode.Sort node;
  private final List<RecordBatch> held = new ArrayList<>();
  private long heldRows;
  private Optional<OperatorContext> context = Optional.empty();

  Sort(PlanNode.Sort node) {
    if (node.input().traits().changelog() != ChangelogMode.INSERT_ONLY) {
      throw UserError.of(ErrorCode.CHANGELOG, "ORDER BY over an updating input is not supported");
    }
    for (SortKey key : node.keys()) {
      if (node.input().schema().type(key.column()).kind().isNested()) {
        throw UserError.of(
            ErrorCode.TYPE_MISMATCH,
            "cannot order by '"
                + node.input().schema().field(key.column()).name()
                + "' of a nested type");
      }
    }
    this.node = node;
  }

  @Override
  public void open(OperatorContext host) {
    context = Optional.of(host);
  }

  @Override
  public void process(int input, RecordBatch batch, Output output) {
    held.add(batch);
    heldRows += batch.rowCount();
    if (node.fetch().isPresent()) {
      long wanted = wanted();
      if (heldRows > PRUNE_ABOVE && heldRows / 4 > wanted) {
        List<RecordBatch> kept = new ArrayList<>();
        give(0, wanted, kept::add);
        held.addAll(kept);
        heldRows = kept.stream().mapToInt(RecordBatch::rowCount).sum();
      }
    }
  }

  private long wanted() {
    long fetch = node.fetch().orElse(Long.MAX_VALUE);
    return fetch > Long.MAX_VALUE - node.offset() ? Long.MAX_VALUE : fetch + node.offset();
  }

  @Override
  public long stateBytes() {
    return held.stream().mapToLong(RecordBatch::byteSize).sum();
  }

  @Override
  public void finish(int input, Output output) {
    give(node.offset(), wanted(), output);
  }

  /**
   * Gives the sorted rows from number {@code from} up to {@code to}, and lets all that was held go.
   */
  private void give(long from, long to, Output output) {
    RowSorter sorter = new RowSorter(node.schema(), node.keys(), held);
    int[] order = sorter.sorted();
    int end = (int) Math.min(order.length, to);
    int most = Math.max(1, context.orElseThrow().batchRows());
    List<RecordBatch> batches = new ArrayList<>(held);
    held.clear();
    heldRows = 0;
    try {
      for (long at = from; at < end; at += most) {
        try (BatchBuilder builder =
            new BatchBuilder(node.schema(), context.orElseThrow().allocator())) {
          for (int i = (int) at; i < Math.min(end, at + most); i++) {
            RecordBatch batch = batches.get(sorter.batch(order[i]));
            builder.copy(RowKind.INSERT, batch, batch.position(sorter.row(order[i])));
          }
          output.emit(builder.build());
        }
      }
    } finally {
      batches.forEach(RecordBatch::close);
    }
  }

  @Override
  public void snapshot(StateWriter state) {
    StateWriter.Part part = state.part(ROWS, 1, node.schema());
    held.forEach(batch -> part.write(0, batch.share()));
  }

  @Override
  public void restore(StateReader state) {
    if (state.version(ROWS).isPresent()) {
      state.read(
          ROWS,
          (batch, group) -> {
            held.add(batch);
            heldRows += batch.rowCount();
          });
    }
  }

  @Override
  public void close() {
    held.forEach(RecordBatch::close);
    held.clear();
  }
}
