package dev.sluice.engine;

import dev.sluice.batch.RecordBatch;
import dev.sluice.plan.Distribution;
import dev.sluice.plan.StageGraph;
import dev.sluice.state.KeyGroupSplitter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What travels on one edge within a tick: batches from task to task, and the watermark of each
 * sending task. A sending task touches only its own row, so tasks of one stage may send side by
 * side; the receiving stage runs after all have.
 */
final class EdgeBuffer implements AutoCloseable {
  private final StageGraph.Edge edge;
  private final int receivers;
  private final List<List<List<RecordBatch>>> cells;
  private final List<KeyGroupSplitter> splitters;
  private final long[] watermarks;
  private boolean finished;

  EdgeBuffer(StageGraph.Edge edge, int senders, int receivers) {
    this.edge = edge;
    this.receivers = receivers;
    cells =
        IntStream.range(0, senders)
            .mapToObj(
                s ->
                    IntStream.range(0, receivers)
                        .<List<RecordBatch>>mapToObj(r -> new ArrayList<>())
                        .toList())
            .toList();
    splitters =
        edge.distribution() instanceof Distribution.Hash hash
            ? IntStream.range(0, senders)
                .mapToObj(
                    s -> new KeyGroupSplitter(edge.traits().schema(), hash.columns(), receivers))
                .toList()
            : List.of();
    watermarks = new long[senders];
    Arrays.fill(watermarks, Long.MIN_VALUE);
  }

  StageGraph.Edge edge() {
    return edge;
  }

  int senders() {
    return watermarks.length;
  }

  /** Task {@code sender} sends a batch; takes ownership. */
  void emit(int sender, RecordBatch batch) {
    List<List<RecordBatch>> row = cells.get(sender);
    if (!splitters.isEmpty()) {
      splitters.get(sender).split(batch, (part, task) -> row.get(task).add(part));
    } else if (edge.distribution() instanceof Distribution.Broadcast) {
      for (int receiver = 1; receiver < receivers; receiver++) {
        row.get(receiver).add(batch.share());
      }
      row.get(0).add(batch);
    } else if (edge.distribution() instanceof Distribution.Single) {
      row.get(0).add(batch);
    } else {
      row.get(sender % receivers).add(batch);
    }
  }

  void watermark(int sender, long watermark) {
    watermarks[sender] = Math.max(watermarks[sender], watermark);
  }

  /** The least watermark over the sending tasks. */
  long watermark() {
    long least = Long.MAX_VALUE;
    for (long one : watermarks) {
      least = Math.min(least, one);
    }
    return watermarks.length == 0 ? Long.MIN_VALUE : least;
  }

  /** The batches for task {@code receiver} in order of sender; the caller owns them. */
  List<RecordBatch> take(int receiver) {
    List<RecordBatch> taken = new ArrayList<>();
    for (List<List<RecordBatch>> row : cells) {
      taken.addAll(row.get(receiver));
      row.get(receiver).clear();
    }
    return taken;
  }

  /** The batches of task {@code sender} to a sink; the caller owns them. */
  List<RecordBatch> takeFrom(int sender) {
    List<RecordBatch> taken = new ArrayList<>(cells.get(sender).get(0));
    cells.get(sender).get(0).clear();
    return taken;
  }

  /** Whether anything is waiting for task {@code receiver}. */
  boolean hasRows(int receiver) {
    for (List<List<RecordBatch>> row : cells) {
      if (!row.get(receiver).isEmpty()) {
        return true;
      }
    }
    return false;
  }

  boolean isFinished() {
    return finished;
  }

  void finish() {
    finished = true;
  }

  /** What sends here had ended before the state was saved. */
  void resumeFinished() {
    Arrays.fill(watermarks, Long.MAX_VALUE);
    finished = true;
  }

  @Override
  public void close() {
    cells.forEach(
        row ->
            row.forEach(
                cell -> {
                  cell.forEach(RecordBatch::close);
                  cell.clear();
                }));
  }
}
