package dev.sluice.operator;

import static dev.sluice.operator.Nodes.BIGINT;
import static dev.sluice.operator.Nodes.STRING;
import static dev.sluice.operator.Nodes.schema;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.error.UserError;
import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.Emit;
import dev.sluice.plan.PlanNode;
import dev.sluice.type.DataType;
import dev.sluice.type.RowKind;
import dev.sluice.type.Schema;
import java.util.List;
import org.junit.jupiter.api.Test;

class SingleValueTest {
  private static OperatorHarness harness(ChangelogMode mode, DataType type, Emit emit) {
    Schema input = schema("k", STRING, "v", type);
    ChangelogMode out =
        emit.equals(Emit.ON_UPDATE) ? ChangelogMode.RETRACT : ChangelogMode.INSERT_ONLY;
    PlanNode node =
        Nodes.group(
            input, mode, List.of(0), List.of(Nodes.call("SINGLE_VALUE", type, 1)), emit, out);
    return OperatorHarness.of(node, List.of(0));
  }

  @Test
  void isTheOnlyValueOfItsGroup() {
    harness(ChangelogMode.INSERT_ONLY, STRING, Emit.ON_WINDOW_CLOSE)
        .row("a", "x")
        .row("b", null)
        .finish()
        .expect("+I[a, x]", "+I[b, null]")
        .verify();
  }

  @Test
  void aValueMayComeBeforeTheOneItReplacesIsTakenBack() {
    harness(ChangelogMode.RETRACT, BIGINT, Emit.ON_UPDATE)
        .row("a", 1L)
        .tick()
        .expect("+I[a, 1]")
        .change(RowKind.UPDATE_AFTER, "a", 2L)
        .change(RowKind.UPDATE_BEFORE, "a", 1L)
        .tick()
        .expect("-U[a, 1]", "+U[a, 2]")
        .change(RowKind.DELETE, "a", 2L)
        .finish()
        .expect("-D[a, 2]")
        .verify();
  }

  @Test
  void moreThanOneRowIsAnErrorEvenIfTheyAreEqual() {
    for (Object second : new Object[] {1L, 2L, null}) {
      OperatorHarness harness =
          harness(ChangelogMode.INSERT_ONLY, BIGINT, Emit.ON_WINDOW_CLOSE)
              .row("a", 1L)
              .row("a", second)
              .finish();
      assertThatThrownBy(harness::verify)
          .as("%s", second)
          .isInstanceOf(UserError.class)
          .hasMessageContaining("more than one row");
    }
  }
}
