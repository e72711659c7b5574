package dev.sluice.over;

import dev.sluice.aggregate.AccumulatorSet;
import dev.sluice.aggregate.SlotRows;
import dev.sluice.batch.ArrowTypes;
import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.Rows;
import dev.sluice.plan.AggregateCall;
import dev.sluice.plan.OverNode;
import dev.sluice.plan.OverNode.Bound;
import dev.sluice.plan.OverNode.Frame;
import dev.sluice.plan.OverNode.Frame.Exclude;
import dev.sluice.type.Schema;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;

/**
 * Aggregates over one frame. As the frame moves on, rows are added and, unless it begins with the
 * partition, taken back. Single-threaded.
 */
public final class FrameAggregates {
  private static final int[] NONE = new int[0];

  private final Frame frame;
  private final List<OverNode.Call> calls;
  private final int[] places;
  private final AccumulatorSet prototype;

  /**
   * Aggregates {@code calls}, whose results go to {@code places} of the node's.
   *
   * @throws dev.sluice.error.UserError if a call cannot be computed
   */
  FrameAggregates(Frame frame, List<OverNode.Call> calls, int[] places, Schema input) {
    this.frame = frame;
    this.calls = calls;
    this.places = places;
    prototype =
        new AccumulatorSet(
            aggregateCalls(),
            input,
            isRunning() ? AccumulatorSet.Use.ADDED : AccumulatorSet.Use.RETRACTED);
  }

  /** Whether rows are never taken back: the frame begins with the partition. */
  public boolean isRunning() {
    return frame.lower().kind() == Bound.Kind.UNBOUNDED_PRECEDING
        && frame.exclude() == Exclude.NO_OTHERS;
  }

  /** The calls as those of an aggregation. */
  public List<AggregateCall> aggregateCalls() {
    return calls.stream()
        .map(
            call ->
                new AggregateCall(
                    call.function(),
                    call.arguments(),
                    call.constants(),
                    call.distinct(),
                    OptionalInt.empty(),
                    List.of(),
                    call.type()))
        .toList();
  }

  Frame frame() {
    return frame;
  }

  /** Accumulators for a chunk of whole partitions. */
  Running fresh(Chunk chunk) {
    int[] slots = new int[chunk.segments().size()];
    Arrays.setAll(slots, i -> i);
    AccumulatorSet set = prototype.fresh();
    set.ensure(slots.length);
    return new Running(set, slots);
  }

  /** Computes the results of all fresh rows. */
  void compute(
      Chunk chunk,
      FrameBounds bounds,
      Running state,
      FieldVector[] out,
      BufferAllocator allocator) {
    FieldVector[] results = new FieldVector[calls.size()];
    try {
      for (int c = 0; c < results.length; c++) {
        results[c] = ArrowTypes.vector("result", calls.get(c).type(), allocator);
        results[c].setInitialCapacity(1);
      }
      for (int s = 0; s < state.slots().length; s++) {
        move(
            chunk,
            chunk.segments().get(s),
            bounds,
            new Mover(chunk.batch(), state, s),
            results,
            out);
      }
    } finally {
      for (FieldVector result : results) {
        if (result != null) {
          result.close();
        }
      }
    }
  }

  private void move(
      Chunk chunk,
      Segment segment,
      FrameBounds bounds,
      Mover mover,
      FieldVector[] results,
      FieldVector[] out) {
    // what was there before the fresh rows is in a running aggregate already
    mover.from = isRunning() ? segment.fresh() : segment.start();
    mover.to = mover.from;
    for (int i = segment.fresh(); i < segment.end(); i++) {
      int low = isRunning() ? mover.from : bounds.low(i);
      boolean changed = mover.moveTo(low, Math.max(low, bounds.high(i)));
      int[] hidden = hidden(chunk, i);
      for (int h = 0; h < hidden.length; h += 2) {
        changed = true;
        mover.hide(hidden[h], hidden[h + 1], true);
      }
      for (int c = 0; c < results.length; c++) {
        if (changed || i == segment.fresh()) {
          results[c].reset();
          mover.state.set().get(c).result(mover.slot, 0, 1, results[c]);
          results[c].setValueCount(1);
        }
        out[places[c]].copyFromSafe(0, i, results[c]);
      }
      for (int h = 0; h < hidden.length; h += 2) {
        mover.hide(hidden[h], hidden[h + 1], false);
      }
    }
  }

  /** The rows that the frame of row {@code i} does not see: first ones and ends, in turn. */
  private int[] hidden(Chunk chunk, int i) {
    return switch (frame.exclude()) {
      case NO_OTHERS -> NONE;
      case CURRENT_ROW -> new int[] {i, i + 1};
      case GROUP -> new int[] {chunk.peerStart(i), chunk.peerEnd(i)};
      case TIES -> new int[] {chunk.peerStart(i), i, i + 1, chunk.peerEnd(i)};
    };
  }

  /** Keeps the rows from {@code from} to {@code to} in one group. */
  private static final class Mover {
    private final RecordBatch batch;
    private final Running state;
    private final int[] slot;
    private int from;
    private int to;

    Mover(RecordBatch batch, Running state, int segment) {
      this.batch = batch;
      this.state = state;
      this.slot = new int[] {state.slots()[segment]};
    }

    /** Whether the rows have changed. */
    boolean moveTo(int low, int high) {
      boolean changed = low != from || high != to;
      if (low > from) {
        feed(from, Math.min(low, to), true);
        from = low;
        to = Math.max(low, to);
      }
      feed(to, high, false);
      to = Math.max(to, high);
      return changed;
    }

    /** Takes rows that are in the group out of it for a while, or puts them back. */
    void hide(int first, int end, boolean out) {
      feed(Math.max(first, from), Math.min(end, to), out);
    }

    private void feed(int first, int end, boolean retract) {
      if (first >= end) {
        return;
      }
      int[] positions = new int[end - first];
      int[] slots = new int[end - first];
      Arrays.setAll(positions, i -> first + i);
      Arrays.fill(slots, slot[0]);
      state
          .set()
          .update(batch, new SlotRows(Rows.at(positions, positions.length), slots, 0), retract);
    }
  }
}
