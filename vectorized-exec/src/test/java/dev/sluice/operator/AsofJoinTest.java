package dev.sluice.operator;

import dev.sluice.plan.AsofJoinNode;
import dev.sluice.plan.AsofJoinNode.Match;
import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.JoinKind;
import dev.sluice.plan.PlanTraits;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.RowKind;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class AsofJoinTest {
  private static final Schema LEFT =
      Nodes.schema("k", Nodes.BIGINT, "t", Nodes.TIMESTAMP, "m", Nodes.BIGINT);
  private static final Schema RIGHT =
      Nodes.schema("k", Nodes.BIGINT, "t", Nodes.TIMESTAMP, "v", Nodes.STRING, "m", Nodes.BIGINT);

  private static OperatorHarness script(
      JoinKind kind, Match match, boolean byTime, boolean versions) {
    List<Field> fields =
        new ArrayList<>(List.of(LEFT.field(0), LEFT.field(1), RIGHT.field(1), RIGHT.field(2)));
    AsofJoinNode node =
        new AsofJoinNode(
            Nodes.input(LEFT, ChangelogMode.INSERT_ONLY, 1),
            Nodes.input(RIGHT, versions ? ChangelogMode.RETRACT : ChangelogMode.INSERT_ONLY, 1),
            kind,
            List.of(0),
            List.of(0),
            1,
            1,
            match,
            versions,
            Optional.empty(),
            byTime,
            OptionalInt.of(2),
            OptionalInt.of(3),
            List.of(0, 1, 4, 5),
            PlanTraits.of(new Schema(fields), true));
    return OperatorHarness.of(node, List.of(0), List.of(0)).unordered();
  }

  private static OperatorHarness some(OperatorHarness script) {
    return script
        .row(1, 10, null)
        .row(1, 20, null)
        .row(1, 5, null)
        .row(2, 20, null)
        .row(null, 20, null)
        .row(1, null, null)
        .input(1)
        .row(1, 20, "c", null)
        .row(1, 9, "a", null)
        .row(1, 10, "b", null)
        .row(1, 30, "d", null)
        .row(null, 20, "n", null)
        .row(1, null, "m", null);
  }

  @Test
  void findsTheNearestAtTheEnd() {
    some(script(JoinKind.LEFT, Match.GREATER_OR_EQUAL, false, false))
        .watermark(100)
        .expect()
        .finish()
        .expect(
            "+I[1, 10, 10, b]",
            "+I[1, 20, 20, c]",
            "+I[1, 5, null, null]",
            "+I[2, 20, null, null]",
            "+I[null, 20, null, null]",
            "+I[1, null, null, null]")
        .verify();
    some(script(JoinKind.INNER, Match.GREATER, false, false))
        .finish()
        .expect("+I[1, 10, 9, a]", "+I[1, 20, 10, b]")
        .verify();
    some(script(JoinKind.INNER, Match.LESS, false, false))
        .finish()
        .expect("+I[1, 10, 20, c]", "+I[1, 20, 30, d]", "+I[1, 5, 9, a]")
        .verify();
    some(script(JoinKind.INNER, Match.LESS_OR_EQUAL, false, false))
        .finish()
        .expect("+I[1, 10, 10, b]", "+I[1, 20, 20, c]", "+I[1, 5, 9, a]")
        .verify();
  }

  @Test
  void givesRowsAsTheWatermarkPassesThem() {
    some(script(JoinKind.INNER, Match.GREATER_OR_EQUAL, true, false))
        .watermark(9)
        .expect()
        .watermark(10)
        .expect("+I[1, 10, 10, b]")
        .input(0)
        .row(1, 29, null)
        // behind the watermark of its sequence: left out
        .row(1, 8, 10L)
        .input(1)
        .row(1, 9, "late", 10L)
        .watermark(29)
        .expect("+I[1, 20, 20, c]", "+I[1, 29, 20, c]")
        .input(0)
        .row(1, 40, null)
        .finish()
        .expectCount("rows.late", 2)
        .expect("+I[1, 40, 30, d]")
        .verify();
  }

  @Test
  void waitsForTheRowThatFollows() {
    script(JoinKind.LEFT, Match.LESS, true, false)
        .row(1, 10, null)
        .row(2, 10, null)
        .watermark(15)
        .expect()
        .input(1)
        .row(1, 30, "b", null)
        .row(1, 20, "a", null)
        .watermark(19)
        .expect()
        .watermark(20)
        .expect("+I[1, 10, 20, a]")
        .finish()
        .expect("+I[2, 10, null, null]")
        .verify();
  }

  @Test
  void aVersionThatIsDeletedLeavesNothing() {
    script(JoinKind.LEFT, Match.GREATER_OR_EQUAL, true, true)
        .input(1)
        .row(1, 10, "a", null)
        .watermark(10)
        .expect()
        .change(RowKind.UPDATE_BEFORE, 1, 10, "a", null)
        .change(RowKind.UPDATE_AFTER, 1, 20, "b", null)
        .change(RowKind.DELETE, 1, 30, "b", null)
        .row(1, 40, "c", null)
        .input(0)
        .row(1, 15, null)
        .row(1, 20, null)
        .row(1, 35, null)
        .row(1, 45, null)
        .watermark(45)
        .expect("+I[1, 15, 10, a]", "+I[1, 20, 20, b]", "+I[1, 35, null, null]", "+I[1, 45, 40, c]")
        .finish()
        .expect()
        .verify();
  }
}
