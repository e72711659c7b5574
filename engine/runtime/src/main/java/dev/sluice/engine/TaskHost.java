package dev.sluice.engine;

import dev.sluice.batch.RecordBatch;
import dev.sluice.engine.host.Host;
import dev.sluice.function.EvalContext;
import dev.sluice.operator.Lookup;
import dev.sluice.operator.SpillStore;
import dev.sluice.operator.StageHost;
import dev.sluice.operator.StageTask;
import dev.sluice.plan.LookupJoinNode;
import dev.sluice.plan.SideOutput;
import dev.sluice.plan.StageGraph;
import dev.sluice.state.KeyGroups;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.apache.arrow.memory.BufferAllocator;

/**
 * One task of a stage in this process: gives the stage memory and takes its rows. Used by one
 * worker at a time; the job's thread touches it between runs.
 */
final class TaskHost implements StageHost, AutoCloseable {
  private static final long MEASURE_NANOS = 50_000_000;

  /** So many times state is counted at every turn, that short runs have a number. */
  private static final int OFTEN = 20;

  private final StageGraph.Stage stage;
  private final int index;
  private final int width;
  private final BufferAllocator allocator;
  private final int batchRows;
  private final EvalContext context;
  private final Counters counters;
  private final Host host;
  private final Map<Integer, EdgeBuffer> out;
  private final Deque<Side> sides = new ArrayDeque<>();
  private final Function<LookupJoinNode, Lookup> lookups;
  private final StageTask task;

  /** Rows an operator set aside in this tick. */
  record Side(SideOutput output, RecordBatch batch) {}

  /**
   * @param edges buffers of every edge that leaves the stage, by edge id
   */
  private long stateBytes;

  private long measuredAt;
  private int measurements;
  private final StateMemory memory;

  TaskHost(
      StageGraph graph,
      StageGraph.Stage stage,
      int index,
      int width,
      BufferAllocator allocator,
      EngineOptions options,
      EvalContext context,
      Counters counters,
      Host host,
      StateMemory memory,
      Map<Integer, EdgeBuffer> edges,
      Function<LookupJoinNode, Lookup> lookups) {
    this.stage = stage;
    this.index = index;
    this.width = width;
    this.allocator = allocator;
    this.batchRows = options.batchRows();
    this.context = context;
    this.counters = counters;
    this.host = host;
    this.memory = memory;
    this.out = new TreeMap<>(edges);
    this.lookups = lookups;
    task = new StageTask(graph, stage, this);
  }

  StageTask task() {
    return task;
  }

  /** Counts the state anew, unless it was counted a moment ago. */
  void measure() {
    long now = host.nanoTime();
    if (measurements++ > OFTEN && now - measuredAt < MEASURE_NANOS) {
      return;
    }
    count(now);
  }

  private void count(long now) {
    measuredAt = now;
    long before = stateBytes;
    stateBytes = task.stateBytes();
    memory.add(stateBytes - before);
  }

  /** Puts state on disk if there is more than there may be, of all tasks together. */
  void relieve() {
    if (memory.isShort(stateBytes) && task.spillableBytes() > 0) {
      task.spill(memory.kept());
      count(host.nanoTime());
    }
  }

  /** Bytes of state when counted last. */
  long stateBytes() {
    return stateBytes;
  }

  /** Takes the next rows set aside in this tick; the caller owns them. */
  Optional<Side> takeSide() {
    return Optional.ofNullable(sides.poll());
  }

  @Override
  public BufferAllocator allocator(String name) {
    return allocator.newChildAllocator(name + "#" + index, 0, Long.MAX_VALUE);
  }

  @Override
  public int batchRows() {
    return batchRows;
  }

  @Override
  public EvalContext evalContext() {
    return context;
  }

  @Override
  public void count(int step, String metric, long delta) {
    counters.add(metric, delta);
    counters.add(stage.id() + "." + step + "." + metric, delta);
  }

  @Override
  public void emit(int edge, RecordBatch batch) {
    out.get(edge).emit(index, batch);
  }

  @Override
  public void watermark(int edge, long watermark) {
    out.get(edge).watermark(index, watermark);
  }

  @Override
  public void emitSide(SideOutput side, RecordBatch batch) {
    sides.add(new Side(side, batch));
  }

  @Override
  public Optional<SpillStore> spillStore(int step) {
    return Optional.of(memory.store());
  }

  @Override
  public boolean owns(int keyGroup) {
    return KeyGroups.task(keyGroup, width) == index;
  }

  @Override
  public Lookup lookup(LookupJoinNode node) {
    return lookups.apply(node);
  }

  @Override
  public void close() {
    sides.forEach(side -> side.batch().close());
    sides.clear();
    task.close();
  }
}
