package dev.sluice.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.Selection;
import dev.sluice.function.EvalContext;
import dev.sluice.plan.PlanNode;
import dev.sluice.state.KeyGroupSplitter;
import dev.sluice.state.StateCopy;
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

/** One playing of the script of an {@link OperatorHarness}, on as many tasks as asked for. */
final class ScriptRun implements AutoCloseable {
  interface Step {}

  record Feed(int input, RowKind kind, Object[] values) implements Step {}

  record Time(long watermark) implements Step {}

  record Tick() implements Step {}

  record ClockTime(long micros) implements Step {}

  record Restart() implements Step {}

  record Finish(int input) implements Step {}

  record Expect(List<String> rows) implements Step {}

  record Side(List<String> rows) implements Step {}

  /** Fails once, at a call whose number is given. */
  static final class Fault implements AllocationListener {
    private final boolean atOutput;
    private final int at;
    int left;
    boolean armed;

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

  private final PlanNode node;
  private final List<List<Integer>> partitionBy;
  private final boolean anyOrder;
  private final BufferAllocator root;
  private final int cut;
  private final boolean selected;
  private final List<Feed> waiting = new ArrayList<>();
  private final List<String> rows = new ArrayList<>();
  private final List<String> side = new ArrayList<>();
  final Map<String, Long> counts = new TreeMap<>();
  private final List<Operator> tasks = new ArrayList<>();
  private final List<BufferAllocator> allocators = new ArrayList<>();
  private final List<StateCopy> copies = new ArrayList<>();
  private final Output output;
  private boolean several;
  private int calls;
  private boolean inside;
  Optional<Fault> fault = Optional.empty();
  private long now = Long.MIN_VALUE;

  ScriptRun(
      PlanNode node,
      List<List<Integer>> partitionBy,
      boolean anyOrder,
      BufferAllocator root,
      int cut,
      boolean selected,
      int parallelism) {
    this.node = node;
    this.partitionBy = partitionBy;
    this.anyOrder = anyOrder;
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
            rows.addAll(OperatorHarness.text(batch));
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
      several |= parallelism > 1 || !partitionBy.get(0).isEmpty();
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

  void finishCopies() {
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
    several |= parallelism > 1 || !partitionBy.get(0).isEmpty();
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
        side.addAll(OperatorHarness.text(batch));
        fault.ifPresent(f -> f.pass(true));
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
