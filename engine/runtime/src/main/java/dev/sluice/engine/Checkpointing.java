package dev.sluice.engine;

import dev.sluice.connector.FaultPoint;
import dev.sluice.engine.checkpoint.CheckpointDraft;
import dev.sluice.engine.checkpoint.Checkpoints;
import dev.sluice.engine.checkpoint.LocalStorage;
import dev.sluice.engine.checkpoint.Manifest;
import dev.sluice.engine.checkpoint.Savepoints;
import dev.sluice.engine.checkpoint.Spool;
import dev.sluice.engine.checkpoint.StatePlan;
import dev.sluice.engine.checkpoint.StoredCheckpoint;
import dev.sluice.engine.host.Host;
import dev.sluice.engine.host.Workers;
import dev.sluice.engine.sink.SinkFeed;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.StageGraph;
import dev.sluice.plan.TableRef;
import dev.sluice.state.StateCopy;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.arrow.memory.BufferAllocator;

/**
 * The checkpoints of a job: finds the one to go on from, gives everything its state back, and makes
 * the next ones. First by the thread that builds the job, then by the job's.
 */
final class Checkpointing implements AutoCloseable {
  private final Checkpoints checkpoints;
  private final EngineOptions options;
  private final StageGraph graph;
  private final StatePlan plan;
  private final BufferAllocator allocator;
  private final Host host;
  private Optional<StoredCheckpoint> from = Optional.empty();
  private Optional<StatePlan.Match> match = Optional.empty();

  /** By operator what the last checkpoint has of it; set by the flight, read when it is over. */
  private volatile Map<String, List<Manifest.PartState>> previous = Map.of();

  Checkpointing(
      Checkpoints checkpoints,
      EngineOptions options,
      StageGraph graph,
      BufferAllocator allocator,
      Host host) {
    this.checkpoints = checkpoints;
    this.options = options;
    this.graph = graph;
    this.allocator = allocator;
    this.host = host;
    this.plan = new StatePlan(graph);
  }

  /** Where the rows of a sink wait for their commit. */
  Spool spool(TableRef table) {
    return new Spool(checkpoints.storage(), table.name(), table.schema(), allocator);
  }

  /** The checkpoint the job goes on from. */
  Optional<Manifest> from() {
    return from.map(StoredCheckpoint::manifest);
  }

  /** Whether the job had come to its end in an earlier run. */
  boolean wasComplete() {
    return from().map(Manifest::complete).orElse(false);
  }

  /** The position to read a source from. */
  Optional<Manifest.SourceState> source(StageGraph.Source source) {
    String id = plan.source(source.id());
    return from().flatMap(m -> m.sources().stream().filter(s -> s.id().equals(id)).findFirst());
  }

  /** Says what a sink is promised. */
  void tellGuarantee(TableRef sink, String guarantee) {
    checkpoints.notice("sink '" + sink.name() + "': " + guarantee);
  }

  /** Says something, unless it has been said. */
  void tellOnce(String text) {
    if (!checkpoints.notices().contains(text)) {
      checkpoints.notice(text);
    }
  }

  List<String> notices() {
    return checkpoints.notices();
  }

  /**
   * Takes the targets over, chooses the newest checkpoint that agrees with them, and finishes the
   * commits it had prepared.
   */
  void recoverSinks(Collection<SinkFeed> sinks) {
    checkpoints.notice(
        "checkpoints in "
            + checkpoints.storage().location()
            + " every "
            + interval(options.commitInterval()));
    for (SinkFeed sink : sinks) {
      checkpoints.above(sink.acquire(checkpoints.owner()));
      FaultPoint.pass("recovery.acquired");
    }
    Optional<StoredCheckpoint> candidate = checkpoints.whole(0);
    for (int i = 1; candidate.isPresent() && !isUsable(candidate.get(), sinks); i++) {
      candidate = checkpoints.whole(i);
    }
    from = candidate;
    if (from.isEmpty() && checkpoints.whole(0).isPresent()) {
      throw UserError.of(
          ErrorCode.CHECKPOINT,
          "no checkpoint in '" + checkpoints.storage().location() + "' can be used");
    }
    if (from.isEmpty()) {
      requireNothingIsIn(sinks);
    }
    from().ifPresent(manifest -> matchState(manifest, sinks));
    for (SinkFeed sink : sinks) {
      Optional<Manifest.SinkState> saved = from().flatMap(m -> saved(m, sink));
      sink.recover(saved, from().map(Manifest::epoch).orElse(0L), checkpoints.owner());
      if (wasComplete()) {
        sink.recoverEnd(from().orElseThrow().epoch());
      }
      FaultPoint.pass("recovery.sink");
    }
    from().ifPresent(this::tell);
  }

  private static String interval(Duration every) {
    long millis = every.toMillis();
    return millis % 1000 == 0 ? millis / 1000 + " s" : millis + " ms";
  }

  /** All checkpoints are damaged or deleted, but rows of theirs have been committed. */
  private void requireNothingIsIn(Collection<SinkFeed> sinks) {
    for (SinkFeed sink : sinks) {
      long epoch = sink.committedEpoch();
      if (epoch > 0 && !sink.absorbsRepeats()) {
        throw UserError.of(
                ErrorCode.CHECKPOINT,
                "sink '"
                    + sink.table().name()
                    + "' has committed checkpoint "
                    + epoch
                    + ", but no checkpoint is left to go on from")
            .withDetail("Reading from the start again would write its rows twice.")
            .withHint(
                "empty the target and use another checkpoint directory, which begins a new"
                    + " history");
      }
    }
  }

  private boolean isUsable(StoredCheckpoint candidate, Collection<SinkFeed> sinks) {
    long epoch = candidate.manifest().epoch();
    for (SinkFeed sink : sinks) {
      Optional<Manifest.SinkState> saved = saved(candidate.manifest(), sink);
      SinkFeed.Agreement agreement =
          saved
              .map(s -> sink.agreement(s, checkpoints.storage()))
              .orElse(SinkFeed.Agreement.USABLE);
      switch (agreement) {
        case ROWS_LOST -> {
          checkpoints.notice(
              "checkpoint "
                  + epoch
                  + " is not used: its rows for '"
                  + sink.table().name()
                  + "' are missing or damaged");
          return false;
        }
        case AHEAD -> throw CheckpointErrors.ahead(sink, epoch);
        case BEHIND -> throw CheckpointErrors.behind(sink, saved.orElseThrow());
        default -> {
          // agrees
        }
      }
    }
    return true;
  }

  private static Optional<Manifest.SinkState> saved(Manifest manifest, SinkFeed sink) {
    return manifest.sinks().stream().filter(s -> s.table().equals(sink.table().name())).findFirst();
  }

  private void tell(Manifest manifest) {
    checkpoints.notice(
        manifest.complete()
            ? "checkpoint "
                + manifest.epoch()
                + " is the end of this pipeline: all input was read and committed, there is"
                + " nothing to do ('sluice checkpoints delete' begins anew)"
            : "going on from checkpoint " + manifest.epoch());
  }

  private void matchState(Manifest manifest, Collection<SinkFeed> sinks) {
    StatePlan.Match found = plan.match(manifest.operators());
    match = Optional.of(found);
    List<String> lines = new ArrayList<>();
    found.lost().forEach(lost -> lines.add("lost: " + lost.head()));
    found.calls().forEach((slot, change) -> lines.addAll(change.told(slot)));
    TreeSet<String> sources = new TreeSet<>();
    graph.sources().forEach(source -> sources.add(plan.source(source.id())));
    manifest.sources().stream()
        .filter(s -> !sources.contains(s.id()))
        .forEach(s -> lines.add("lost: the position in '" + s.id() + "'"));
    Set<String> tables = new TreeSet<>();
    sinks.forEach(sink -> tables.add(sink.table().name()));
    for (Manifest.SinkState saved : manifest.sinks()) {
      boolean waiting = !saved.pending().isEmpty() || !saved.pieces().isEmpty();
      if (waiting && !manifest.complete() && !tables.contains(saved.table())) {
        lines.add("lost: rows that wait to be committed to sink '" + saved.table() + "'");
      }
      tables.remove(saved.table());
    }
    tellNewSinks(manifest, tables);
    if (!lines.isEmpty() && !options.allowStateLoss()) {
      found.found().forEach((slot, state) -> lines.add("kept: " + slot.head()));
      throw UserError.of(
              ErrorCode.STATE_LOSS,
              "the pipeline has changed, and state of checkpoint "
                  + manifest.epoch()
                  + " has no place in it")
          .withDetail(String.join("\n", lines))
          .withHint("undo the change, or accept the loss with --allow-state-loss");
    }
    lines.forEach(checkpoints::notice);
    boolean other =
        !lines.isEmpty()
            || !found.changed().isEmpty()
            || !manifest.sinks().stream()
                .map(Manifest.SinkState::table)
                .collect(java.util.stream.Collectors.toSet())
                .containsAll(sinks.stream().map(sink -> sink.table().name()).toList());
    if (other) {
      // of a pipeline that has not changed all is kept, and nothing is said
      found.found().forEach((slot, state) -> tellKept(slot, state, found));
    }
    found.changed().stream()
        .filter(slot -> !found.calls().containsKey(slot))
        .forEach(
            slot ->
                checkpoints.notice("kept: " + slot.head() + ", though what it reads has changed"));
  }

  private void tellKept(StatePlan.Slot slot, Manifest.OperatorState state, StatePlan.Match found) {
    if (found.calls().containsKey(slot)) {
      checkpoints.notice("kept: what is not lost of " + slot.head());
    } else if (!state.parts().isEmpty() && !found.changed().contains(slot)) {
      checkpoints.notice("kept: " + slot.head());
    }
  }

  private void tellNewSinks(Manifest manifest, Set<String> tables) {
    if (!tables.isEmpty() && manifest.complete()) {
      throw UserError.of(
              ErrorCode.CHECKPOINT,
              "checkpoint "
                  + manifest.epoch()
                  + " is the end of a pipeline that did not write to '"
                  + String.join("', '", tables)
                  + "'")
          .withDetail("All its input was read: there is nothing left for a further sink.")
          .withHint("give this pipeline a checkpoint directory of its own");
    }
    tables.forEach(
        table ->
            checkpoints.notice(
                "new: sink '" + table + "' begins behind checkpoint " + manifest.epoch()));
  }

  /** Gives every operator its state, and ends again what had ended. */
  void restore(List<List<TaskHost>> tasks, Map<Integer, EdgeBuffer> edges, Workers workers) {
    if (from.isPresent()) {
      StateRestore restore =
          new StateRestore(
              from.get(), match.orElseThrow(), plan, graph, options, checkpoints, allocator);
      previous = restore.state(tasks, workers);
      restore.ends(tasks, edges);
    }
  }

  long token() {
    return checkpoints.owner().token();
  }

  /** A savepoint that has been made. */
  record Savepoint(long epoch, Path place) {}

  /** Copies the newest checkpoint to a directory of its own. */
  Savepoint savepoint(Optional<String> to) {
    long epoch = checkpoints.nextEpoch() - 1;
    Path place =
        to.map(options.workingDirectory()::resolve)
            .orElseGet(
                () -> Savepoints.defaultPlace(options.checkpointDirectory().orElseThrow(), epoch));
    try {
      FaultPoint.pass("savepoint.begin");
      Savepoints.save(checkpoints.storage(), epoch, new LocalStorage(place));
      FaultPoint.pass("savepoint.saved");
    } catch (IOException e) {
      throw UserError.of(
              ErrorCode.CHECKPOINT_FAILED, "the savepoint cannot be written to '" + place + "'")
          .withDetail(String.valueOf(e.getMessage()))
          .causedBy(e);
    }
    checkpoints.notice("savepoint " + epoch + " is in " + place);
    return new Savepoint(epoch, place);
  }

  /** The failure, or what has led to it: another run has replaced this one. */
  RuntimeException toldAs(RuntimeException failure) {
    try {
      boolean known = failure instanceof UserError e && e.code() == ErrorCode.FENCED;
      return known || !checkpoints.isReplaced()
          ? failure
          : checkpoints.replaced().causedBy(failure);
    } catch (IOException e) {
      failure.addSuppressed(e);
      return failure;
    }
  }

  /** The epoch that the first rows belong to. */
  long firstEpoch() {
    return checkpoints.nextEpoch();
  }

  /** A checkpoint that has been begun, and what is left to copy for it. */
  record Begun(CheckpointFlight flight, StateCopying copying) {}

  /** Begins to copy the state of everything; what is left to do then is the flight's. */
  Begun begin(TickLoop.Parts parts, boolean complete, boolean last) {
    long epoch = checkpoints.nextEpoch();
    FaultPoint.pass("checkpoint.begin");
    parts.allSinks().forEach(sink -> sink.endEpoch(epoch));
    CheckpointDraft draft =
        checkpoints.begin(
            allocator,
            room(),
            (id, name) ->
                previous.getOrDefault(id, List.of()).stream()
                    .filter(part -> part.name().equals(name))
                    .findFirst());
    List<Deque<StateCopy>> copies = new ArrayList<>();
    try {
      beginCopies(draft, parts, copies);
      StateCopying copying = new StateCopying(copies, parts.workers(), host);
      return new Begun(flight(epoch, draft, parts, complete, last), copying);
    } catch (RuntimeException | Error e) {
      copies.forEach(some -> some.forEach(StateCopy::close));
      try {
        draft.close();
      } catch (IOException closing) {
        e.addSuppressed(closing);
      }
      if (e instanceof java.io.UncheckedIOException failed) {
        throw CheckpointErrors.notBegun(checkpoints.storage().location(), epoch, failed);
      }
      throw e;
    }
  }

  /** Half of the memory that is left: copies must not be what ends a run. */
  private static long room() {
    ProcessMemory memory = ProcessMemory.ofThisProcess();
    return Math.max(0, memory.limit() - memory.used()) / 2;
  }

  private CheckpointFlight flight(
      long epoch, CheckpointDraft draft, TickLoop.Parts parts, boolean complete, boolean last) {
    List<Manifest.SourceState> sources = sources(parts.sources());
    List<String> ended = ended(parts);
    long millis = host.millis();
    return new CheckpointFlight(
        epoch,
        last,
        checkpoints,
        draft,
        parts.allSinks(),
        sinks ->
            new Manifest(
                epoch,
                checkpoints.owner().id(),
                options.pipelineName(),
                millis,
                complete,
                options.parallelism(),
                sources,
                operators(draft),
                ended,
                sinks));
  }

  /** All tasks side by side: what is not copied bit by bit is work for every core. */
  private void beginCopies(
      CheckpointDraft draft, TickLoop.Parts parts, List<Deque<StateCopy>> copies) {
    List<Runnable> work = new ArrayList<>();
    for (StageGraph.Stage stage : graph.stages()) {
      List<StatePlan.Slot> slots =
          plan.slots().stream().filter(slot -> slot.stage() == stage.id()).toList();
      List<TaskHost> tasks = parts.tasks().get(stage.id());
      for (int t = 0; t < tasks.size(); t++) {
        CheckpointDraft.Capture capture = draft.capture(t, tasks.size());
        TaskHost task = tasks.get(t);
        Deque<StateCopy> left = StateCopying.none();
        copies.add(left);
        work.add(
            () ->
                slots.forEach(
                    slot ->
                        task.task()
                            .beginSnapshot(slot.step(), capture.operator(slot.id()))
                            .ifPresent(left::add)));
      }
    }
    parts.workers().run(work);
  }

  private List<Manifest.OperatorState> operators(CheckpointDraft draft) {
    Map<String, List<Manifest.PartState>> saved = new LinkedHashMap<>();
    List<Manifest.OperatorState> operators = new ArrayList<>();
    for (StatePlan.Slot slot : plan.slots()) {
      List<Manifest.PartState> ofSlot = draft.partsOf(slot.id());
      saved.put(slot.id(), ofSlot);
      operators.add(
          new Manifest.OperatorState(
              slot.node().label(),
              slot.head(),
              slot.id(),
              slot.shape(),
              slot.core(),
              slot.calls(),
              ofSlot));
    }
    previous = saved;
    return operators;
  }

  private List<Manifest.SourceState> sources(List<TickLoop.Source> sources) {
    List<Manifest.SourceState> states = new ArrayList<>();
    for (TickLoop.Source source : sources) {
      String id = plan.source(source.spec().id());
      states.add(
          source
              .feed()
              .map(feed -> feed.snapshot(id))
              .orElseGet(
                  () ->
                      new Manifest.SourceState(
                          id, Long.MIN_VALUE, source.valuesGiven(), List.of())));
    }
    return states;
  }

  private List<String> ended(TickLoop.Parts parts) {
    TreeSet<String> ended = new TreeSet<>();
    parts.edges().values().stream()
        .filter(EdgeBuffer::isFinished)
        .forEach(edge -> ended.add(plan.from(graph, edge.edge())));
    return List.copyOf(ended);
  }

  @Override
  public void close() {
    checkpoints.close();
  }
}
