package dev.sluice.operator;

import static dev.sluice.operator.Nodes.BIGINT;
import static dev.sluice.operator.Nodes.TIMESTAMP;
import static dev.sluice.operator.Nodes.call;
import static dev.sluice.operator.Nodes.schema;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.RecordBatch;
import dev.sluice.function.EvalContext;
import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.CountWindowNode;
import dev.sluice.plan.Emit;
import dev.sluice.plan.JoinKind;
import dev.sluice.plan.JoinNode;
import dev.sluice.plan.JoinRetention;
import dev.sluice.plan.OverNode;
import dev.sluice.plan.PlanNode;
import dev.sluice.plan.PlanTraits;
import dev.sluice.plan.RankNode;
import dev.sluice.plan.SortKey;
import dev.sluice.plan.StateBound;
import dev.sluice.plan.TimeAttribute;
import dev.sluice.plan.WindowSpec;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.RowKind;
import dev.sluice.type.Schema;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;

/**
 * State over long input with ever new keys, where the plan says that it ends: the rows that the
 * operator saves, and the bytes that it says it takes.
 */
class BoundedStateTest {
  private static final long S = 1_000_000;
  private static final int TICKS = 400;
  private static final int SAVED_EVERY = 10;
  private static final int ROWS = 50;
  private static final Set<String> POSITIONS = Set.of("clock", "ended");
  private static final Schema INPUT = schema("k", BIGINT, "v", BIGINT, "ts", TIMESTAMP);
  private static final OptionalInt NO_MARK = OptionalInt.empty();

  private static PlanNode input() {
    return new PlanNode.StageInput(
        0, PlanTraits.of(INPUT, false).withTime(Optional.of(new TimeAttribute(2, 1000))));
  }

  private static Schema windowed(Schema schema) {
    DataType bound = TIMESTAMP.notNull();
    return schema.append(
        new Field("window_start", bound),
        new Field("window_end", bound),
        new Field("window_time", bound));
  }

  private static PlanNode.WindowAggregate windows(WindowSpec window, Emit emit) {
    return new PlanNode.WindowAggregate(
        input(),
        window,
        List.of(0),
        List.of(call("COUNT", BIGINT.notNull())),
        emit,
        NO_MARK,
        0,
        Optional.empty(),
        PlanTraits.of(windowed(schema("k", BIGINT, "n", BIGINT.notNull())), false)
            .withChangelog(
                emit == Emit.ON_WINDOW_CLOSE ? ChangelogMode.INSERT_ONLY : ChangelogMode.RETRACT));
  }

  private static RankNode lastOfKeys() {
    return new RankNode(
        input(),
        List.of(0),
        List.of(new SortKey(2, true, false)),
        RankNode.Arrival.NONE,
        RankNode.Function.ROW_NUMBER,
        1,
        1,
        false,
        Emit.ON_UPDATE,
        Optional.empty(),
        PlanTraits.of(INPUT, false)
            .withChangelog(ChangelogMode.RETRACT)
            .withState(new StateBound.ByTime(20 * S, "rows")));
  }

  /** By tick, a second each: the rows that a checkpoint would hold, and what the state takes. */
  private record Held(int[] rows, long[] bytes) {
    long most(int from, int to) {
      return Arrays.stream(bytes, from, to).max().orElseThrow();
    }
  }

  private static Held held(PlanNode node) {
    Held held = new Held(new int[TICKS], new long[TICKS]);
    Map<String, Long> counted = new HashMap<>();
    try (RootAllocator root = new RootAllocator();
        Operator operator = Operators.create(node)) {
      operator.open(new Host(root, counted));
      for (int tick = 0; tick < TICKS; tick++) {
        if (operator.wantsProcessingTime()) {
          operator.onProcessingTime(tick * S, RecordBatch::close);
        }
        for (int from = 0; from < node.inputs().size(); from++) {
          operator.process(from, rows(tick, root), RecordBatch::close);
        }
        operator.endOfTick(RecordBatch::close);
        operator.onWatermark((tick - 2) * S, RecordBatch::close);
        held.rows()[tick] = tick % SAVED_EVERY == 0 ? saved(operator) : 0;
        held.bytes()[tick] = operator.stateBytes();
      }
    }
    return held;
  }

  /** The rows an operator saves, besides how far it is, which is under every key group. */
  private static int saved(Operator operator) {
    int[] sum = new int[1];
    operator.snapshot(
        (name, version, layout) ->
            (group, rows) -> {
              sum[0] += POSITIONS.contains(name) ? 0 : rows.rowCount();
              rows.close();
            });
    return sum[0];
  }

  private static RecordBatch rows(int tick, BufferAllocator allocator) {
    try (BatchBuilder builder = new BatchBuilder(INPUT, allocator)) {
      for (int i = 0; i < ROWS; i++) {
        builder.add(RowKind.INSERT, (long) tick * ROWS + i, (long) i, tick * S + i * 1000L);
      }
      return builder.build();
    }
  }

  /** No more rows at any time than those of so many ticks. */
  private static Held assertBounded(PlanNode node, int ticks) {
    Held held = held(node);
    int[] rows = held.rows();
    for (int tick = 0; tick < rows.length; tick++) {
      assertThat(rows[tick]).as("rows held after tick " + tick).isLessThanOrEqualTo(ROWS * ticks);
    }
    assertThat(rows[TICKS - SAVED_EVERY]).as("rows held at the end").isPositive();
    return held;
  }

  /** What is forgotten is not counted any more. */
  private static void assertSteady(Held held) {
    long first = held.most(0, TICKS / 2);
    assertThat(held.most(TICKS / 2, TICKS)).as("bytes").isLessThanOrEqualTo(first + first / 4);
  }

  @Test
  void tumblingWindows() {
    assertBounded(windows(new WindowSpec.Tumble(2, 10 * S, 0), Emit.ON_WINDOW_CLOSE), 14);
  }

  @Test
  void slidingWindows() {
    assertBounded(windows(new WindowSpec.Hop(2, 5 * S, 10 * S, 0), Emit.ON_WINDOW_CLOSE), 20);
  }

  @Test
  void sessions() {
    assertBounded(windows(new WindowSpec.Session(2, 5 * S), Emit.ON_WINDOW_CLOSE), 9);
  }

  @Test
  void sessionsWithChanges() {
    assertBounded(windows(new WindowSpec.Session(2, 5 * S), Emit.ON_UPDATE), 9);
  }

  @Test
  void rowsOfOpenSessions() {
    assertBounded(
        new PlanNode.WindowAssign(
            input(),
            new WindowSpec.Session(2, 5 * S),
            List.of(0),
            NO_MARK,
            true,
            0,
            Optional.empty(),
            PlanTraits.of(windowed(INPUT), false)),
        9);
  }

  @Test
  void rowsThatWaitToBeCounted() {
    assertBounded(
        new CountWindowNode(
            input(),
            List.of(),
            10,
            10,
            Optional.of(new OverNode.ByTime(2, NO_MARK)),
            PlanTraits.of(
                INPUT.append(
                    new Field("window_start", BIGINT.notNull()),
                    new Field("window_end", BIGINT.notNull()),
                    new Field("$last", DataType.of(Kind.BOOLEAN).notNull())),
                false)),
        4);
  }

  @Test
  void intervalJoins() {
    JoinRetention.Side side =
        new JoinRetention.Side(OptionalInt.of(2), NO_MARK, OptionalLong.empty());
    assertBounded(
        new JoinNode(
            input(),
            input(),
            JoinKind.INNER,
            List.of(0),
            List.of(0),
            List.of(false),
            Optional.empty(),
            List.of(0, 1, 4),
            new JoinRetention(side, side, 0, false),
            NO_MARK,
            Emit.ON_UPDATE,
            PlanTraits.of(schema("k", BIGINT, "v", BIGINT, "w", BIGINT), false)),
        2 * 4);
  }

  @Test
  void deduplicationWithTimeToLive() {
    assertSteady(assertBounded(lastOfKeys(), 26));
  }

  @Test
  void groupsWithTimeToLive() {
    assertSteady(
        assertBounded(
            new PlanNode.GroupAggregate(
                input(),
                List.of(0),
                List.of(call("COUNT", BIGINT.notNull())),
                Emit.ON_UPDATE,
                20 * S,
                PlanTraits.of(schema("k", BIGINT, "n", BIGINT.notNull()), false)
                    .withChangelog(ChangelogMode.RETRACT)),
            26));
  }

  /** Counts nothing that is asked for here. */
  private record Host(BufferAllocator allocator, Map<String, Long> counted)
      implements OperatorContext {
    @Override
    public int batchRows() {
      return 4096;
    }

    @Override
    public EvalContext evalContext() {
      return new EvalContext(ZoneOffset.UTC, 0);
    }

    @Override
    public void count(String metric, long delta) {
      counted.merge(metric, delta, Long::sum);
    }

    @Override
    public void emitSide(RecordBatch batch) {
      batch.close();
    }
  }
}
