package dev.sluice.engine.source;

import dev.sluice.batch.RecordBatch;
import dev.sluice.connector.Offset;
import dev.sluice.connector.ReaderContext;
import dev.sluice.connector.Split;
import dev.sluice.connector.SplitSource;
import dev.sluice.connector.SplitSource.Position;
import dev.sluice.engine.checkpoint.Manifest;
import dev.sluice.engine.host.ByteGate;
import dev.sluice.engine.host.Host;
import dev.sluice.engine.status.JobStatus;
import dev.sluice.expr.BatchProgram;
import dev.sluice.expr.ExprCompiler;
import dev.sluice.function.EvalContext;
import dev.sluice.plan.PlanNode;
import dev.sluice.plan.WatermarkSpec;
import dev.sluice.type.Schema;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.memory.BufferAllocator;

/**
 * One source of a job: its groups of splits, the pumps that read them ahead, and its watermark.
 * Used by the job's thread.
 *
 * <p>Where there is event time, the next batch comes from the group that is furthest behind, so
 * that what waits for the watermark stays small; otherwise the active groups take turns. A bounded
 * source keeps to that order whatever the timing of the pumps: the same files give the same ticks.
 * An unbounded one gives what has arrived.
 */
public final class SourceFeed implements AutoCloseable {
  /**
   * How long a tick waits for the next batch in turn of a bounded source before it goes on without
   * it.
   */
  private static final long TURN_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /**
   * Groups of a source with event time that are read side by side, if there is memory: those not
   * begun hold the watermark back.
   */
  private static final int SIDE_BY_SIDE = 8;

  private static final Comparator<SplitGroup> BY_WATERMARK =
      Comparator.comparingLong(SplitGroup::watermark);

  /** How long readers have to end by themselves. */
  private static final long CLOSE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final PlanNode.Scan scan;
  private final SplitSource source;
  private final FeedSettings settings;
  private final BufferAllocator allocator;
  private final ReaderContext readerContext;
  private final Runnable signal;
  private final Host host;
  private final boolean everySplitAtOnce;
  private final boolean byTime;
  private final int mostActive;
  private final Map<String, SplitGroup> groups = new LinkedHashMap<>();
  private final Deque<SplitGroup> pending = new ArrayDeque<>();
  private final List<SplitGroup> active = new ArrayList<>();
  private final Map<String, Offset> known = new LinkedHashMap<>();
  private final List<SplitGroup> order = new ArrayList<>();
  private int turn;
  private int finishedGroupSplits;
  private long nextDiscoveryNanos;
  private boolean held;
  private boolean endedEarly;
  private boolean allIdle;
  private long lastWatermark = Long.MIN_VALUE;

  /**
   * How a feed works.
   *
   * @param parallelism readers at work at once on splits that end, where enough have room
   * @param mostReaders readers of splits that end for whose buffers there is memory; fewer than
   *     there are tasks count as as many
   * @param batchRows the most rows of a batch
   * @param horizonMicros widest window plus lateness over this source's event time; negative if
   *     some state that depends on it is never settled, so that no position is ever safe
   * @param windowed whether any window depends on this source
   * @param ahead bounds what all readers of the job have read ahead
   * @param context zone and start time
   * @param host gives the reader threads
   */
  public record FeedSettings(
      int parallelism,
      int mostReaders,
      int batchRows,
      long horizonMicros,
      boolean windowed,
      EvalContext context,
      ByteGate ahead,
      Host host) {}

  /** Does not read yet; takes ownership of {@code source}. */
  public SourceFeed(
      PlanNode.Scan scan,
      SplitSource source,
      FeedSettings settings,
      BufferAllocator allocator,
      ReaderContext readerContext,
      Runnable signal) {
    this.scan = scan;
    this.source = source;
    this.settings = settings;
    this.allocator = allocator;
    this.readerContext = readerContext;
    this.signal = signal;
    everySplitAtOnce = !source.splitsEnd();
    byTime = scan.watermark().isPresent();
    mostActive =
        everySplitAtOnce
            ? Integer.MAX_VALUE
            : byTime
                ? Math.max(settings.parallelism(), Math.min(SIDE_BY_SIDE, settings.mostReaders()))
                : settings.parallelism();
    host = settings.host();
  }

  /** Lists the splits, or takes them up where a checkpoint left them, and starts reading. */
  public void start(long nowNanos, Optional<Manifest.SourceState> from) {
    from.ifPresent(state -> resume(state, nowNanos));
    if (from.isPresent() && (source.bounded() || endedEarly)) {
      // what there was to read is known
      nextDiscoveryNanos = Long.MAX_VALUE;
      activate();
    } else {
      discover(nowNanos);
    }
  }

  private void resume(Manifest.SourceState state, long nowNanos) {
    lastWatermark = state.watermarkMicros();
    endedEarly = state.finished();
    for (Manifest.GroupState saved : state.groups()) {
      SplitGroup group = group(saved.name(), saved.watermarkMicros(), nowNanos);
      group.resume(saved);
      saved.splits().forEach(split -> known.put(split.id(), new Offset(split.offset())));
      finishedGroupSplits += group.finishedSplits();
      if (!group.isExhausted() && !endedEarly) {
        pending.add(group);
      }
    }
  }

  private SplitGroup group(String name, long watermark, long nowNanos) {
    SplitGroup group = new SplitGroup(name, nowNanos);
    if (scan.watermark().isPresent()) {
      group.assigner(
          new WatermarkAssigner(
              scan,
              watermark,
              allocator,
              settings.context(),
              new SkewedRows(scan, name, readerContext)));
    }
    groups.put(name, group);
    return group;
  }

  /** How far the rows given out so far go. Between two ticks. */
  public Manifest.SourceState snapshot(String id) {
    Set<SplitGroup> saved = new LinkedHashSet<>(inOrder());
    saved.addAll(pending);
    saved.addAll(groups.values());
    return new Manifest.SourceState(
        id, lastWatermark, isFinished(), saved.stream().map(SplitGroup::snapshot).toList());
  }

  private void discover(long nowNanos) {
    for (Split split : source.discover(Map.copyOf(known))) {
      known.put(split.id(), split.start());
      SplitGroup group = groups.get(split.group());
      if (group == null) {
        group = group(split.group(), split.watermarkMicros(), nowNanos);
        pending.add(group);
      } else if (group.isExhausted() && !active.contains(group) && !pending.contains(group)) {
        pending.add(group);
      }
      group.add(split);
    }
    nextDiscoveryNanos =
        source.discoveryInterval().map(every -> nowNanos + every.toNanos()).orElse(Long.MAX_VALUE);
    activate();
  }

  /** Reads nothing until {@link #release}; before it is started. */
  public void hold() {
    held = true;
  }

  /** Reads from now on. */
  public void release() {
    if (held) {
      held = false;
      activate();
    }
  }

  private void activate() {
    if (held) {
      return;
    }
    while (!pending.isEmpty() && active.size() < mostActive) {
      active.add(pending.poll());
    }
    readAhead();
  }

  /** Keeps the readers of the active groups at work, with a split each in reserve. */
  private void readAhead() {
    for (SplitGroup group : active) {
      int wanted = everySplitAtOnce ? Integer.MAX_VALUE : readersOfGroup() + 1;
      while (group.pumps().size() < wanted && group.hasWaiting()) {
        Split split = group.nextWaiting().orElseThrow();
        group.read(
            new SplitPump(
                split,
                context -> source.reader(split, context),
                readerContext,
                this::program,
                allocator,
                settings.batchRows(),
                settings.ahead(),
                signal),
            () -> host.crew("reader-" + scan.table().name(), readersOfGroup()));
      }
    }
  }

  /**
   * Threads for the splits of one group. Batches read ahead are dear in caches, so there are no
   * more threads in all than tasks, except where more groups than tasks are read side by side: all
   * but one of those may be ahead, and wait. That one gets a second thread if there is memory.
   */
  private int readersOfGroup() {
    if (everySplitAtOnce) {
      // as many as there are splits
      return 0;
    }
    int sideBySide = Math.min(mostActive, groups.size());
    if (sideBySide <= settings.parallelism()) {
      return settings.parallelism() / sideBySide;
    }
    return settings.parallelism() > 1 && 2 * sideBySide <= settings.mostReaders() ? 2 : 1;
  }

  /** The active groups, the one whose turn it is first. Good until the next call. */
  private List<SplitGroup> inOrder() {
    order.clear();
    order.addAll(active);
    if (byTime) {
      order.sort(BY_WATERMARK);
    } else {
      Collections.rotate(order, -turn);
    }
    return order;
  }

  private Optional<BatchProgram> program() {
    if (scan.projections().isEmpty()) {
      return Optional.empty();
    }
    Schema input = scan.table().schema().project(scan.columns());
    Schema output = new Schema(scan.schema().fields().subList(0, scan.projections().size()));
    return Optional.of(
        ExprCompiler.compile(
            input, Optional.empty(), scan.projections(), output, settings.context()));
  }

  /**
   * The batches of the next tick, in order; up to {@code most}. Does not wait for unbounded
   * sources.
   *
   * @throws RuntimeException what a reader failed with
   */
  public List<RecordBatch> take(int most, long nowNanos, long nowMicros) {
    if (nowNanos >= nextDiscoveryNanos) {
      discover(nowNanos);
    }
    List<RecordBatch> taken = new ArrayList<>();
    try {
      long deadline = host.nanoTime() + TURN_NANOS;
      int quiet = 0;
      List<SplitGroup> groupsInOrder = inOrder();
      while (taken.size() < most && quiet < groupsInOrder.size()) {
        SplitGroup group = groupsInOrder.get(quiet);
        Optional<SplitPump.Item> item = next(group, taken.isEmpty() ? deadline : Long.MAX_VALUE);
        if (item.isEmpty()) {
          quiet++;
          continue;
        }
        turn = (turn + quiet) % active.size();
        quiet = 0;
        if (!accept(group, item.get(), taken, nowMicros)) {
          turn++;
        }
        groupsInOrder = inOrder();
      }
    } catch (RuntimeException e) {
      taken.forEach(RecordBatch::close);
      throw e;
    }
    return taken;
  }

  /**
   * The next item of a group; of a bounded source waits for it, so that the rotation stays fixed.
   */
  private Optional<SplitPump.Item> next(SplitGroup group, long deadline) {
    SplitPump pump = group.pumps().peek();
    if (pump == null) {
      return Optional.empty();
    }
    Optional<SplitPump.Item> item = pump.poll();
    long end = deadline == Long.MAX_VALUE ? host.nanoTime() + TURN_NANOS : deadline;
    while (item.isEmpty()
        && source.bounded()
        && host.nanoTime() < end
        && !Thread.currentThread().isInterrupted()) {
      host.rest(TURN_NANOS / 10);
      item = pump.poll();
    }
    return item;
  }

  /** Takes an item in; false if the turn goes to the next group. */
  private boolean accept(
      SplitGroup group, SplitPump.Item item, List<RecordBatch> taken, long nowMicros) {
    SplitPump pump = group.pumps().element();
    try {
      item.rejected().forEach(readerContext::rejected);
    } catch (RuntimeException e) {
      // the rows before the bad one
      item.batch().ifPresent(RecordBatch::close);
      throw e;
    }
    if (item.failure().isPresent()) {
      throw ReadFailures.of(scan.table(), pump.split(), item.failure().get());
    }
    String split = pump.split().id();
    if (item.batch().isPresent()) {
      group.sawRows(item.batch().get().rowCount(), host.nanoTime());
      RecordBatch batch = item.batch().get();
      long maxTime = Long.MIN_VALUE;
      if (group.assigner().isPresent()) {
        batch = group.assigner().get().assign(batch, nowMicros);
        maxTime = group.assigner().get().maxTimeOfBatch();
      }
      taken.add(batch);
      group.taken(split, item.next().orElseThrow(), maxTime, settings.windowed());
    } else {
      item.next().ifPresent(next -> group.moved(split, next));
    }
    if (item.end()) {
      group.splitRead();
      finishedGroupSplits++;
      if (group.isExhausted()) {
        active.remove(group);
      }
      activate();
      return !group.isExhausted();
    }
    return item.batch().isEmpty() && source.bounded();
  }

  /** Whether nothing more will come. */
  public boolean isFinished() {
    return endedEarly || (source.bounded() && active.isEmpty() && pending.isEmpty());
  }

  /** No more rows are wanted (a LIMIT is reached): the source counts as finished. */
  public void endEarly() {
    endedEarly = true;
    groups.values().forEach(SplitGroup::requestClose);
  }

  /**
   * The least watermark over the groups that are not idle. Groups not begun hold it back; groups
   * read to their end do not. Never goes back.
   */
  public long watermark(long nowNanos) {
    if (isFinished()) {
      return Long.MAX_VALUE;
    }
    long least = Long.MAX_VALUE;
    boolean any = false;
    for (SplitGroup group : active) {
      if (!isIdle(group, nowNanos)) {
        any = true;
        least = Math.min(least, group.watermark());
      }
    }
    if (!pending.isEmpty()) {
      any = true;
      least = Long.MIN_VALUE;
    }
    boolean waits = active.isEmpty() && pending.isEmpty();
    if (waits) {
      // A source that waits for new files: time stands where the last ones left it.
      least =
          groups.values().stream().mapToLong(SplitGroup::watermark).max().orElse(Long.MIN_VALUE);
      any = false;
    }
    allIdle = !any;
    if (any || waits || lastWatermark == Long.MIN_VALUE && least != Long.MAX_VALUE) {
      lastWatermark = Math.max(lastWatermark, least);
    }
    return lastWatermark;
  }

  private boolean isIdle(SplitGroup group, long nowNanos) {
    return !source.bounded()
        && scan.watermark().isPresent()
        && group.isIdle(nowNanos, scan.watermark().get().idleMicros());
  }

  /** Whether every group is idle, so that this source must not hold back others. */
  public boolean isIdle() {
    return allIdle;
  }

  /** The split that holds the watermark back; empty text if none does. */
  public String heldBackBy(long nowNanos) {
    if (scan.watermark().isEmpty() || isFinished()) {
      return "";
    }
    if (!pending.isEmpty()) {
      return pending.peek().name() + " (not begun)";
    }
    return active.stream()
        .filter(group -> !isIdle(group, nowNanos))
        .min(Comparator.comparingLong(SplitGroup::watermark))
        .map(SplitGroup::name)
        .orElse("");
  }

  /** Where it stands. By the thread that owns the feed. */
  public JobStatus.Source status(long nowNanos, long watermark) {
    List<JobStatus.Split> splits = new ArrayList<>();
    for (SplitGroup group : groups.values()) {
      splits.add(group.status(phase(group, nowNanos), nowNanos));
    }
    return new JobStatus.Source(
        scan.table().name(),
        source.bounded(),
        isFinished(),
        scan.watermark().isPresent(),
        watermark,
        scan.watermark().map(WatermarkSpec::idleMicros).orElse(0L),
        skewedRows(),
        splits);
  }

  private JobStatus.Phase phase(SplitGroup group, long nowNanos) {
    if (active.contains(group)) {
      return isIdle(group, nowNanos) ? JobStatus.Phase.IDLE : JobStatus.Phase.READING;
    }
    return pending.contains(group) ? JobStatus.Phase.WAITING : JobStatus.Phase.ENDED;
  }

  /** Where a later run may start; empty if no position is safe. */
  public Map<String, Position> safePositions() {
    Map<String, Position> safe = new LinkedHashMap<>();
    if (settings.horizonMicros() >= 0) {
      groups
          .values()
          .forEach(g -> safe.putAll(g.safePositions(lastWatermark, settings.horizonMicros())));
    }
    return safe;
  }

  /** Tells the source that sinks have committed up to these positions; what it has to say. */
  public Optional<String> committed(Map<String, Position> positions) {
    return positions.isEmpty() ? Optional.empty() : source.committed(positions);
  }

  public PlanNode.Scan scan() {
    return scan;
  }

  public int splits() {
    return known.size();
  }

  public int finishedSplits() {
    return finishedGroupSplits;
  }

  /** Rows rejected for a time stamp from the future. */
  public long skewedRows() {
    return groups.values().stream()
        .flatMap(g -> g.assigner().stream())
        .mapToLong(WatermarkAssigner::skewedRows)
        .sum();
  }

  @Override
  public void close() {
    groups.values().forEach(SplitGroup::requestClose);
    long patience = host.nanoTime() + CLOSE_NANOS;
    boolean interrupted = false;
    boolean done = false;
    while (!done) {
      try {
        done = true;
        for (SplitGroup group : groups.values()) {
          done &= group.awaitReaders(20);
        }
        // Clients end cleanly if they are let; only a reader that does not notice is interrupted.
        if (!done && host.nanoTime() > patience) {
          groups.values().forEach(SplitGroup::interruptReaders);
        }
      } catch (InterruptedException e) {
        interrupted = true;
        done = false;
      }
    }
    groups.values().forEach(SplitGroup::close);
    source.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
