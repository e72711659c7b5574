package dev.sluice.operator;

import static dev.sluice.operator.Nodes.BIGINT;
import static dev.sluice.operator.Nodes.STRING;
import static dev.sluice.operator.Nodes.schema;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.PlanNode;
import dev.sluice.plan.PlanTraits;
import dev.sluice.plan.SortKey;
import dev.sluice.type.Schema;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SortLimitUnionTest {
  private static final Schema INPUT = schema("n", BIGINT, "s", STRING);

  private static PlanNode input() {
    return Nodes.input(INPUT, ChangelogMode.INSERT_ONLY, -1);
  }

  private static OperatorHarness sort(long offset, Optional<Long> fetch, SortKey... keys) {
    PlanNode node =
        new PlanNode.Sort(input(), List.of(keys), offset, fetch, PlanTraits.of(INPUT, true));
    return OperatorHarness.of(node, List.of())
        .row(2L, "b")
        .row(1L, "z")
        .row(null, "a")
        .row(2L, "a")
        .row(2L, null)
        .row(-5L, "a")
        .finish();
  }

  @Test
  void ordersByEveryKeyAndKeepsEqualRowsInOrder() {
    sort(0, Optional.empty(), new SortKey(0, false, false))
        .expect("+I[-5, a]", "+I[1, z]", "+I[2, b]", "+I[2, a]", "+I[2, null]", "+I[null, a]")
        .verify();
    sort(0, Optional.empty(), new SortKey(0, true, true), new SortKey(1, false, true))
        .expect("+I[null, a]", "+I[2, null]", "+I[2, a]", "+I[2, b]", "+I[1, z]", "+I[-5, a]")
        .verify();
    sort(0, Optional.empty(), new SortKey(1, true, false))
        .expect("+I[1, z]", "+I[2, b]", "+I[null, a]", "+I[2, a]", "+I[-5, a]", "+I[2, null]")
        .verify();
  }

  @Test
  void givesTheRowsBetweenOffsetAndFetch() {
    sort(1, Optional.of(2L), new SortKey(0, false, false)).expect("+I[1, z]", "+I[2, b]").verify();
    sort(9, Optional.of(2L), new SortKey(0, false, false)).expect().verify();
    sort(0, Optional.of(0L), new SortKey(0, false, false)).expect().verify();
    sort(4, Optional.of(Long.MAX_VALUE), new SortKey(0, false, false))
        .expect("+I[2, null]", "+I[null, a]")
        .verify();
  }

  @Test
  void keepsTheBestOfManyRowsWhenOnlyAFewAreWanted() {
    PlanNode node =
        new PlanNode.Sort(
            input(),
            List.of(new SortKey(0, false, false)),
            0,
            Optional.of(3L),
            PlanTraits.of(INPUT, true));
    OperatorHarness harness = OperatorHarness.of(node, List.of());
    for (long i = 0; i < 70_000; i++) {
      harness.row((i * 7919) % 70_001, "x");
    }
    harness.finish().expect("+I[0, x]", "+I[1, x]", "+I[2, x]").verifyOnce();
  }

  @Test
  void limitPassesTheRowsItShould() {
    for (long[] range : new long[][] {{0, 3}, {1, 2}, {3, 1}}) {
      OperatorHarness harness =
          OperatorHarness.of(
              new PlanNode.Limit(input(), range[0], range[1], PlanTraits.of(INPUT, true)),
              List.of());
      for (long i = 0; i < 5; i++) {
        harness.row(i, null).tick();
      }
      String[] expected = new String[(int) range[1]];
      for (int i = 0; i < expected.length; i++) {
        expected[i] = "+I[" + (range[0] + i) + ", null]";
      }
      harness.finish().expect(expected).verify();
    }
  }

  @Test
  void limitSaysWhenItNeedsNoMore() {
    try (Operator limit =
        Operators.create(new PlanNode.Limit(input(), 5, 1, PlanTraits.of(INPUT, true)))) {
      assertThat(limit.satisfied()).isFalse();
    }
    try (Operator limit =
        Operators.create(new PlanNode.Limit(input(), 0, 0, PlanTraits.of(INPUT, true)))) {
      assertThat(limit.satisfied()).isTrue();
    }
  }

  @Test
  void unionTakesTheNamesOfItsOutput() {
    Schema renamed = schema("x", BIGINT, "y", STRING);
    OperatorHarness.of(
            new PlanNode.Union(List.of(input(), input()), PlanTraits.of(renamed, true)), List.of())
        .row(1L, "a")
        .row(2L, null)
        .finish()
        .expect("+I[1, a]", "+I[2, null]")
        .verify();
  }

  @Test
  void everyPlanNodeHasAnOperatorOrBelongsToTheHost() {
    for (Class<?> node : PlanNode.class.getPermittedSubclasses()) {
      Class<? extends PlanNode> kind = node.asSubclass(PlanNode.class);
      assertThat(Operators.covers(kind) != Operators.isOfTheHost(kind))
          .as(node.getSimpleName())
          .isTrue();
    }
  }
}
