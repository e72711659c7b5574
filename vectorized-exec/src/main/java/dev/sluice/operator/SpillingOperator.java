package dev.sluice.operator;

import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.Rows;
import dev.sluice.batch.Selection;
import dev.sluice.plan.PlanNode;
import dev.sluice.state.KeyColumns;
import dev.sluice.state.KeyGroups;
import dev.sluice.state.StateCopy;
import dev.sluice.state.StateReader;
import dev.sluice.state.StateWriter;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.ObjIntConsumer;
import java.util.function.Supplier;

/**
 * Any keyed operator with part of its state on disk. While memory suffices it only passes calls on.
 * Then whole key groups go: their state is what the operator saves for a checkpoint, their further
 * input is put beside it. A group that has waited long enough, or whose input has ended, is brought
 * back by a fresh operator that restores it, takes the input, gives its rows and is saved again.
 * The watermark that flows on waits for groups that have something to give.
 */
final class SpillingOperator implements Operator {
  /** State is saved anew when a part of it has come or changed since, of this many. */
  private static final int WORTH = 4;

  /** So many bytes are brought back at a time, so that what comes of them stays little. */
  private static final long BYTES_AT_ONCE = 8L << 20;

  /** Parts that an operator writes for itself to every group. */
  private static final Set<String> OF_ALL = Set.of(Clock.PART, EndedInputs.PART);

  private record PartOf(int id, int version, Schema layout) {}

  private final PlanNode node;
  private final SpillPlan plan;
  private final Supplier<Operator> maker;
  private final SpillStore disk;
  private final Schema[] inputs;
  private final KeyColumns[] keys;
  private final Map<String, PartOf> parts = new LinkedHashMap<>();
  private Optional<OperatorContext> context = Optional.empty();
  private Operator resident;
  private Optional<StateCopy> copying = Optional.empty();
  private Optional<SpilledCopy> spilledCopying = Optional.empty();

  /** By key group; empty until memory has run short. */
  private SpilledGroup[] groups = new SpilledGroup[0];

  private final boolean[] evicted = new boolean[KeyGroups.COUNT];

  /** Rows per group in memory since the last time groups went to disk. */
  private final long[] recent = new long[KeyGroups.COUNT];

  /** Rows for groups in memory since they were saved last, and the bytes they had then. */
  private long arrived;

  private long savedRows;
  private long savedBytes;

  private final Patience patience = new Patience();
  private long watermark = Long.MIN_VALUE;
  private long flowed = Long.MIN_VALUE;
  private int ends;
  private int nextGroup;

  SpillingOperator(PlanNode node, SpillPlan plan, Supplier<Operator> maker, SpillStore disk) {
    this.node = node;
    this.plan = plan;
    this.maker = maker;
    this.disk = disk;
    resident = maker.get();
    int count = node.inputs().size();
    inputs = new Schema[count];
    keys = new KeyColumns[count];
    for (int i = 0; i < count; i++) {
      inputs[i] = node.inputs().get(i).schema();
      keys[i] = new KeyColumns(inputs[i], plan.keys().get(i));
    }
  }

  @Override
  public void open(OperatorContext host) {
    context = Optional.of(host);
    resident.open(host);
  }

  @Override
  public void restore(StateReader state) {
    long bytes = state.parts().stream().mapToLong(StateReader.Part::bytes).sum();
    boolean little = bytes <= disk.mostInMemory() / 4 && disk.leastInMemory() > 0;
    if (little || state.parts().isEmpty()) {
      resident.restore(state);
    } else {
      restoreToDisk(state);
    }
  }

  /** State that memory may have no room for goes from disk to disk; some comes back at once. */
  private void restoreToDisk(StateReader state) {
    beginSpilling();
    for (StateReader.Part part : state.parts()) {
      StateWriter.Part to = writer(group -> true).part(part.name(), part.version(), part.layout());
      state.read(part.name(), (rows, group) -> to.write(group, rows));
    }
    long left = disk.mostInMemory() / 8;
    for (int g = 0; g < groups.length; g++) {
      groups[g].saved(Long.MIN_VALUE, 0, Long.MIN_VALUE, plan.timed() ? 0 : Long.MAX_VALUE);
      left -= groups[g].stateSize();
      evicted[g] = groups[g].hasRows() && left < 0;
    }
    resident.close();
    resident = restored(-1);
    clearResident();
  }

  private void beginSpilling() {
    if (!isSpilled()) {
      groups = new SpilledGroup[KeyGroups.COUNT];
      for (int g = 0; g < groups.length; g++) {
        groups[g] = new SpilledGroup(disk);
      }
    }
  }

  /** What is in memory is needed on disk no more. */
  private void clearResident() {
    for (int g = 0; g < groups.length; g++) {
      if (!evicted[g]) {
        groups[g].clearState();
      }
    }
  }

  @Override
  public void resumeFinished(int input) {
    ends |= 1 << input;
    for (SpilledGroup group : groups) {
      if (hasEnded()) {
        // it has given all there was to give
        group.finish();
      } else {
        group.resumeFinished(ends);
      }
    }
  }

  private boolean isSpilled() {
    return groups.length > 0;
  }

  private boolean hasEnded() {
    return ends == (1 << inputs.length) - 1;
  }

  @Override
  public void process(int input, RecordBatch batch, Output output) {
    if (!isSpilled()) {
      resident.process(input, batch, output);
      return;
    }
    Rows rows = Rows.of(batch);
    keys[input].load(batch, rows);
    long[] hashes = keys[input].hashes();
    int[] kept = new int[rows.count()];
    int n = 0;
    Optional<SpilledGroup.Told> told =
        plan.timed() ? Optional.of(new SpilledGroup.Told(watermark, ends)) : Optional.empty();
    for (int i = 0; i < rows.count(); i++) {
      int group = KeyGroups.of(hashes[i]);
      if (evicted[group]) {
        groups[group].log(input, batch, rows.position(i), told, patience.now());
      } else {
        recent[group]++;
        arrived++;
        kept[n++] = rows.position(i);
      }
    }
    if (n == 0) {
      batch.close();
    } else {
      resident.process(input, batch.select(new Selection(kept, n)), output);
    }
  }

  @Override
  public long onWatermark(long time, Output output) {
    watermark = Math.max(watermark, time);
    flowed = resident.onWatermark(time, output);
    return isSpilled() ? outgoing() : flowed;
  }

  /** What has been passed by all groups that have something to give. */
  private long outgoing() {
    long least = flowed;
    for (int g = 0; g < groups.length; g++) {
      boolean holds = plan.holds() && groups[g].holdsBack();
      if (evicted[g] && (holds || groups[g].owes(watermark, ends, hasEnded()))) {
        least = Math.min(least, groups[g].flowed());
      }
    }
    return least;
  }

  @Override
  public OptionalLong releasedWatermark() {
    return isSpilled() ? OptionalLong.of(outgoing()) : OptionalLong.empty();
  }

  @Override
  public boolean wantsProcessingTime() {
    return isSpilled() || resident.wantsProcessingTime();
  }

  @Override
  public void onProcessingTime(long nowMicros, Output output) {
    patience.time(nowMicros);
    if (resident.wantsProcessingTime()) {
      resident.onProcessingTime(nowMicros, output);
    }
  }

  @Override
  public void endOfTick(Output output) {
    resident.endOfTick(output);
  }

  @Override
  public void finish(int input, Output output) {
    int before = ends;
    ends |= 1 << input;
    if (!isSpilled()) {
      resident.finish(input, output);
    } else if (hasEnded()) {
      // the rest comes group by group, too, so that results do not all come at once
      rebuild(0, before, output);
      flowed = watermark;
    } else {
      resident.finish(input, output);
    }
  }

  // ---- to disk

  @Override
  public long spillableBytes() {
    return stateBytes();
  }

  @Override
  public long spilledBytes() {
    return disk.size();
  }

  @Override
  public void spill(double kept, Output output) {
    for (SpilledGroup group : groups) {
      group.seal();
    }
    if (!hasEnded() && resident.stateBytes() > disk.leastInMemory() && isWorthIt()) {
      rebuild(kept, ends, output);
    }
  }

  /**
   * To put some groups on disk all are saved: it must be paid for by what has come since. State
   * that others keep memory short for stays where it is meanwhile.
   */
  private boolean isWorthIt() {
    return !isSpilled()
        || arrived >= savedRows / WORTH
        || resident.stateBytes() >= savedBytes + savedBytes / WORTH;
  }

  /** Keeps about that share of what is in memory, of the groups with the most rows of late. */
  private void rebuild(double kept, int toldEnds, Output output) {
    copying.ifPresent(StateCopy::finish);
    copying = Optional.empty();
    beginSpilling();
    // which of the groups holds event time back is known when they have been brought back once
    long due = plan.holds() && flowed < watermark ? watermark : due(resident);
    resident.snapshot(writer(group -> !evicted[group]));
    resident.close();
    List<Integer> candidates = new ArrayList<>();
    long total = 0;
    for (int g = 0; g < groups.length; g++) {
      if (!evicted[g]) {
        groups[g].saved(watermark, toldEnds, flowed, due);
        if (groups[g].hasRows()) {
          candidates.add(g);
          total += groups[g].stateSize();
        }
      }
    }
    candidates.sort(
        Comparator.comparingDouble(
            (Integer g) -> -recent[g] / (double) Math.max(1, groups[g].stateSize())));
    long left = (long) (kept * total);
    for (int g : candidates) {
      left -= groups[g].stateSize();
      evicted[g] = left < 0 || kept == 0;
      recent[g] = 0;
    }
    context.orElseThrow().count("state.spills", 1);
    resident = restored(-1);
    arrived = 0;
    savedRows = 0;
    for (int g = 0; g < groups.length; g++) {
      savedRows += evicted[g] ? 0 : groups[g].rows();
    }
    savedBytes = resident.stateBytes();
    clearResident();
    if (resident.wantsProcessingTime()) {
      resident.onProcessingTime(patience.now(), output);
    }
    if (watermark != Long.MIN_VALUE) {
      flowed = resident.onWatermark(watermark, output);
    }
  }

  private interface Groups {
    boolean wants(int group);
  }

  private StateWriter writer(Groups wanted) {
    return new StateWriter() {
      @Override
      public Part part(String name, int version, Schema layout) {
        PartOf part = parts.computeIfAbsent(name, n -> new PartOf(parts.size(), version, layout));
        return (group, rows) -> {
          if (wanted.wants(group)) {
            groups[group].save(part.id(), !OF_ALL.contains(name), rows);
          } else {
            rows.close();
          }
        };
      }

      @Override
      public boolean wants(int group) {
        return wanted.wants(group);
      }
    };
  }

  /** A fresh operator with the state of one group, or with that of all that are in memory: -1. */
  private Operator restored(int only) {
    Operator made = maker.get();
    boolean ready = false;
    try {
      Uncounted host = new Uncounted(context.orElseThrow());
      made.open(host);
      made.restore(new Reader(only));
      host.count();
      ready = true;
    } finally {
      if (!ready) {
        made.close();
      }
    }
    return made;
  }

  private final class Reader implements StateReader {
    private final int only;

    Reader(int only) {
      this.only = only;
    }

    @Override
    public OptionalInt version(String name) {
      return parts.containsKey(name)
          ? OptionalInt.of(parts.get(name).version())
          : OptionalInt.empty();
    }

    @Override
    public void read(String name, ObjIntConsumer<RecordBatch> each) {
      PartOf part = parts.get(name);
      for (int g = 0; part != null && g < groups.length; g++) {
        int group = g;
        if (only == -1 ? !evicted[g] : only == g) {
          groups[g].readState(
              part.id(),
              part.layout(),
              context.orElseThrow().allocator(),
              batch -> each.accept(batch, group));
        }
      }
    }
  }

  // ---- and back

  @Override
  public boolean owes() {
    for (int g = 0; g < groups.length; g++) {
      if (evicted[g] && groups[g].owes(watermark, ends, hasEnded())) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void catchUp(boolean must, Output output) {
    if (!must && (plan.deferred() || !isSpilled() || !isDue())) {
      patience.rest();
      return;
    }
    patience.work();
    long bytes = 0;
    for (int i = 0; i < groups.length && (plan.together() || bytes < BYTES_AT_ONCE); i++) {
      int g = nextGroup;
      nextGroup = (nextGroup + 1) % groups.length;
      if (evicted[g] && groups[g].owes(watermark, ends, hasEnded())) {
        bytes += groups[g].stateSize() + groups[g].logSize();
        bringBack(g, output);
      }
    }
  }

  private boolean isDue() {
    for (int g = 0; g < groups.length; g++) {
      if (evicted[g]
          && groups[g].owes(watermark, ends, hasEnded())
          && patience.isOver(groups[g].since())) {
        return true;
      }
    }
    return false;
  }

  private void bringBack(int g, Output output) {
    SpilledGroup group = groups[g];
    spilledCopying.ifPresent(copy -> copy.before(g));
    context.orElseThrow().count("state.returns", 1);
    try (Operator operator = restored(g)) {
      if (operator.wantsProcessingTime()) {
        operator.onProcessingTime(patience.now(), output);
      }
      MissedInput told = new MissedInput(operator, group, output, node, disk.mostInMemory());
      if (plan.timed() && group.fedWatermark() != Long.MIN_VALUE) {
        operator.onWatermark(group.fedWatermark(), output);
      }
      group.replay(inputs, context.orElseThrow().allocator(), told);
      operator.endOfTick(output);
      told.told(watermark, ends);
      if (hasEnded()) {
        group.finish();
        return;
      }
      group.clearState();
      operator.snapshot(writer(saved -> saved == g));
      group.saved(watermark, ends, told.passed(), due(operator));
    }
  }

  /** When it has something to give: unknown means with every step of time. */
  private long due(Operator operator) {
    return plan.timed() ? Math.max(watermark, operator.nextDue()) : Long.MAX_VALUE;
  }

  @Override
  public void snapshot(StateWriter state) {
    if (!isSpilled()) {
      resident.snapshot(state);
      return;
    }
    resident.snapshot(ofResident(state));
    spilledCopy(state, Optional.empty()).finish();
  }

  @Override
  public Optional<StateCopy> beginSnapshot(StateWriter state) {
    if (isSpilled()) {
      SpilledCopy begun = spilledCopy(state, resident.beginSnapshot(ofResident(state)));
      spilledCopying = Optional.of(begun);
      copying = Optional.of(begun);
    } else {
      copying = resident.beginSnapshot(state);
    }
    return copying;
  }

  /** What the operator writes, but for groups on disk. */
  private StateWriter ofResident(StateWriter state) {
    return (name, version, layout) -> {
      StateWriter.Part part = state.part(name, version, layout);
      return (group, rows) -> {
        if (evicted[group] && !OF_ALL.contains(name)) {
          rows.close();
        } else {
          part.write(group, rows);
        }
      };
    };
  }

  private SpilledCopy spilledCopy(StateWriter state, Optional<StateCopy> ofResident) {
    if (owes()) {
      throw new IllegalStateException("input of key groups on disk waits at a snapshot");
    }
    Map<PartOf, StateWriter.Part> to = new LinkedHashMap<>();
    parts.forEach(
        (name, part) -> {
          if (!OF_ALL.contains(name)) {
            to.put(part, state.part(name, part.version(), part.layout()));
          }
        });
    BitSet onDisk = new BitSet();
    for (int g = 0; g < groups.length; g++) {
      onDisk.set(g, evicted[g]);
    }
    return new SpilledCopy(
        ofResident,
        onDisk,
        g ->
            to.forEach(
                (part, writer) ->
                    groups[g].readState(
                        part.id(),
                        part.layout(),
                        context.orElseThrow().allocator(),
                        rows -> writer.write(g, rows))));
  }

  @Override
  public boolean satisfied() {
    return !isSpilled() && resident.satisfied();
  }

  @Override
  public Optional<Waiting> waiting() {
    return resident.waiting();
  }

  @Override
  public long stateBytes() {
    long sum = resident.stateBytes();
    for (SpilledGroup group : groups) {
      sum += group.byteSize();
    }
    return sum;
  }

  @Override
  public void close() {
    resident.close();
    disk.close();
  }
}
