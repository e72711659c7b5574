package dev.sluice.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.batch.RecordBatch;
import dev.sluice.plan.PlanNode;
import dev.sluice.type.DataType;
import dev.sluice.type.RowKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
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

  private final PlanNode node;
  private final List<List<Integer>> partitionBy;
  private int input;
  private final List<ScriptRun.Step> steps = new ArrayList<>();
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
    steps.add(new ScriptRun.Feed(input, kind, values));
    return this;
  }

  /** Event time advances. */
  public OperatorHarness watermark(long micros) {
    steps.add(new ScriptRun.Time(micros));
    return this;
  }

  /** Where state is saved and restored, it is here and at no other step. */
  public OperatorHarness restart() {
    restartsAreNamed = true;
    steps.add(new ScriptRun.Restart());
    return this;
  }

  /** It is that time by the clock. */
  public OperatorHarness clock(long micros) {
    steps.add(new ScriptRun.ClockTime(micros));
    return this;
  }

  /** The tick ends. */
  public OperatorHarness tick() {
    steps.add(new ScriptRun.Tick());
    return this;
  }

  /** Every input ends: last watermark, then finish. */
  public OperatorHarness finish() {
    steps.add(new ScriptRun.Time(Long.MAX_VALUE));
    for (int i = 0; i < partitionBy.size(); i++) {
      steps.add(new ScriptRun.Finish(i));
    }
    return this;
  }

  /** The input of that number ends before the others. */
  public OperatorHarness finish(int number) {
    steps.add(new ScriptRun.Finish(number));
    return this;
  }

  /** Exactly these rows came out since the last expectation. */
  public OperatorHarness expect(String... rows) {
    steps.add(new ScriptRun.Expect(List.of(rows)));
    return this;
  }

  /** Exactly these rows were set aside since the last such expectation. */
  public OperatorHarness expectSide(String... rows) {
    steps.add(new ScriptRun.Side(List.of(rows)));
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
      try (ScriptRun run =
              new ScriptRun(node, partitionBy, anyOrder, root, cut, false, parallelism);
          CheckpointChain chain = new CheckpointChain(root)) {
        int moves = 0;
        for (ScriptRun.Step step : steps) {
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

  private boolean isForRestart(ScriptRun.Step step) {
    return restartsAreNamed
        ? step instanceof ScriptRun.Restart
        : !(step instanceof ScriptRun.Feed)
            && !(step instanceof ScriptRun.Expect)
            && !(step instanceof ScriptRun.Side);
  }

  /** Fails at the first allocation, the second, and so on, then in the same way at output. */
  private void verifyFailures() {
    for (boolean atOutput : new boolean[] {false, true}) {
      boolean failed = true;
      int at = 1;
      for (int i = 0; failed && i < FAILURES; i++) {
        failed = fails(new ScriptRun.Fault(atOutput, at));
        at += 1 + at / 3;
      }
    }
  }

  /** Whether the script was long enough to fail; it must leave nothing behind. */
  private boolean fails(ScriptRun.Fault fault) {
    try (RootAllocator root = new RootAllocator(fault, Long.MAX_VALUE)) {
      try (ScriptRun run = new ScriptRun(node, partitionBy, anyOrder, root, 7, false, 1)) {
        run.fault = Optional.of(fault);
        fault.armed = true;
        for (ScriptRun.Step step : steps) {
          if (!restartsAreNamed && step instanceof ScriptRun.Tick
              || step instanceof ScriptRun.Restart) {
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

  /** Plays the script once, in batches of many rows: for scripts too long for {@link #verify}. */
  public void verifyOnce() {
    play(4096, false, false, 1);
  }

  private void play(int cut, boolean selected, boolean restoring, int parallelism) {
    try (RootAllocator root = new RootAllocator()) {
      try (ScriptRun run =
          new ScriptRun(node, partitionBy, anyOrder, root, cut, selected, parallelism)) {
        int moves = 0;
        for (ScriptRun.Step step : steps) {
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
}
