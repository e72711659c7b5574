package dev.sluice.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.Selection;
import dev.sluice.function.EvalContext;
import dev.sluice.plan.PlanNode;
import dev.sluice.state.KeyGroupSplitter;
import dev.sluice.state.StateCopy;
import dev.sluice.type.DataType;
import dev.sluice.type.RowKind;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.arrow.memory.AllocationListener;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;

/**
 * A host for one operator: a script of rows, watermarks and ends of ticks, with the output expected
 * after each. {@link #verify} plays the script with the rows cut into batches of 1, 2, 7 and all,
 * dense and behind a selection, straight, and with the state saved and restored at another
 * parallelism before every step; and with a chain of checkpoints that are copied in slices while
 * the script goes on, from which it is restored at another parallelism now and then.
 *
 * <p>Rows read {@code +I[a, 1]}; NULL is {@code null}. With one task, output is compared in order;
 * with several, as a multiset. Every allocator must end empty, also where the script ends early
 * because some allocation or whoever takes the output fails.
 */
public final class OperatorHarness {
  private static final int[] CUTS = {1, 2, 7, Integer.MAX_VALUE};

  /** So many places a script fails at, at most, of each kind. */
  private static final int FAILURES = 14;

  private interface Step {}

  private record Feed(int input, RowKind kind, Object[] values) implements Step {}

  private record Time(long watermark) implements Step {}

  private record Tick() implements Step {}

  private record ClockTime(long micros) implements Step {}

  private record Restart() implements Step {}

  private record Finish(int input) implements Step {}

  private record Expect(List<String> rows) implements Step {}

  private record Side(List<String> rows) implements Step {}

  private final PlanNode node;
  private final List<List<Integer>> partitionBy;
  private int input;
  private final List<Step> steps = new ArrayList<>();
  private boolean anyOrder;
  private boolean restartsAreNamed;
  private final Map<String, Long> expectedCounts = new TreeMap<>();

  private OperatorHarness(PlanNode node, List<List<Integer>> partitionBy) {
    this.node = node;
    this.partitionBy = partitionBy;
  }

  /**
   * A script for the operator of {@code node}; {@code partitionBy} empty: it runs as one task
   * always.
   */
  public static OperatorHarness of(PlanNode node, List<Integer> partitionBy) {
    return new OperatorHarness(node, List.of(partitionBy));
  }

  /** A script for an operator of two inputs, each spread over tasks by its own columns. */
  public static OperatorHarness of(PlanNode node, List<Integer> left, List<Integer> right) {
    return new OperatorHarness(node, List.of(left, right));
  }

  /** The rows that follow are of input {@code number}. */
  public OperatorHarness input(int number) {
    input = number;
    return this;
  }

  /** Compares output as a multiset even where its order is fixed. */
  public OperatorHarness unordered() {
    anyOrder = true;
    return this;
  }

  /** An inserted row arrives. */
  public OperatorHarness row(Object... values) {
    return change(RowKind.INSERT, values);
  }

  /** A row of a changelog arrives. */
  public OperatorHarness change(RowKind kind, Object... values) {
    steps.add(new Feed(input, kind, values));
    return this;
  }

  /** Event time advances. */
  public OperatorHarness watermark(long micros) {
    steps.add(new Time(micros));
    return this;
  }

  /** Where state is saved and restored, it is here and at no other step. */
  public OperatorHarness restart() {
    restartsAreNamed = true;
    steps.add(new Restart());
    return this;
  }

  /** It is that time by the clock. */
  public OperatorHarness clock(long micros) {
    steps.add(new ClockTime(micros));
    return this;
  }

  /** The tick ends. */
  public OperatorHarness tick() {
    steps.add(new Tick());
    return this;
  }

  /** Every input ends: last watermark, then finish. */
  public OperatorHarness finish() {
    steps.add(new Time(Long.MAX_VALUE));
    for (int i = 0; i < partitionBy.size(); i++) {
      steps.add(new Finish(i));
    }
    return this;
  }

  /** The input of that number ends before the others. */
  public OperatorHarness finish(int number) {
    steps.add(new Finish(number));
    return this;
  }

  /** Exactly these rows came out since the last expectation. */
  public OperatorHarness expect(String... rows) {
    steps.add(new Expect(List.of(rows)));
    return this;
  }

  /** Exactly these rows were set aside since the last such expectation. */
  public OperatorHarness expectSide(String... rows) {
    steps.add(new Side(List.of(rows)));
    return this;
  }

  /**
   * At the end counter {@code metric} shall be {@code total}; not checked where state moves between
   * tasks.
   */
  public OperatorHarness expectCount(String metric, long total) {
    expectedCounts.put(metric, total);
    return this;
  }

  /** Plays the script in every way. */
  public void verify() {
    for (int cut : CUTS) {
      for (boolean selected : new boolean[] {false, true}) {
        play(cut, selected, false, 1);
        play(cut, selected, true, 1);
        if (isSpread()) {
          play(cut, selected, false, 3);
          play(cut, selected, true, 3);
        }
      }
    }
    playChained();
    verifyFailures();
  }

  /** Plays the script in every way, saving state only where a tick has ended. */
  public void verifyTicks() {
    for (int cut : CUTS) {
      for (int parallelism = 1; parallelism <= (isSpread() ? 3 : 1); parallelism += 2) {
        play(cut, cut == 2, false, parallelism);
        play(cut, cut == 2, true, parallelism);
      }
    }
    playChained();
    verifyFailures();
  }

  private void playChained() {
    playChained(7, 1, 1);
    playChained(7, 1, 4);
    if (isSpread()) {
      playChained(1, 3, 4);
      playChained(7, 3, 1);
    }
  }

  /**
   * Plays the script with a checkpoint at every step, each of which is copied key by key until the
   * next, and restores it from every {@code every}th.
   */
  private void playChained(int cut, int parallelism, int every) {
    try (RootAllocator root = new RootAllocator()) {
      try (Run run = new Run(root, cut, false, parallelism);
          CheckpointChain chain = new CheckpointChain(root)) {
        int moves = 0;
        for (Step step : steps) {
          if (isForRestart(step)) {
            run.flush();
            run.tick();
            run.checkpoint(chain);
            if (++moves % every == 0) {
              run.restartFrom(chain, 1 + (parallelism + moves) % (isSpread() ? 3 : 1));
            }
          }
          run.apply(step);
        }
        run.flush();
        run.finishCopies();
      }
      assertThat(root.getAllocatedMemory()).as("bytes left").isZero();
    }
  }

  private boolean isForRestart(Step step) {
    return restartsAreNamed
        ? step instanceof Restart
        : !(step instanceof Feed) && !(step instanceof Expect) && !(step instanceof Side);
  }

  /** Fails at the first allocation, the second, and so on, then in the same way at output. */
  private void verifyFailures() {
    for (boolean atOutput : new boolean[] {false, true}) {
      boolean failed = true;
      int at = 1;
      for (int i = 0; failed && i < FAILURES; i++) {
        failed = fails(new Fault(atOutput, at));
        at += 1 + at / 3;
      }
    }
  }

  /** Whether the script was long enough to fail; it must leave nothing behind. */
  private boolean fails(Fault fault) {
    try (RootAllocator root = new RootAllocator(fault, Long.MAX_VALUE)) {
      try (Run run = new Run(root, 7, false, 1)) {
        run.fault = Optional.of(fault);
        fault.armed = true;
        for (Step step : steps) {
          if (!restartsAreNamed && step instanceof Tick || step instanceof Restart) {
            run.flush();
            run.tick();
            run.restart(1);
          }
          run.apply(step);
        }
        run.flush();
        return false;
      } catch (RuntimeException e) {
        assertThat(fault.left).as("failures of its own: %s", e).isZero();
      }
      assertThat(root.getAllocatedMemory()).as("bytes left by %s", fault).isZero();
    }
    return true;
  }

  /** Fails once, at a call whose number is given. */
  private static final class Fault implements AllocationListener {
    private final boolean atOutput;
    private final int at;
    private int left;
    private boolean armed;

    Fault(boolean atOutput, int at) {
      this.atOutput = atOutput;
      this.at = at;
      left = at;
    }

    @Override
    public void onPreAllocation(long size) {
      pass(false);
    }

    void pass(boolean output) {
      if (armed && output == atOutput && left > 0 && --left == 0) {
        throw new OutOfMemoryException(toString());
      }
    }

    @Override
    public String toString() {
      return "a failure at " + (atOutput ? "output " : "allocation ") + at;
    }
  }

  /** Plays the script once, in batches of many rows: for scripts too long for {@link #verify}. */
  public void verifyOnce() {
    play(4096, false, false, 1);
  }

  private void play(int cut, boolean selected, boolean restoring, int parallelism) {
    try (RootAllocator root = new RootAllocator()) {
      try (Run run = new Run(root, cut, selected, parallelism)) {
        int moves = 0;
        for (Step step : steps) {
          if (restoring && isForRestart(step)) {
            run.flush();
            run.tick();
            run.restart(1 + (parallelism + moves++) % (isSpread() ? 3 : 1));
          }
          run.apply(step);
        }
        run.flush();
        if (!restoring) {
          expectedCounts.forEach(
              (metric, total) ->
                  assertThat(run.counts.getOrDefault(metric, 0L)).as(metric).isEqualTo(total));
        }
      }
      assertThat(root.getAllocatedMemory()).as("bytes left").isZero();
    }
  }

  private boolean isSpread() {
    return !partitionBy.get(0).isEmpty();
  }

  /** The rows of a batch as text; leaves the batch open. */
  public static List<String> text(RecordBatch batch) {
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < batch.rowCount(); i++) {
      int position = batch.position(i);
      List<String> values = new ArrayList<>();
      for (int c = 0; c < batch.schema().size(); c++) {
        values.add(value(batch.vector(c), batch.schema().type(c), position));
      }
      rows.add(batch.kind(position).sign() + values);
    }
    return rows;
  }

  private static String value(FieldVector vector, DataType type, int position) {
    if (vector.isNull(position)) {
      return "null";
    }
    return switch (type.kind()) {
      case TIMESTAMP, TIMESTAMP_LTZ, DATE, TIME ->
          Long.toString(dev.sluice.batch.Cells.word(vector, type, position));
      case VARBINARY -> java.util.HexFormat.of().formatHex((byte[]) vector.getObject(position));
      default -> String.valueOf(vector.getObject(position));
    };
  }

  /** One playing of the script. */
  private final class Run implements AutoCloseable {
    private final BufferAllocator root;
    private final int cut;
    private final boolean selected;
    private final List<Feed> waiting = new ArrayList<>();
    private final List<String> rows = new ArrayList<>();
    private final List<String> side = new ArrayList<>();
    private final Map<String, Long> counts = new TreeMap<>();
    private final List<Operator> tasks = new ArrayList<>();
    private final List<BufferAllocator> allocators = new ArrayList<>();
    private final List<StateCopy> copies = new ArrayList<>();
    private final Output output;
    private boolean several;
    private int calls;
    private boolean inside;
    private Optional<Fault> fault = Optional.empty();
    private long now = Long.MIN_VALUE;

    Run(BufferAllocator root, int cut, boolean selected, int parallelism) {
      this.root = root;
      this.cut = cut;
      this.selected = selected;
      this.several = parallelism > 1;
      this.output =
          batch -> {
            try (batch) {
              assertThat(inside).as("output only inside a call").isTrue();
              assertThat(batch.rowCount()).as("rows in a batch given").isPositive();
              assertThat(batch.schema()).isEqualTo(node.schema());
              fault.ifPresent(f -> f.pass(true));
              rows.addAll(text(batch));
            }
          };
      open(parallelism);
    }

    private void open(int parallelism) {
      for (int i = 0; i < parallelism; i++) {
        BufferAllocator allocator = root.newChildAllocator("task-" + i, 0, Long.MAX_VALUE);
        Operator operator = Operators.create(node);
        allocators.add(allocator);
        tasks.add(operator);
        operator.open(new Host(allocator));
      }
    }

    void apply(Step step) {
      if (step instanceof Feed feed) {
        waiting.add(feed);
        return;
      }
      flush();
      if (step instanceof Time time) {
        tick();
        each(
            task ->
                assertThat(task.onWatermark(time.watermark(), output))
                    .isLessThanOrEqualTo(time.watermark()));
      } else if (step instanceof ClockTime time) {
        now = time.micros();
        tellTime();
      } else if (step instanceof Tick) {
        tick();
      } else if (step instanceof Finish end) {
        each(task -> task.finish(end.input(), output));
      } else if (step instanceof Expect expect) {
        compare(rows, expect.rows());
      } else if (step instanceof Side expect) {
        compare(side, expect.rows());
      }
    }

    private void tellTime() {
      each(
          task -> {
            if (task.wantsProcessingTime() && now != Long.MIN_VALUE) {
              task.onProcessingTime(now, output);
            }
          });
    }

    private void compare(List<String> actual, List<String> expected) {
      if (fault.isPresent()) {
        return;
      }
      if (several || anyOrder) {
        assertThat(actual).containsExactlyInAnyOrderElementsOf(expected);
      } else {
        assertThat(actual).containsExactlyElementsOf(expected);
      }
      actual.clear();
    }

    private void each(java.util.function.Consumer<Operator> call) {
      inside = true;
      tasks.forEach(call);
      inside = false;
      copySome();
    }

    void tick() {
      each(task -> task.endOfTick(output));
    }

    void flush() {
      int from = 0;
      for (int to = 1; to <= waiting.size(); to++) {
        boolean full = to - from == cut || to == waiting.size();
        if (full || waiting.get(to).input() != waiting.get(from).input()) {
          feed(waiting.subList(from, to));
          from = to;
        }
      }
      waiting.clear();
    }

    private void feed(List<Feed> some) {
      int number = some.get(0).input();
      Schema schema = node.inputs().get(number).schema();
      RecordBatch batch;
      try (BatchBuilder builder = new BatchBuilder(schema, root)) {
        for (Feed feed : some) {
          if (selected) {
            builder.add(feed.kind(), feed.values());
          }
          builder.add(feed.kind(), feed.values());
        }
        batch = builder.build();
      }
      if (selected) {
        int[] positions = IntStream.range(0, some.size()).map(i -> 2 * i + 1).toArray();
        batch = batch.select(new Selection(positions, positions.length));
      }
      inside = true;
      if (tasks.size() == 1) {
        tasks.get(0).process(number, batch, output);
      } else {
        new KeyGroupSplitter(schema, partitionBy.get(number), tasks.size())
            .split(batch, (part, task) -> tasks.get(task).process(number, part, output));
      }
      inside = false;
      copySome();
    }

    void restart(int parallelism) {
      try (MemoryState state = new MemoryState()) {
        tasks.forEach(task -> task.snapshot(new Copying(state, root)));
        closeTasks();
        several |= parallelism > 1 || isSpread();
        open(parallelism);
        for (int i = 0; i < parallelism; i++) {
          tasks.get(i).restore(state.reader(i, parallelism));
        }
        tellTime();
      }
    }

    /** Finishes the checkpoint before and begins another. */
    void checkpoint(CheckpointChain chain) {
      finishCopies();
      chain.check();
      chain.begin(tasks.size());
      for (int i = 0; i < tasks.size(); i++) {
        tasks.get(i).snapshot(chain.expected());
        tasks.get(i).beginSnapshot(chain.writer(i)).ifPresent(copies::add);
      }
      if (now != Long.MIN_VALUE) {
        // keys are not forgotten while they are copied
        finishCopies();
      }
    }

    /** Copies some keys of each task, after every other call. */
    private void copySome() {
      if (calls++ % 2 == 0) {
        return;
      }
      copies.removeIf(
          copy -> {
            boolean all = copy.copy(1);
            if (all) {
              copy.close();
            }
            return all;
          });
    }

    private void finishCopies() {
      copies.forEach(
          copy -> {
            copy.finish();
            copy.close();
          });
      copies.clear();
    }

    void restartFrom(CheckpointChain chain, int parallelism) {
      finishCopies();
      chain.check();
      closeTasks();
      several |= parallelism > 1 || isSpread();
      open(parallelism);
      for (int i = 0; i < parallelism; i++) {
        tasks.get(i).restore(chain.reader(i, parallelism));
      }
      tellTime();
    }

    private void closeTasks() {
      copies.forEach(StateCopy::close);
      copies.clear();
      tasks.forEach(Operator::close);
      tasks.forEach(Operator::close);
      tasks.clear();
      allocators.forEach(BufferAllocator::close);
      allocators.clear();
    }

    @Override
    public void close() {
      closeTasks();
    }

    private final class Host implements OperatorContext {
      private final BufferAllocator allocator;

      Host(BufferAllocator allocator) {
        this.allocator = allocator;
      }

      @Override
      public BufferAllocator allocator() {
        return allocator;
      }

      @Override
      public int batchRows() {
        return cut == Integer.MAX_VALUE ? 8192 : Math.max(2, cut);
      }

      @Override
      public EvalContext evalContext() {
        return EvalContext.UTC;
      }

      @Override
      public void count(String metric, long delta) {
        counts.merge(metric, delta, Long::sum);
      }

      @Override
      public void emitSide(RecordBatch batch) {
        try (batch) {
          side.addAll(text(batch));
          fault.ifPresent(f -> f.pass(true));
        }
      }
    }
  }

  /**
   * Copies chunks, as a host that writes files would, so that a task's memory can end before the
   * state.
   */
  private record Copying(MemoryState state, BufferAllocator allocator)
      implements dev.sluice.state.StateWriter {
    @Override
    public Part part(String name, int version, Schema layout) {
      Part to = state.part(name, version, layout);
      return (group, rows) -> {
        try (rows;
            BatchBuilder copy = new BatchBuilder(layout, allocator)) {
          for (int i = 0; i < rows.rowCount(); i++) {
            copy.copy(RowKind.INSERT, rows, rows.position(i));
          }
          to.write(group, copy.build());
        }
      };
    }
  }
}
