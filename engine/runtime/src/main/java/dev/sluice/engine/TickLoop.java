package dev.sluice.engine;

import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.RecordBatch;
import dev.sluice.connector.FaultPoint;
import dev.sluice.engine.checkpoint.Manifest;
import dev.sluice.engine.host.Crew;
import dev.sluice.engine.host.Host;
import dev.sluice.engine.host.Workers;
import dev.sluice.engine.sink.SinkFeed;
import dev.sluice.engine.source.SourceFeed;
import dev.sluice.engine.status.JobStatus;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.function.user.UserCode;
import dev.sluice.operator.StepStatus;
import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.PlanNode;
import dev.sluice.plan.StageGraph;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.apache.arrow.memory.BufferAllocator;

/**
 * The heart of the runtime. One turn is a tick: gather what the readers have decoded, push it
 * through the stages in topological order (the tasks of a stage side by side), then move event
 * time, then hand the results to the sinks; now and then commit an epoch. Used by the job's thread
 * only, apart from {@link #wakeUp}.
 */
final class TickLoop implements AutoCloseable {
  private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  /** A source in this job: a feed with its rejected rows, or the constant rows of VALUES. */
  static final class Source {
    private final StageGraph.Source spec;
    private final Optional<SourceFeed> feed;
    private final Optional<RejectedRows> rejected;
    private final List<EdgeBuffer> edges;
    private boolean valuesGiven;
    private final java.util.concurrent.atomic.AtomicLong rows =
        new java.util.concurrent.atomic.AtomicLong();
    private volatile long watermark = Long.MIN_VALUE;
    private int turn;

    Source(
        StageGraph.Source spec,
        Optional<SourceFeed> feed,
        Optional<RejectedRows> rejected,
        List<EdgeBuffer> edges) {
      this.spec = spec;
      this.feed = feed;
      this.rejected = rejected;
      this.edges = List.copyOf(edges);
    }

    Optional<SourceFeed> feed() {
      return feed;
    }

    Optional<RejectedRows> rejected() {
      return rejected;
    }

    long rows() {
      return rows.get();
    }

    long watermark() {
      return watermark;
    }

    StageGraph.Source spec() {
      return spec;
    }

    boolean valuesGiven() {
      return valuesGiven;
    }

    private void start(Optional<Checkpointing> checkpoints, long nowNanos) {
      Optional<Manifest.SourceState> from = checkpoints.flatMap(c -> c.source(spec));
      valuesGiven = from.map(Manifest.SourceState::finished).orElse(false);
      feed.ifPresent(f -> f.start(nowNanos, from));
    }

    boolean isFinished() {
      return feed.map(SourceFeed::isFinished).orElse(valuesGiven);
    }
  }

  /** Everything a job is made of; the loop owns and closes it. */
  record Parts(
      StageGraph graph,
      EngineOptions options,
      BufferAllocator allocator,
      Workers workers,
      Host host,
      Counters counters,
      List<Source> sources,
      Map<Integer, EdgeBuffer> edges,
      List<List<TaskHost>> tasks,
      Map<Integer, SinkFeed> sinks,
      List<SinkFeed> allSinks,
      Map<dev.sluice.plan.TableRef, SinkFeed> byTable,
      Consumer<RecordBatch> results,
      UserCode.Lease userCode,
      Optional<Checkpointing> checkpoints,
      Crew checkpointer) {}

  private final Parts parts;
  private volatile Thread owner = Thread.currentThread();
  private final Epochs epochs;
  private final Backlog backlog;
  private volatile long peakState;
  private long peakSpilled;

  /** Whether input that was put off is worked on, and nothing else. */
  private boolean settling;

  /**
   * Whether an epoch has ended while rows waited for an answer, without checkpoints: sources can be
   * told of their positions only when none does, so those before such rows pause.
   */
  private boolean clearing;

  private final ReadOrder order;
  private final Map<Integer, Long> sinkRows = new LinkedHashMap<>();

  TickLoop(Parts parts) {
    this.parts = parts;
    epochs = new Epochs(parts);
    backlog = new Backlog(parts);
    order = ReadOrder.of(parts.graph());
  }

  void owner(Thread thread) {
    owner = thread;
  }

  /** Lets a waiting loop look again; any thread. */
  void wakeUp() {
    LockSupport.unpark(owner);
  }

  List<Source> sources() {
    return parts.sources();
  }

  List<SinkFeed> sinkFeeds() {
    return parts.allSinks();
  }

  /** Every task of every stage. */
  List<TaskHost> tasks() {
    return parts.tasks().stream().flatMap(List::stream).toList();
  }

  Counters counters() {
    return parts.counters();
  }

  /** How many changes were left out because they do not fit the columns of a sink. */
  long rejected(dev.sluice.plan.TableRef sink) {
    return Conservation.rejected(parts, sink);
  }

  long epoch() {
    return epochs.epoch();
  }

  void start() {
    for (Source source : parts.sources()) {
      if (!order.before(source.spec.id()).isEmpty()) {
        source.feed.ifPresent(SourceFeed::hold);
      }
      source.start(parts.checkpoints(), parts.host().nanoTime());
    }
  }

  /** Whether all input has ended and gone through. */
  boolean isFinished() {
    return isFinished(tasks());
  }

  /** One tick. Waits a little when there is nothing to do. */
  void turn() {
    long begun = parts.host().nanoTime();
    boolean due = epochs.isDue();
    // a checkpoint is made when nothing has been put off: until then nothing new is taken in
    settling = due && parts.checkpoints().isPresent() && backlog.owes();
    boolean moved = settling;
    if (!settling) {
      for (Source source : order.readable(parts.sources())) {
        moved |= gather(source);
      }
    }
    work();
    endSatisfiedSources();
    moved |= epochs.copySlice(parts.host().nanoTime() - begun);
    epochs.land(false);
    endEpoch(due);
    for (TaskHost host : tasks()) {
      moved |= host.task().isDraining();
    }
    if (!moved && !isFinished()) {
      parts.host().rest(IDLE_NANOS);
    }
  }

  private void endEpoch(boolean due) {
    if (!due && !clearing) {
      return;
    }
    boolean exact = parts.checkpoints().isPresent();
    boolean waits = !exact && backlog.awaits();
    if (!(due || clearing && !waits) || exact && backlog.owes()) {
      return;
    }
    epochs.commit(false, false, !backlog.owes() && !waits);
    clearing = waits;
  }

  private void work() {
    FaultPoint.pass("tick.read");
    for (StageGraph.Stage stage : parts.graph().stages()) {
      runStage(stage);
      FaultPoint.pass("tick.stage");
    }
    checkState();
    deliver();
    FaultPoint.pass("tick.delivered");
  }

  private void checkState() {
    long sum = stateBytes();
    peakState = Math.max(peakState, sum);
    long spilled = 0;
    long spillable = 0;
    for (TaskHost host : tasks()) {
      spilled += host.task().spilledBytes();
      spillable += sum > parts.options().stateMemory() ? host.task().spillableBytes() : 0;
    }
    peakSpilled = Math.max(peakSpilled, spilled);
    // what can go to disk does so in the next turn
    if (sum - spillable > parts.options().stateMemory()) {
      throw memory(
          "state has grown to "
              + mebibytes(sum)
              + ", over the "
              + mebibytes(parts.options().stateMemory())
              + " of 'state.memory'");
    }
  }

  private long stateBytes() {
    long sum = 0;
    for (TaskHost task : tasks()) {
      sum += task.stateBytes();
    }
    return sum;
  }

  /** The error that says what takes the most of a memory that is at its end. */
  UserError memory(String summary) {
    Optional<StepStatus> largest =
        tasks().stream()
            .flatMap(host -> host.task().status().stream())
            .max(java.util.Comparator.comparingLong(StepStatus::stateBytes));
    String kept =
        largest
            .map(
                step ->
                    "The most is kept by "
                        + step.label()
                        + ": "
                        + mebibytes(step.stateBytes())
                        + " in one of its tasks, "
                        + step.keeps()
                        + ".")
            .orElse("No operator keeps state.");
    return UserError.of(ErrorCode.MEMORY, summary)
        .withDetail(kept)
        .withHint(
            "give the process more (SLUICE_MEMORY=4g) or 'state.memory' a greater share of it, or"
                + " keep less: shorter windows, fewer keys, 'state.ttl'");
  }

  /** What is taken of the memory there is. */
  JobStatus.Memory memory() {
    ProcessMemory process = ProcessMemory.ofThisProcess();
    Runtime heap = Runtime.getRuntime();
    return new JobStatus.Memory(
        stateBytes(),
        parts.options().stateMemory(),
        tasks().stream().mapToLong(host -> host.task().spilledBytes()).sum(),
        peakSpilled,
        process.used(),
        process.peak(),
        process.limit(),
        heap.totalMemory() - heap.freeMemory(),
        heap.maxMemory());
  }

  static String mebibytes(long bytes) {
    return String.format(java.util.Locale.ROOT, "%.1f MiB", bytes / 1048576.0);
  }

  /** The most state there was at once, in bytes; any thread. */
  long peakState() {
    return peakState;
  }

  private boolean gather(Source source) {
    boolean wanted = false;
    boolean full = false;
    for (EdgeBuffer edge : source.edges) {
      wanted |= !edge.isFinished();
      full |= backlog.holdsUp(edge.edge().to().stage(), clearing);
    }
    if (!wanted || full) {
      return false;
    }
    List<RecordBatch> batches = source.feed.isPresent() ? fetch(source.feed.get()) : values(source);
    send(source, batches);
    source.rejected.ifPresent(RejectedRows::flush);
    if (!batches.isEmpty()) {
      epochs.moved();
    }
    long watermark =
        source.feed.map(f -> f.watermark(parts.host().nanoTime())).orElse(Long.MAX_VALUE);
    source.watermark = watermark;
    boolean finished = source.isFinished();
    for (EdgeBuffer edge : source.edges) {
      for (int sender = 0; sender < edge.senders(); sender++) {
        edge.watermark(sender, finished ? Long.MAX_VALUE : watermark);
      }
      if (finished) {
        edge.finish();
      }
    }
    return !batches.isEmpty() || finished;
  }

  /**
   * Spreads batches over the tasks that want them. Those of different senders go side by side: the
   * hashing is half of what this thread would do otherwise.
   */
  private void send(Source source, List<RecordBatch> batches) {
    int senders = source.edges.get(0).senders();
    List<List<RecordBatch>> bySender = new ArrayList<>();
    for (int i = 0; i < senders; i++) {
      bySender.add(new ArrayList<>());
    }
    if (source.spec.leaf().traits().changelog() != ChangelogMode.INSERT_ONLY) {
      // tasks hand on in their order: so the changes of a row stay in theirs
      source.turn = 0;
    }
    for (RecordBatch batch : batches) {
      source.rows.addAndGet(batch.rowCount());
      bySender.get(source.turn++ % senders).add(batch);
    }
    List<Runnable> work = new ArrayList<>();
    for (int i = 0; i < senders; i++) {
      int sender = i;
      if (!bySender.get(i).isEmpty()) {
        work.add(() -> giveAll(bySender.get(sender), batch -> send(source, sender, batch)));
      }
    }
    parts.workers().run(work);
  }

  private static void send(Source source, int sender, RecordBatch batch) {
    try (batch) {
      for (EdgeBuffer edge : source.edges) {
        edge.emit(sender, batch.share());
      }
    }
  }

  /** Gives every batch away; if one is not taken, those behind it are closed. */
  private static void giveAll(List<RecordBatch> batches, Consumer<RecordBatch> to) {
    int next = 0;
    try {
      while (next < batches.size()) {
        to.accept(batches.get(next++));
      }
    } finally {
      while (next < batches.size()) {
        batches.get(next++).close();
      }
    }
  }

  private List<RecordBatch> fetch(SourceFeed feed) {
    long nowMicros = TimeUnit.MILLISECONDS.toMicros(parts.host().millis());
    return feed.take(parts.options().parallelism(), parts.host().nanoTime(), nowMicros);
  }

  private List<RecordBatch> values(Source source) {
    if (source.valuesGiven) {
      return List.of();
    }
    source.valuesGiven = true;
    PlanNode.Values values = (PlanNode.Values) source.spec.leaf();
    if (values.rows().isEmpty()) {
      return List.of();
    }
    return List.of(BatchBuilder.ofLiterals(values.schema(), values.rows(), parts.allocator()));
  }

  private void runStage(StageGraph.Stage stage) {
    List<TaskHost> tasks = parts.tasks().get(stage.id());
    if (isFinished(tasks)) {
      return;
    }
    List<EdgeBuffer> inputs = new ArrayList<>();
    for (StageGraph.Edge edge : parts.graph().edgesIn(stage.id())) {
      inputs.add(parts.edges().get(edge.id()));
    }
    List<Runnable> work = new ArrayList<>();
    for (int t = 0; t < tasks.size(); t++) {
      int index = t;
      work.add(() -> runTask(tasks.get(index), index, inputs));
    }
    parts.workers().run(work);
    if (isFinished(tasks)) {
      parts.edges().values().stream()
          .filter(e -> !e.edge().fromSource() && e.edge().from().stage() == stage.id())
          .forEach(EdgeBuffer::finish);
    }
  }

  private static boolean isFinished(List<TaskHost> tasks) {
    for (TaskHost host : tasks) {
      if (!host.task().isFinished()) {
        return false;
      }
    }
    return true;
  }

  private void runTask(TaskHost host, int index, List<EdgeBuffer> inputs) {
    host.task().processingTime(TimeUnit.MILLISECONDS.toMicros(parts.host().millis()));
    for (EdgeBuffer edge : inputs) {
      int step = edge.edge().to().step();
      giveAll(edge.take(index), batch -> host.task().process(step, batch));
    }
    host.task().endOfTick(settling);
    host.measure();
    host.relieve();
    for (EdgeBuffer edge : inputs) {
      host.task().watermark(edge.edge().to().step(), edge.watermark());
    }
    host.task().ownWatermarks();
    for (EdgeBuffer edge : inputs) {
      if (edge.isFinished()) {
        host.task().finish(edge.edge().to().step());
      }
    }
    host.task().release();
  }

  /**
   * Hands the rows of the tick to the sinks, task after task, so that their order is always the
   * same.
   */
  private void deliver() {
    for (List<TaskHost> tasks : parts.tasks()) {
      for (TaskHost task : tasks) {
        Optional<TaskHost.Side> side = task.takeSide();
        while (side.isPresent()) {
          parts.byTable().get(side.get().output().sink()).write(0, side.get().batch());
          side = task.takeSide();
        }
      }
    }
    for (EdgeBuffer edge : parts.edges().values()) {
      if (edge.edge().to().isSink()) {
        deliver(edge);
      }
    }
    parts.allSinks().forEach(SinkFeed::endOfTick);
    parts.allSinks().forEach(SinkFeed::check);
  }

  private void deliver(EdgeBuffer edge) {
    Optional<SinkFeed> sink = Optional.ofNullable(parts.sinks().get(edge.edge().to().sink()));
    for (int sender = 0; sender < edge.senders(); sender++) {
      int writer = sender;
      giveAll(
          edge.takeFrom(sender),
          batch -> {
            sinkRows.merge(edge.edge().id(), (long) batch.rowCount(), Long::sum);
            if (sink.isPresent()) {
              sink.get().write(writer, batch);
            } else {
              parts.results().accept(batch);
            }
          });
    }
    sink.ifPresent(feed -> feed.watermark(edge, edge.watermark()));
  }

  /** Stops reading sources whose rows nobody wants any more. */
  private void endSatisfiedSources() {
    for (Source source : parts.sources()) {
      boolean wanted = false;
      for (EdgeBuffer edge : source.edges) {
        wanted |= !isSatisfied(edge.edge().to().stage());
      }
      if (!wanted) {
        source.feed.filter(feed -> !feed.isFinished()).ifPresent(SourceFeed::endEarly);
      }
    }
  }

  private boolean isSatisfied(int stage) {
    boolean satisfied = true;
    for (TaskHost host : parts.tasks().get(stage)) {
      satisfied &= host.task().satisfied();
    }
    if (satisfied) {
      return true;
    }
    int out = 0;
    for (StageGraph.Edge edge : parts.graph().edges()) {
      if (!edge.fromSource() && edge.from().stage() == stage) {
        out++;
        if (edge.to().isSink() || !isSatisfied(edge.to().stage())) {
          return false;
        }
      }
    }
    return out > 0;
  }

  /** Where the rows that were read have gone. Between two ticks. */
  List<RunReport.Flow> flows() {
    return Conservation.of(parts, sinkRows);
  }

  /** The epochs of this job. */
  Epochs epochs() {
    return epochs;
  }

  /** The commit that ends the run. */
  void lastCommit() {
    if (!parts.checkpoints().map(Checkpointing::wasComplete).orElse(false)) {
      settle();
      epochs.commit(true, isFinished(), true);
    }
  }

  /** Works off what was put off: a checkpoint has no place for it. */
  private void settle() {
    settling = parts.checkpoints().isPresent();
    while (settling && backlog.owes()) {
      work();
    }
    while (parts.checkpoints().isEmpty() && backlog.awaits()) {
      work();
      parts.host().rest(IDLE_NANOS);
    }
  }

  /** What the user should know before the run. */
  List<String> notices() {
    return parts.checkpoints().map(Checkpointing::notices).orElse(List.of());
  }

  @Override
  public void close() {
    List<AutoCloseable> all = new ArrayList<>();
    parts.sources().forEach(source -> source.feed.ifPresent(all::add));
    all.add(parts.workers());
    // before what it writes to is closed
    all.add(epochs);
    // what waits in sinks and on edges lies in memory of the tasks
    all.addAll(parts.allSinks());
    all.addAll(parts.edges().values());
    // what an operator holds lies in memory of the tasks before it
    for (int stage = parts.tasks().size() - 1; stage >= 0; stage--) {
      all.addAll(parts.tasks().get(stage));
    }
    parts.checkpoints().ifPresent(all::add);
    all.add(parts.allocator());
    all.add(parts.userCode());
    Closing.all(all);
  }
}
