package dev.sluice.engine;

import dev.sluice.connector.FaultPoint;
import dev.sluice.engine.checkpoint.CallChange;
import dev.sluice.engine.checkpoint.Checkpoints;
import dev.sluice.engine.checkpoint.LayoutChange;
import dev.sluice.engine.checkpoint.Manifest;
import dev.sluice.engine.checkpoint.StatePlan;
import dev.sluice.engine.checkpoint.StoredCheckpoint;
import dev.sluice.engine.host.Workers;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.PlanJson;
import dev.sluice.plan.StageGraph;
import dev.sluice.state.StateReader;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.arrow.memory.BufferAllocator;

/**
 * Gives the operators of a plan the state that a checkpoint has for them, all tasks side by side;
 * in other layouts where that loses nothing. The thread that builds the job.
 */
final class StateRestore {
  private final StoredCheckpoint from;
  private final StatePlan.Match match;
  private final StatePlan plan;
  private final StageGraph graph;
  private final EngineOptions options;
  private final Checkpoints checkpoints;
  private final BufferAllocator allocator;

  /** Parts that are read in another layout than they were saved in. */
  private final Map<Manifest.PartState, LayoutChange> migrated = new IdentityHashMap<>();

  StateRestore(
      StoredCheckpoint from,
      StatePlan.Match match,
      StatePlan plan,
      StageGraph graph,
      EngineOptions options,
      Checkpoints checkpoints,
      BufferAllocator allocator) {
    this.from = from;
    this.match = match;
    this.plan = plan;
    this.graph = graph;
    this.options = options;
    this.checkpoints = checkpoints;
    this.allocator = allocator;
  }

  /**
   * Gives every operator its state.
   *
   * @return by operator what it was given
   */
  Map<String, List<Manifest.PartState>> state(List<List<TaskHost>> tasks, Workers workers) {
    Map<String, List<Manifest.PartState>> read = new LinkedHashMap<>();
    List<Runnable> work = new ArrayList<>();
    Map<StatePlan.Slot, Manifest.OperatorState> found = match.found();
    for (StageGraph.Stage stage : graph.stages()) {
      Map<Integer, Manifest.OperatorState> ofStep = new LinkedHashMap<>();
      found.forEach(
          (slot, state) -> {
            if (slot.stage() == stage.id()) {
              ofStep.put(slot.step(), state);
            }
          });
      List<TaskHost> hosts = tasks.get(stage.id());
      matchLayouts(stage.id(), hosts.get(0), ofStep);
      tellNew(hosts.get(0), stage.id(), ofStep);
      for (StatePlan.Slot slot : plan.slots()) {
        if (slot.stage() == stage.id() && ofStep.containsKey(slot.step())) {
          read.put(slot.id(), ofStep.get(slot.step()).parts());
        }
      }
      for (int t = 0; t < hosts.size(); t++) {
        int task = t;
        work.add(
            () -> hosts.get(task).task().restore(step -> reader(ofStep, step, task, hosts.size())));
      }
      FaultPoint.pass("recovery.state");
    }
    workers.run(work);
    return read;
  }

  /** Ends again what had ended. */
  void ends(List<List<TaskHost>> tasks, Map<Integer, EdgeBuffer> edges) {
    Set<Integer> changed = new TreeSet<>();
    for (StatePlan.Slot slot : plan.slots()) {
      if (!match.found().containsKey(slot) || match.changed().contains(slot)) {
        changed.add(slot.stage());
      }
    }
    for (EdgeBuffer edge : edges.values()) {
      if (from.manifest().ended().contains(plan.from(graph, edge.edge()))) {
        edge.resumeFinished();
        if (!edge.edge().to().isSink() && !changed.contains(edge.edge().to().stage())) {
          tasks
              .get(edge.edge().to().stage())
              .forEach(host -> host.task().resumeFinished(edge.edge().to().step()));
        }
      }
    }
  }

  private StateReader reader(
      Map<Integer, Manifest.OperatorState> ofStep, int step, int task, int width) {
    Manifest.OperatorState none =
        new Manifest.OperatorState("", "", "", "", "", List.of(), List.of());
    return from.reader(ofStep.getOrDefault(step, none), migrated, task, width, allocator);
  }

  /** What keeps state and was not there: it knows nothing of the rows before. */
  private void tellNew(TaskHost host, int stage, Map<Integer, Manifest.OperatorState> ofStep) {
    for (StatePlan.Slot slot : plan.slots()) {
      if (slot.stage() == stage && !ofStep.containsKey(slot.step())) {
        boolean[] keeps = {false};
        host.task()
            .snapshot(
                slot.step(),
                (name, version, layout) -> {
                  keeps[0] = true;
                  return (group, rows) -> rows.close();
                });
        if (keeps[0]) {
          checkpoints.notice(
              "new: " + slot.head() + " begins behind checkpoint " + from.manifest().epoch());
        }
      }
    }
  }

  /** State whose columns are others now is read as them where that loses nothing. */
  private void matchLayouts(int stage, TaskHost host, Map<Integer, Manifest.OperatorState> ofStep) {
    for (StatePlan.Slot slot : plan.slots()) {
      if (slot.stage() == stage && ofStep.containsKey(slot.step())) {
        Manifest.OperatorState state = ofStep.get(slot.step());
        host.task()
            .snapshot(
                slot.step(),
                (name, version, layout) -> {
                  if (!matchLayout(slot, state, name, version, layout)) {
                    ofStep.remove(slot.step());
                  }
                  return (group, rows) -> rows.close();
                });
        if (!ofStep.containsKey(slot.step())) {
          dropOtherLayout(state);
        }
      }
    }
  }

  private boolean matchLayout(
      StatePlan.Slot slot, Manifest.OperatorState state, String name, int version, Schema layout) {
    Optional<Manifest.PartState> part =
        state.parts().stream().filter(saved -> saved.name().equals(name)).findFirst();
    if (part.isEmpty()) {
      return true;
    }
    if (match.calls().containsKey(slot)) {
      return matchCalls(match.calls().get(slot), part.get(), version, layout);
    }
    boolean growing =
        slot.node().inputs().stream()
            .allMatch(input -> input.traits().changelog() == ChangelogMode.INSERT_ONLY);
    Optional<LayoutChange> change =
        LayoutChange.of(PlanJson.readSchema(part.get().layout()), layout, growing);
    if (change.isEmpty() || part.get().version() != version) {
      return false;
    }
    if (!change.get().told().isEmpty()) {
      checkpoints.notice(
          "migrated: " + slot.head() + ": " + String.join(", ", change.get().told()));
    }
    if (!change.get().isNone()) {
      migrated.put(part.get(), change.get());
    }
    return true;
  }

  /** The state of calls that both have is read, that of others begins anew. */
  private boolean matchCalls(
      CallChange calls, Manifest.PartState part, int version, Schema layout) {
    if (part.files().isEmpty()) {
      return true;
    }
    Optional<LayoutChange> change = calls.of(PlanJson.readSchema(part.layout()), layout);
    change.ifPresent(found -> migrated.put(part, found));
    return change.isPresent() && part.version() == version;
  }

  private void dropOtherLayout(Manifest.OperatorState state) {
    String lost = "lost: " + state.head();
    if (!options.allowStateLoss()) {
      throw UserError.of(
              ErrorCode.STATE_LOSS,
              "the state of checkpoint " + from.manifest().epoch() + " has other columns now")
          .withDetail(lost)
          .withHint("undo the change, or accept the loss with --allow-state-loss");
    }
    checkpoints.notice(lost);
  }
}
