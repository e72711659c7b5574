package dev.sluice.over;

import dev.sluice.batch.ArrowTypes;
import dev.sluice.batch.Column;
import dev.sluice.batch.RecordBatch;
import dev.sluice.plan.OverNode;
import dev.sluice.plan.OverNode.Frame;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;

/** All calls of a node. Single-threaded. */
public final class OverProgram {
  private final OverNode node;
  private final Schema input;
  private final List<FrameAggregates> aggregates = new ArrayList<>();

  /**
   * The calls of {@code node}.
   *
   * @throws dev.sluice.error.UserError if one cannot be computed
   */
  public OverProgram(OverNode node) {
    this.node = node;
    input = node.input().schema();
    Map<Frame, List<Integer>> byFrame = new LinkedHashMap<>();
    for (int c = 0; c < node.calls().size(); c++) {
      if (!RowFunctions.isOne(node.calls().get(c).function())) {
        byFrame.computeIfAbsent(node.calls().get(c).frame(), f -> new ArrayList<>()).add(c);
      }
    }
    byFrame.forEach(
        (frame, places) ->
            aggregates.add(
                new FrameAggregates(
                    frame,
                    places.stream().map(node.calls()::get).toList(),
                    places.stream().mapToInt(Integer::intValue).toArray(),
                    input)));
  }

  /** The aggregates that look at all rows so far, in an order that never changes. */
  public List<FrameAggregates> running() {
    return aggregates.stream().filter(FrameAggregates::isRunning).toList();
  }

  /** The chunk's rows with their results; those of rows that are not fresh mean nothing. */
  public RecordBatch run(Chunk chunk, BufferAllocator allocator) {
    return run(chunk, List.of(), allocator);
  }

  /**
   * As above; {@code states} has what the aggregates of {@link #running} know of the rows before
   * the fresh ones, one each.
   */
  public RecordBatch run(Chunk chunk, List<Running> states, BufferAllocator allocator) {
    int width = input.size();
    FieldVector[] out = new FieldVector[node.calls().size()];
    try {
      for (int c = 0; c < out.length; c++) {
        out[c] =
            ArrowTypes.vector(
                node.schema().field(width + c).name(), node.schema().type(width + c), allocator);
      }
      compute(chunk, states, out, allocator);
      Column[] columns = new Column[width + out.length];
      for (int c = 0; c < width; c++) {
        columns[c] = chunk.batch().retainColumn(c);
      }
      for (int c = 0; c < out.length; c++) {
        out[c].setValueCount(chunk.batch().length());
        columns[width + c] = new Column(out[c]);
      }
      return RecordBatch.of(node.schema(), columns, chunk.batch().length());
    } catch (RuntimeException e) {
      Arrays.stream(out).filter(java.util.Objects::nonNull).forEach(FieldVector::close);
      throw e;
    }
  }

  private void compute(
      Chunk chunk, List<Running> states, FieldVector[] out, BufferAllocator allocator) {
    Map<Frame, FrameBounds> bounds = new HashMap<>();
    int next = 0;
    for (FrameAggregates group : aggregates) {
      boolean known = group.isRunning() && !states.isEmpty();
      group.compute(
          chunk,
          bounds(bounds, chunk, group.frame()),
          known ? states.get(next++) : group.fresh(chunk),
          out,
          allocator);
    }
    for (int c = 0; c < out.length; c++) {
      OverNode.Call call = node.calls().get(c);
      if (RowFunctions.isOne(call.function())) {
        RowFunctions.compute(call, chunk, bounds(bounds, chunk, call.frame()), out[c]);
      }
    }
  }

  private FrameBounds bounds(Map<Frame, FrameBounds> known, Chunk chunk, Frame frame) {
    return known.computeIfAbsent(frame, f -> new FrameBounds(chunk, f, input, node.order()));
  }
}
