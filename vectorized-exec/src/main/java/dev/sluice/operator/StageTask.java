package dev.sluice.operator;

import dev.sluice.batch.RecordBatch;
import dev.sluice.plan.ConstraintEnforcerNode;
import dev.sluice.plan.LookupJoinNode;
import dev.sluice.plan.MatchNode;
import dev.sluice.plan.PlanNode;
import dev.sluice.plan.SideOutput;
import dev.sluice.plan.StageGraph;
import dev.sluice.state.StateCopy;
import dev.sluice.state.StateReader;
import dev.sluice.state.StateWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.arrow.memory.BufferAllocator;

/**
 * One stage at one parallel index: wires the stage's operators and cranks them. The unit that a
 * host hosts; knows no threads, clocks or I/O. Single-threaded.
 *
 * <p>A host calls, per turn: {@code processingTime}, any number of {@code process}, {@code
 * endOfTick}, {@code watermark} per edge that moved, perhaps {@code snapshot}; at the end of an
 * edge a watermark of {@link Long#MAX_VALUE} and then {@code finish}.
 */
public final class StageTask implements AutoCloseable {
  private final StageGraph graph;
  private final StageGraph.Stage stage;
  private final StageHost host;
  private final Optional<Operator>[] operators;
  private final List<BufferAllocator> allocators = new ArrayList<>();

  /** Per step: the (step, input) pairs it feeds, and the edges it feeds. */
  private final int[][] nextSteps;

  private final int[][] nextInputs;
  private final int[][] nextEdges;
  private final Output[] outputs;
  private final long[][] inputWatermarks;
  private final long[] watermarks;
  private final boolean[][] finished;
  private final long[] rows;

  /** Steps whose inputs have ended, but which still work on input they had put off. */
  private final boolean[] draining;

  /** Makes and opens the operators. */
  @SuppressWarnings({"unchecked", "rawtypes"})
  public StageTask(StageGraph graph, StageGraph.Stage stage, StageHost host) {
    this.graph = graph;
    this.stage = stage;
    this.host = host;
    int count = stage.steps().size();
    operators = new Optional[count];
    Arrays.fill(operators, Optional.empty());
    nextSteps = new int[count][];
    nextInputs = new int[count][];
    nextEdges = new int[count][];
    outputs = new Output[count];
    inputWatermarks = new long[count][];
    watermarks = new long[count];
    finished = new boolean[count][];
    draining = new boolean[count];
    rows = new long[count];
    Arrays.fill(watermarks, Long.MIN_VALUE);
    for (int i = 0; i < count; i++) {
      wire(graph, i);
    }
    try {
      for (int i = 0; i < count; i++) {
        open(i);
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private void wire(StageGraph graph, int step) {
    List<int[]> consumers = new ArrayList<>();
    for (int s = 0; s < stage.steps().size(); s++) {
      List<Integer> inputs = stage.steps().get(s).inputs();
      for (int input = 0; input < inputs.size(); input++) {
        if (inputs.get(input) == step) {
          consumers.add(new int[] {s, input});
        }
      }
    }
    nextSteps[step] = consumers.stream().mapToInt(c -> c[0]).toArray();
    nextInputs[step] = consumers.stream().mapToInt(c -> c[1]).toArray();
    nextEdges[step] =
        graph.edgesOut(stage.id(), step).stream().mapToInt(StageGraph.Edge::id).toArray();
    int inputs = Math.max(1, stage.steps().get(step).inputs().size());
    inputWatermarks[step] = new long[inputs];
    Arrays.fill(inputWatermarks[step], Long.MIN_VALUE);
    finished[step] = new boolean[inputs];
    outputs[step] = batch -> deliver(step, batch);
  }

  private Operator operator(int step, PlanNode node) {
    Optional<SpillPlan> plan = SpillPlan.of(graph, stage, step);
    Optional<SpillStore> disk = plan.flatMap(p -> host.spillStore(step));
    return disk.isPresent()
        ? new SpillingOperator(node, plan.get(), () -> Operators.create(node), disk.get())
        : Operators.create(node);
  }

  private void open(int step) {
    PlanNode node = stage.steps().get(step).node();
    if (node instanceof PlanNode.StageInput) {
      return;
    }
    BufferAllocator allocator = host.allocator(node.label() + "-" + stage.id() + "." + step);
    allocators.add(allocator);
    Operator operator = operator(step, node);
    operators[step] = Optional.of(operator);
    operator.open(new StepContext(step, allocator, side(node)));
  }

  /** The side output of a node, if it has one. */
  public static Optional<SideOutput> side(PlanNode node) {
    if (node instanceof PlanNode.WindowAssign assign) {
      return assign.late();
    }
    if (node instanceof ConstraintEnforcerNode enforcer) {
      return enforcer.side();
    }
    if (node instanceof MatchNode match) {
      return match.late();
    }
    return node instanceof PlanNode.WindowAggregate window ? window.late() : Optional.empty();
  }

  /** Gives the operators their state; before anything else. */
  public void restore(java.util.function.IntFunction<StateReader> stateOfStep) {
    for (int i = 0; i < operators.length; i++) {
      if (operators[i].isPresent()) {
        operators[i].get().restore(stateOfStep.apply(i));
      }
    }
  }

  /** A batch arrives at entrance {@code step}; takes ownership. */
  public void process(int step, RecordBatch batch) {
    deliver(step, batch);
  }

  /** Event time at entrance {@code step} has come to {@code watermark}. */
  public void watermark(int step, long watermark) {
    advance(step, 0, watermark);
  }

  /** Wall-clock time for the operators that want it. */
  public void processingTime(long nowMicros) {
    for (int i = 0; i < operators.length; i++) {
      if (operators[i].isPresent() && operators[i].get().wantsProcessingTime()) {
        operators[i].get().onProcessingTime(nowMicros, outputs[i]);
      }
    }
  }

  /**
   * The last batch of the tick has been processed.
   *
   * @param settle whether operators shall work on input that they have put off: again and again
   *     until none {@link #owes}, before a checkpoint is made
   */
  public void endOfTick(boolean settle) {
    for (int i = 0; i < operators.length; i++) {
      if (operators[i].isPresent()) {
        operators[i].get().endOfTick(outputs[i]);
        operators[i].get().catchUp(settle || draining[i], outputs[i]);
      }
    }
  }

  /** Event time moves on by itself behind operators that make it of the clock. */
  public void ownWatermarks() {
    for (int i = 0; i < operators.length; i++) {
      OptionalLong own =
          operators[i].isPresent() ? operators[i].get().ownWatermark() : OptionalLong.empty();
      if (own.isPresent() && watermarks[i] != Long.MAX_VALUE) {
        flow(i, own.getAsLong());
      }
    }
  }

  /** Writes the state of every operator. */
  public void snapshot(java.util.function.IntFunction<StateWriter> stateOfStep) {
    for (int i = 0; i < operators.length; i++) {
      if (operators[i].isPresent()) {
        operators[i].get().snapshot(stateOfStep.apply(i));
      }
    }
  }

  /** Writes the state of the operator at {@code step}, if there is one. */
  public void snapshot(int step, StateWriter state) {
    operators[step].ifPresent(operator -> operator.snapshot(state));
  }

  /** Begins to write the state of the operator at {@code step} for a checkpoint. */
  public Optional<StateCopy> beginSnapshot(int step, StateWriter state) {
    return operators[step].flatMap(operator -> operator.beginSnapshot(state));
  }

  /** Entrance {@code step} has ended, after its last watermark. */
  public void finish(int step) {
    if (!finished[step][0]) {
      finished[step][0] = true;
      finishNext(step);
    }
  }

  /** Whether entrance {@code step} has ended. */
  public boolean isFinished(int step) {
    return finished[step][0];
  }

  /**
   * Entrance {@code step} had ended when the state was saved: the operators know, and have given
   * what there was to give, unless rows wait in them for answers from outside.
   */
  public void resumeFinished(int step) {
    finished[step][0] = true;
    for (int i = 0; i < nextSteps[step].length; i++) {
      int next = nextSteps[step][i];
      finished[next][nextInputs[step][i]] = true;
      operators[next].orElseThrow().resumeFinished(nextInputs[step][i]);
      boolean all = true;
      for (boolean one : finished[next]) {
        all &= one;
      }
      draining[next] = all && isAtWork(next);
      if (all && !draining[next]) {
        resumeFinished(next);
      }
    }
  }

  /** Bytes of state of all operators on the heap; batches beside it have a limit of their own. */
  public long stateBytes() {
    long sum = 0;
    for (Optional<Operator> operator : operators) {
      sum += operator.map(Operator::stateBytes).orElse(0L);
    }
    return sum;
  }

  /** How far each operator is. */
  public List<StepStatus> status() {
    List<StepStatus> all = new ArrayList<>();
    int next = 0;
    for (int i = 0; i < operators.length; i++) {
      if (operators[i].isPresent()) {
        Operator operator = operators[i].get();
        long bytes = operator.stateBytes() + allocators.get(next++).getAllocatedMemory();
        PlanNode node = stage.steps().get(i).node();
        all.add(
            new StepStatus(
                stage.id(),
                i,
                node.label(),
                Kept.by(node),
                watermarks[i],
                bytes,
                operator.spilledBytes(),
                operator.waiting()));
      }
    }
    return all;
  }

  /** Whether every entrance has ended. */
  public boolean isFinished() {
    for (int i = 0; i < operators.length; i++) {
      if (draining[i] || operators[i].isEmpty() && !finished[i][0]) {
        return false;
      }
    }
    return true;
  }

  /**
   * Whether more input would change nothing: every way out of the stage leads through a satisfied
   * operator.
   */
  public boolean satisfied() {
    for (int i = 0; i < operators.length; i++) {
      if (operators[i].isEmpty() && !leadsToSatisfied(i)) {
        return false;
      }
    }
    return true;
  }

  private boolean leadsToSatisfied(int step) {
    if (operators[step].isPresent() && operators[step].get().satisfied()) {
      return true;
    }
    if (nextEdges[step].length > 0 || nextSteps[step].length == 0) {
      return false;
    }
    for (int next : nextSteps[step]) {
      if (!leadsToSatisfied(next)) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void close() {
    for (Optional<Operator> operator : operators) {
      operator.ifPresent(Operator::close);
    }
    allocators.forEach(BufferAllocator::close);
    allocators.clear();
  }

  /** How many rows step {@code step} has given, or, for an entrance, let in. */
  public long rowsOf(int step) {
    return rows[step];
  }

  private void deliver(int step, RecordBatch batch) {
    rows[step] += batch.rowCount();
    if (batch.rowCount() == 0) {
      batch.close();
      return;
    }
    int consumers = nextSteps[step].length + nextEdges[step].length;
    if (consumers == 1) {
      give(step, 0, batch);
      return;
    }
    try (batch) {
      for (int i = 0; i < consumers; i++) {
        give(step, i, batch.share());
      }
    }
  }

  private void give(int step, int consumer, RecordBatch batch) {
    if (consumer < nextSteps[step].length) {
      int next = nextSteps[step][consumer];
      operators[next].orElseThrow().process(nextInputs[step][consumer], batch, outputs[next]);
    } else {
      host.emit(nextEdges[step][consumer - nextSteps[step].length], batch);
    }
  }

  private void advance(int step, int input, long watermark) {
    inputWatermarks[step][input] = Math.max(inputWatermarks[step][input], watermark);
    long merged = Long.MAX_VALUE;
    for (long one : inputWatermarks[step]) {
      merged = Math.min(merged, one);
    }
    if (merged <= watermarks[step]) {
      return;
    }
    watermarks[step] = merged;
    long flowing = merged;
    if (operators[step].isPresent()) {
      flowing = operators[step].get().onWatermark(merged, outputs[step]);
    }
    flow(step, flowing);
  }

  private void flow(int step, long watermark) {
    for (int i = 0; i < nextSteps[step].length; i++) {
      advance(nextSteps[step][i], nextInputs[step][i], watermark);
    }
    for (int edge : nextEdges[step]) {
      host.watermark(edge, watermark);
    }
  }

  private void finishNext(int step) {
    for (int i = 0; i < nextSteps[step].length; i++) {
      int next = nextSteps[step][i];
      int input = nextInputs[step][i];
      operators[next].orElseThrow().finish(input, outputs[next]);
      finished[next][input] = true;
      boolean all = true;
      for (boolean one : finished[next]) {
        all &= one;
      }
      draining[next] = all && isAtWork(next);
      if (all && !draining[next]) {
        end(next);
      }
    }
  }

  /** An operator has given its last row: time is at its end behind it. */
  private void end(int step) {
    flow(step, Long.MAX_VALUE);
    finishNext(step);
  }

  private boolean isAtWork(int step) {
    Operator operator = operators[step].orElseThrow();
    return operator.owes() || operator.awaits();
  }

  /** Whether rows wait in some operator for an answer from outside. */
  public boolean awaits() {
    for (Optional<Operator> operator : operators) {
      if (operator.isPresent() && operator.get().awaits()) {
        return true;
      }
    }
    return false;
  }

  /** Whether some operator should get no more rows for now. */
  public boolean isFull() {
    for (Optional<Operator> operator : operators) {
      if (operator.isPresent() && operator.get().isFull()) {
        return true;
      }
    }
    return false;
  }

  /** Whether some operator has put input off. */
  public boolean owes() {
    for (Optional<Operator> operator : operators) {
      if (operator.isPresent() && operator.get().owes()) {
        return true;
      }
    }
    return false;
  }

  /** Last in a tick: event time and ends of input flow on that waited for what was put off. */
  public void release() {
    for (int i = 0; i < operators.length; i++) {
      if (operators[i].isPresent()) {
        OptionalLong released = operators[i].get().releasedWatermark();
        if (released.isPresent()) {
          flow(i, released.getAsLong());
        }
        if (draining[i] && !isAtWork(i)) {
          draining[i] = false;
          end(i);
        }
      }
    }
  }

  /** Whether input has ended that can still be worked on, without waiting for anybody. */
  public boolean isDraining() {
    for (int i = 0; i < draining.length; i++) {
      if (draining[i] && operators[i].orElseThrow().owes()) {
        return true;
      }
    }
    return false;
  }

  /** How much of {@link #stateBytes} could be put on disk. */
  public long spillableBytes() {
    long sum = 0;
    for (Optional<Operator> operator : operators) {
      sum += operator.map(Operator::spillableBytes).orElse(0L);
    }
    return sum;
  }

  /** Bytes of state on disk. */
  public long spilledBytes() {
    long sum = 0;
    for (Optional<Operator> operator : operators) {
      sum += operator.map(Operator::spilledBytes).orElse(0L);
    }
    return sum;
  }

  /** Puts state on disk so that about the share {@code kept} of it stays in memory. */
  public void spill(double kept) {
    for (int i = 0; i < operators.length; i++) {
      if (operators[i].isPresent()) {
        operators[i].get().spill(kept, outputs[i]);
      }
    }
  }

  /** What step {@code step}'s operator sees of the host. */
  private final class StepContext implements OperatorContext {
    private final int step;
    private final BufferAllocator allocator;
    private final Optional<SideOutput> side;

    StepContext(int step, BufferAllocator allocator, Optional<SideOutput> side) {
      this.step = step;
      this.allocator = allocator;
      this.side = side;
    }

    @Override
    public BufferAllocator allocator() {
      return allocator;
    }

    @Override
    public int batchRows() {
      return host.batchRows();
    }

    @Override
    public dev.sluice.function.EvalContext evalContext() {
      return host.evalContext();
    }

    @Override
    public void count(String metric, long delta) {
      host.count(step, metric, delta);
    }

    @Override
    public void emitSide(RecordBatch batch) {
      if (side.isPresent()) {
        host.emitSide(side.get(), batch);
      } else {
        batch.close();
      }
    }

    @Override
    public Optional<SpillStore> disk() {
      return host.spillStore(step);
    }

    @Override
    public boolean owns(int keyGroup) {
      return host.owns(keyGroup);
    }

    @Override
    public Lookup lookup(LookupJoinNode node) {
      return host.lookup(node);
    }
  }
}
