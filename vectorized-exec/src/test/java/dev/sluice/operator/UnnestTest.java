package dev.sluice.operator;

import static dev.sluice.operator.Nodes.BIGINT;
import static dev.sluice.operator.Nodes.STRING;
import static dev.sluice.operator.Nodes.schema;

import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.PlanTraits;
import dev.sluice.plan.UnnestNode;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.RowKind;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class UnnestTest {
  private static OperatorHarness harness(
      DataType type, boolean withOrdinality, boolean outer, Field... elements) {
    Schema input = schema("id", BIGINT, "c", type, "s", STRING);
    List<Field> fields = new ArrayList<>(List.of(input.field(2), input.field(0)));
    fields.addAll(Arrays.asList(elements));
    return OperatorHarness.of(
        new UnnestNode(
            Nodes.input(input, ChangelogMode.RETRACT, -1),
            1,
            List.of(2, 0),
            withOrdinality,
            outer,
            PlanTraits.of(new Schema(fields), true)),
        List.of());
  }

  @Test
  void givesARowForEachElement() {
    harness(DataType.array(STRING), false, false, new Field("e", STRING))
        .row(1L, List.of("a", "b"), "x")
        .row(2L, List.of(), "y")
        .row(3L, null, "z")
        .change(RowKind.DELETE, 4L, Arrays.asList(null, "c"), null)
        .finish()
        .expect("+I[x, 1, a]", "+I[x, 1, b]", "-D[null, 4, null]", "-D[null, 4, c]")
        .verify();
  }

  @Test
  void keepsRowsWithoutElementsIfItIsOuter() {
    DataType number = DataType.of(DataType.Kind.INTEGER);
    harness(DataType.array(BIGINT), true, true, new Field("e", BIGINT), new Field("o", number))
        .row(1L, List.of(7L, 8L), "x")
        .row(2L, List.of(), "y")
        .row(3L, null, "z")
        .finish()
        .expect("+I[x, 1, 7, 1]", "+I[x, 1, 8, 2]", "+I[y, 2, null, null]", "+I[z, 3, null, null]")
        .verify();
  }

  @Test
  void givesKeysAndValuesOfMaps() {
    harness(
            DataType.map(STRING, BIGINT),
            false,
            true,
            new Field("k", STRING),
            new Field("v", BIGINT))
        .row(1L, Map.of("a", 1L), "x")
        .row(2L, null, "y")
        .finish()
        .expect("+I[x, 1, a, 1]", "+I[y, 2, null, null]")
        .verify();
  }
}
