package dev.sluice.operator;

import static dev.sluice.operator.Nodes.BIGINT;
import static dev.sluice.operator.Nodes.STRING;
import static dev.sluice.operator.Nodes.schema;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.RecordBatch;
import dev.sluice.error.UserError;
import dev.sluice.function.EvalContext;
import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.ChangelogNormalizeNode;
import dev.sluice.plan.DropUpdateBeforeNode;
import dev.sluice.plan.Emit;
import dev.sluice.plan.PlanNode;
import dev.sluice.plan.PlanTraits;
import dev.sluice.plan.ReplicateNode;
import dev.sluice.plan.UpsertMaterializeNode;
import dev.sluice.plan.UpsertMaterializeNode.Conflict;
import dev.sluice.type.RowKind;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The operators that make one kind of changelog out of another. */
class ChangelogsTest {
  private static final Schema SCHEMA = schema("k", STRING, "v", BIGINT);
  private static final List<Integer> KEY = List.of(0);

  private static PlanTraits traits(ChangelogMode mode) {
    return PlanTraits.of(SCHEMA, true).withChangelog(mode);
  }

  private static OperatorHarness normalize() {
    PlanNode input = Nodes.input(SCHEMA, ChangelogMode.UPSERT, -1);
    return OperatorHarness.of(
        new ChangelogNormalizeNode(input, KEY, Emit.ON_UPDATE, traits(ChangelogMode.RETRACT)), KEY);
  }

  private static OperatorHarness materialize(Conflict policy) {
    PlanNode input = Nodes.input(SCHEMA, ChangelogMode.RETRACT, -1);
    return OperatorHarness.of(
        new UpsertMaterializeNode(input, KEY, policy, traits(ChangelogMode.UPSERT)), KEY);
  }

  private static OperatorHarness drop() {
    PlanNode input = Nodes.input(SCHEMA, ChangelogMode.RETRACT, -1);
    return OperatorHarness.of(
        new DropUpdateBeforeNode(input, KEY, traits(ChangelogMode.UPSERT)), KEY);
  }

  @Test
  void upsertsBecomeUpdatesWithTheWholeOldRow() {
    normalize()
        .row("a", 1L)
        .row("b", 5L)
        .tick()
        .expect("+I[a, 1]", "+I[b, 5]")
        .change(RowKind.UPDATE_AFTER, "a", 2L)
        .row("b", 5L)
        .row("c", 7L)
        .tick()
        .expect("-U[a, 1]", "+U[a, 2]", "+I[c, 7]")
        .change(RowKind.DELETE, "a", null)
        .change(RowKind.DELETE, "z", null)
        .tick()
        .expect("-D[a, 2]")
        .row("a", 3L)
        .change(RowKind.DELETE, "a", null)
        .row("c", 8L)
        .row("c", 7L)
        .tick()
        .expect()
        .change(RowKind.UPDATE_BEFORE, "b", 5L)
        .change(RowKind.UPDATE_AFTER, "d", 5L)
        .finish()
        .expect("-D[b, 5]", "+I[d, 5]")
        .verify();
  }

  @Test
  void theLastRowsComeAtTheEndOfAnInputThatEnds() {
    PlanNode input = Nodes.input(SCHEMA, ChangelogMode.UPSERT, -1);
    OperatorHarness.of(
            new ChangelogNormalizeNode(
                input, KEY, Emit.ON_WINDOW_CLOSE, traits(ChangelogMode.INSERT_ONLY)),
            KEY)
        .row("a", 1L)
        .row("b", 5L)
        .tick()
        .watermark(7)
        .row("a", 2L)
        .change(RowKind.DELETE, "b", null)
        .row("c", null)
        .expect()
        .finish()
        .expect("+I[a, 2]", "+I[c, null]")
        .verify();
  }

  @Test
  void aNullIsAKeyToo() {
    normalize()
        .row(null, 1L)
        .row(null, 2L)
        .tick()
        .expect("+I[null, 2]")
        .change(RowKind.DELETE, null, null)
        .finish()
        .expect("-D[null, 2]")
        .verify();
  }

  @Test
  void theLastRowOfAKeyShowsAndTheOneBeforeWhenItIsTakenBack() {
    materialize(Conflict.DEDUPLICATE)
        .row("a", 1L)
        .tick()
        .expect("+I[a, 1]")
        .row("a", 2L)
        .tick()
        .expect("+U[a, 2]")
        .change(RowKind.DELETE, "a", 1L)
        .tick()
        .expect()
        .row("a", 3L)
        .tick()
        .expect("+U[a, 3]")
        .change(RowKind.UPDATE_BEFORE, "a", 3L)
        .tick()
        .expect("+U[a, 2]")
        .change(RowKind.DELETE, "a", 2L)
        .finish()
        .expect("-D[a, 2]")
        .verify();
  }

  @Test
  void theFirstRowOfAKeyShowsIfConflictsDoNothing() {
    materialize(Conflict.NOTHING)
        .row("a", 1L)
        .row("a", 2L)
        .tick()
        .expect("+I[a, 1]")
        .change(RowKind.DELETE, "a", 1L)
        .finish()
        .expect("+U[a, 2]")
        .verify();
  }

  @Test
  void twoRowsOfAKeyFailIfConflictsAreErrors() {
    materialize(Conflict.ERROR)
        .row("a", 1L)
        .tick()
        .expect("+I[a, 1]")
        .row("a", 2L)
        .change(RowKind.DELETE, "a", 1L)
        .finish()
        .expect("+U[a, 2]")
        .verify();
    OperatorHarness two = materialize(Conflict.ERROR).row("a", 1L).row("a", 1L).finish();
    assertThatThrownBy(two::verify).isInstanceOf(UserError.class).hasMessageContaining("SLU-4004");
  }

  @Test
  void aRetractionMayComeFirst() {
    materialize(Conflict.DEDUPLICATE)
        .change(RowKind.DELETE, "a", 1L)
        .tick()
        .expect()
        .row("a", 1L)
        .row("a", 4L)
        .tick()
        .expect("+I[a, 4]")
        .verify();
  }

  @Test
  void onlyTheLastStateOfAKeyIsGiven() {
    drop()
        .row("a", 1L)
        .row("b", 1L)
        .tick()
        .expect("+I[a, 1]", "+I[b, 1]")
        .change(RowKind.UPDATE_BEFORE, "a", 1L)
        .change(RowKind.UPDATE_AFTER, "a", 2L)
        .change(RowKind.UPDATE_BEFORE, "b", 1L)
        .tick()
        .expect("+U[a, 2]", "-D[b, 1]")
        .change(RowKind.UPDATE_AFTER, "a", 3L)
        .change(RowKind.UPDATE_BEFORE, "a", 2L)
        .row("c", 1L)
        .change(RowKind.DELETE, "c", 1L)
        .finish()
        .expect("+U[a, 3]")
        .verify();
  }

  /** A row given by the watermark, after the end of the tick, waits for the next one. */
  @Test
  void rowsThatWaitForTheEndOfATickSurviveASnapshot() {
    PlanNode input = Nodes.input(SCHEMA, ChangelogMode.RETRACT, -1);
    PlanNode node = new DropUpdateBeforeNode(input, KEY, traits(ChangelogMode.UPSERT));
    List<String> given = new ArrayList<>();
    Output output =
        batch -> {
          try (batch) {
            given.addAll(OperatorHarness.text(batch));
          }
        };
    try (RootAllocator root = new RootAllocator();
        MemoryState state = new MemoryState()) {
      try (Operator first = Operators.create(node);
          BatchBuilder rows = new BatchBuilder(SCHEMA, root)) {
        first.open(new PlainContext(root));
        rows.add(RowKind.UPDATE_BEFORE, "a", 1L).add(RowKind.UPDATE_AFTER, "a", null);
        first.process(0, rows.add(RowKind.DELETE, "b", 3L).build(), output);
        first.snapshot(state);
      }
      try (Operator second = Operators.create(node)) {
        second.open(new PlainContext(root));
        second.restore(state.reader(0, 1));
        second.finish(0, output);
      }
    }
    assertThat(given).containsExactlyInAnyOrder("+U[a, null]", "-D[b, 3]");
  }

  private record PlainContext(BufferAllocator allocator) implements OperatorContext {
    @Override
    public int batchRows() {
      return 10;
    }

    @Override
    public EvalContext evalContext() {
      return EvalContext.UTC;
    }

    @Override
    public void count(String metric, long delta) {}

    @Override
    public void emitSide(RecordBatch batch) {
      batch.close();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void upsertsOfARandomChangelogFoldToItsRows(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    OperatorHarness harness = materialize(Conflict.DEDUPLICATE).unordered();
    List<Object[]> live = new ArrayList<>();
    Map<Object, Object> before = new LinkedHashMap<>();
    for (int tick = 0; tick < 15; tick++) {
      for (int i = 0; i < random.nextInt(6); i++) {
        if (!live.isEmpty() && random.nextInt(5) < 2) {
          harness.change(RowKind.DELETE, live.remove(random.nextInt(live.size())));
        } else {
          // values are numbered, so that no two rows are alike
          Object[] row = {"k" + random.nextInt(3), (long) (tick * 10 + i)};
          live.add(row);
          harness.row(row);
        }
      }
      Map<Object, Object> now = new LinkedHashMap<>();
      live.forEach(row -> now.put(row[0], row[1]));
      List<String> changes = new ArrayList<>();
      Map<Object, Object> old = before;
      now.forEach(
          (k, v) -> {
            if (!v.equals(old.get(k))) {
              changes.add((old.containsKey(k) ? "+U[" : "+I[") + k + ", " + v + "]");
            }
          });
      old.forEach(
          (k, v) -> {
            if (!now.containsKey(k)) {
              changes.add("-D[" + k + ", " + v + "]");
            }
          });
      harness.tick().expect(changes.toArray(String[]::new));
      before = now;
    }
    harness.verify();
  }

  @Test
  void rowsAreRepeatedAsOftenAsTheirLastColumnSays() {
    Schema counted = SCHEMA.append(new dev.sluice.type.DataType.Field("n", BIGINT));
    OperatorHarness.of(
            new ReplicateNode(
                Nodes.input(counted, ChangelogMode.RETRACT, -1), traits(ChangelogMode.RETRACT)),
            List.of())
        .row("a", 1L, 2L)
        .row("b", null, 0L)
        .row("c", 1L, -3L)
        .row("d", 1L, null)
        .change(RowKind.UPDATE_BEFORE, "a", 1L, 2L)
        .change(RowKind.UPDATE_AFTER, "a", 1L, 1L)
        .finish()
        .expect("+I[a, 1]", "+I[a, 1]", "-U[a, 1]", "-U[a, 1]", "+U[a, 1]")
        .verify();
  }
}
