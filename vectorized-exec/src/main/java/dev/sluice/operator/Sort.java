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
 * times the rows it will give. What memory has no room for lies on disk in sorted runs, which are
 * merged at the end, some rows in every tick.
 */
final class Sort implements Operator {
  private static final String ROWS = "rows";
  private static final int PRUNE_ABOVE = 65_536;

  /** So many bytes of merged rows are given in a tick. */
  private static final long BYTES_AT_ONCE = 8L << 20;

  private static final int CHUNK = 4096;

  private final PlanNode.Sort node;
  private final List<RecordBatch> held = new ArrayList<>();
  private long heldRows;
  private long heldBytes;
  private Optional<OperatorContext> context = Optional.empty();
  private Optional<SpillStore> disk = Optional.empty();
  private Optional<SortedRuns> runs = Optional.empty();
  private boolean merging;

  /** Rows that have been merged. */
  private long merged;

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
    disk = host.disk();
    runs = disk.map(store -> new SortedRuns(store, node.schema(), node.keys()));
  }

  @Override
  public void process(int input, RecordBatch batch, Output output) {
    hold(batch);
    if (disk.isPresent() && heldBytes > disk.get().mostInMemory() / 2) {
      // batches have a limit of their own, which others need, too
      addRun();
    }
    if (node.fetch().isPresent()) {
      long wanted = wanted();
      if (heldRows > PRUNE_ABOVE && heldRows / 4 > wanted) {
        give(0, wanted, this::hold);
      }
    }
  }

  private void hold(RecordBatch batch) {
    held.add(batch);
    heldRows += batch.rowCount();
    heldBytes += batch.byteSize();
  }

  private List<RecordBatch> letGo() {
    List<RecordBatch> batches = new ArrayList<>(held);
    held.clear();
    heldRows = 0;
    heldBytes = 0;
    return batches;
  }

  private long wanted() {
    long fetch = node.fetch().orElse(Long.MAX_VALUE);
    return fetch > Long.MAX_VALUE - node.offset() ? Long.MAX_VALUE : fetch + node.offset();
  }

  @Override
  public long stateBytes() {
    return heldBytes + runs.map(SortedRuns::byteSize).orElse(0L);
  }

  @Override
  public void finish(int input, Output output) {
    if (runs.isEmpty() || runs.get().isEmpty()) {
      give(node.offset(), wanted(), output);
      return;
    }
    addRun();
    runs.get().beginMerge();
    merging = true;
  }

  // ---- on disk

  @Override
  public long spillableBytes() {
    return disk.isEmpty() ? 0 : stateBytes();
  }

  @Override
  public long spilledBytes() {
    return disk.map(SpillStore::size).orElse(0L);
  }

  @Override
  public void spill(double kept, Output output) {
    if (!merging && heldBytes > disk.orElseThrow().leastInMemory()) {
      addRun();
    }
  }

  /** Puts what is in memory on disk, in order. */
  private void addRun() {
    if (held.isEmpty()) {
      return;
    }
    SortedRuns to = runs.orElseThrow();
    RowSorter sorter = new RowSorter(node.schema(), node.keys(), held);
    int[] order = sorter.sorted();
    int end = (int) Math.min(order.length, wanted());
    to.begin();
    for (int i = 0; i < end; i++) {
      RecordBatch batch = held.get(sorter.batch(order[i]));
      to.add(batch, batch.position(sorter.row(order[i])));
    }
    to.end();
    context.orElseThrow().count("state.spills", 1);
    letGo().forEach(RecordBatch::close);
  }

  @Override
  public boolean owes() {
    return merging;
  }

  @Override
  public void catchUp(boolean must, Output output) {
    if (!merging) {
      return;
    }
    SortedRuns from = runs.orElseThrow();
    int most = Math.max(1, context.orElseThrow().batchRows());
    long bytes = 0;
    while (bytes < BYTES_AT_ONCE && from.hasNext() && merged < wanted()) {
      if (merged < node.offset()) {
        bytes += from.read(Optional.empty());
        merged++;
        continue;
      }
      try (BatchBuilder builder =
          new BatchBuilder(node.schema(), context.orElseThrow().allocator())) {
        while (builder.rows() < most && from.hasNext() && merged < wanted()) {
          bytes += from.read(Optional.of(builder));
          merged++;
        }
        output.emit(builder.build());
      }
    }
    if (!from.hasNext() || merged >= wanted()) {
      merging = false;
      from.clear();
    }
  }

  /**
   * Gives the sorted rows from number {@code from} up to {@code to}, and lets all that was held go.
   */
  private void give(long from, long to, Output output) {
    RowSorter sorter = new RowSorter(node.schema(), node.keys(), held);
    int[] order = sorter.sorted();
    int end = (int) Math.min(order.length, to);
    int most = Math.max(1, context.orElseThrow().batchRows());
    List<RecordBatch> batches = letGo();
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
    runs.ifPresent(
        some -> some.each(CHUNK, context.orElseThrow().allocator(), rows -> part.write(0, rows)));
    held.forEach(batch -> part.write(0, batch.share()));
  }

  @Override
  public void restore(StateReader state) {
    if (state.version(ROWS).isPresent()) {
      state.read(
          ROWS,
          (batch, group) -> {
            hold(batch);
            if (disk.isPresent() && heldBytes > disk.get().mostInMemory() / 4) {
              addRun();
            }
          });
    }
  }

  @Override
  public void close() {
    held.forEach(RecordBatch::close);
    held.clear();
    runs.ifPresent(SortedRuns::close);
    runs = Optional.empty();
    disk = Optional.empty();
  }
}
