package dev.sluice.operator;

import static dev.sluice.operator.Nodes.BIGINT;
import static dev.sluice.operator.Nodes.STRING;
import static dev.sluice.operator.Nodes.call;
import static dev.sluice.operator.Nodes.distinct;
import static dev.sluice.operator.Nodes.schema;
import static dev.sluice.operator.Nodes.where;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.error.UserError;
import dev.sluice.plan.AggregateCall;
import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.Emit;
import dev.sluice.plan.Expr;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.RowKind;
import dev.sluice.type.Schema;
import java.math.BigDecimal;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class GroupAggregateTest {
  private static final DataType DOUBLE = DataType.of(Kind.DOUBLE);
  private static final DataType BOOLEAN = DataType.of(Kind.BOOLEAN);
  private static final Schema INPUT =
      schema(
          "k",
          STRING,
          "v",
          BIGINT,
          "d",
          DOUBLE,
          "b",
          BOOLEAN,
          "s",
          STRING,
          "m",
          DataType.decimal(30, 2));

  private static OperatorHarness atEnd(Schema input, List<Integer> keys, AggregateCall... calls) {
    return OperatorHarness.of(
        Nodes.group(
            input,
            ChangelogMode.INSERT_ONLY,
            keys,
            List.of(calls),
            Emit.ON_WINDOW_CLOSE,
            ChangelogMode.INSERT_ONLY),
        keys);
  }

  private static OperatorHarness onUpdate(
      ChangelogMode input, ChangelogMode output, List<Integer> keys) {
    return OperatorHarness.of(
        Nodes.group(
            INPUT,
            input,
            keys,
            List.of(
                call("COUNT", BIGINT.notNull()), call("SUM", BIGINT, 1), call("AVG", DOUBLE, 2)),
            Emit.ON_UPDATE,
            output),
        keys);
  }

  private static Object[] row(String k, Object v, Object d) {
    return new Object[] {k, v, d, null, null, null};
  }

  @Test
  void givesOneRowForNoInputIfThereAreNoKeys() {
    atEnd(
            INPUT,
            List.of(),
            call("COUNT", BIGINT.notNull()),
            call("SUM", BIGINT, 1),
            call("MAX", STRING, 4))
        .finish()
        .expect("+I[0, null, null]")
        .verify();
    onUpdate(ChangelogMode.INSERT_ONLY, ChangelogMode.RETRACT, List.of())
        .finish()
        .expect("+I[0, null, null]")
        .verify();
    atEnd(INPUT, List.of(0), call("COUNT", BIGINT.notNull())).finish().expect().verify();
  }

  @Test
  void computesEveryFunctionWithNullsLeftOut() {
    DataType wide = DataType.decimal(38, 2);
    DataType mean = DataType.decimal(38, 6);
    AggregateCall list =
        new AggregateCall(
            "LISTAGG",
            List.of(4),
            List.of(Expr.Literal.of("; ", STRING)),
            false,
            OptionalInt.empty(),
            List.of(),
            STRING);
    atEnd(
            INPUT,
            List.of(0),
            call("COUNT", BIGINT, 1),
            call("SUM", DOUBLE, 2),
            call("AVG", DOUBLE, 2),
            call("MIN", DOUBLE, 2),
            call("BOOL_AND", BOOLEAN, 3),
            call("BOOL_OR", BOOLEAN, 3),
            call("MIN", STRING, 4),
            call("MAX", STRING, 4),
            call("FIRST_VALUE", STRING, 4),
            call("LAST_VALUE", STRING, 4),
            list,
            call("ARRAY_AGG", DataType.array(STRING), 4),
            call("SUM", wide, 5),
            call("AVG", mean, 5),
            call("MIN", DataType.decimal(30, 2), 5))
        .row("a", 1L, 1.5, true, "x", new BigDecimal("10.00"))
        .row("a", null, null, null, null, null)
        .row("a", 2L, -0.0, false, "ä", new BigDecimal("-0.05"))
        .row("a", 3L, 2.5, null, "m", new BigDecimal("1234567890123456789012345678.00"))
        .row("e", null, null, null, null, null)
        .finish()
        .expect(
            "+I[a, 3, 4.0, 1.3333333333333333, 0.0, false, true, m, ä, x, m, x; ä; m,"
                + " [\"x\",null,\"ä\",\"m\"], 1234567890123456789012345687.95,"
                + " 411522630041152263004115229.316667, -0.05]",
            "+I[e, 0, null, null, null, null, null, null, null, null, null, null, [null], null,"
                + " null, null]")
        .verify();
  }

  @Test
  void countsEqualArgumentsOnceIfDistinct() {
    atEnd(
            INPUT,
            List.of(0),
            distinct(call("COUNT", BIGINT, 1)),
            distinct(call("SUM", BIGINT, 1)),
            distinct(call("COUNT", BIGINT, 4)),
            distinct(call("COUNT", BIGINT, 1, 4)),
            distinct(call("AVG", DOUBLE, 2)),
            distinct(call("SUM", DataType.decimal(38, 2), 5)))
        .row("a", 1L, 1.0, null, "x", new BigDecimal("1.00"))
        .row("a", 1L, 1.0, null, "y", new BigDecimal("1.00"))
        .row("a", 2L, 4.0, null, "y", new BigDecimal("2.50"))
        .row("b", 1L, 2.0, null, "x", new BigDecimal("7.00"))
        .row("a", null, null, null, "x", null)
        .tick()
        .row("a", 2L, 4.0, null, "y", new BigDecimal("2.50"))
        .row("b", 1L, 2.0, null, "x", null)
        .finish()
        .expect("+I[a, 2, 3, 2, 3, 2.5, 3.50]", "+I[b, 1, 1, 1, 1, 2.0, 7.00]")
        .verify();
  }

  @Test
  void takesOnlyTheRowsOfTheFilter() {
    atEnd(
            INPUT,
            List.of(0),
            where(call("COUNT", BIGINT), 3),
            where(call("SUM", BIGINT, 1), 3),
            call("COUNT", BIGINT))
        .row("a", 1L, null, true, null, null)
        .row("a", 2L, null, false, null, null)
        .row("a", 4L, null, null, null, null)
        .row("a", null, null, true, null, null)
        .finish()
        .expect("+I[a, 2, 1, 4]")
        .verify();
  }

  @Test
  void variancesDoNotCancel() {
    atEnd(
            INPUT,
            List.of(0),
            call("VAR_POP", DOUBLE, 2),
            call("VAR_SAMP", DOUBLE, 2),
            call("STDDEV_POP", DOUBLE, 2),
            call("STDDEV_SAMP", DOUBLE, 1))
        .row("a", 4L, 1e9 + 4, null, null, null)
        .row("a", 7L, 1e9 + 7, null, null, null)
        .row("a", 13L, 1e9 + 13, null, null, null)
        .row("a", 16L, 1e9 + 16, null, null, null)
        .row("b", 1L, 5.0, null, null, null)
        .finish()
        .expect(
            "+I[a, 22.5, 30.0, 4.743416490252569, 5.477225575051661]",
            "+I[b, 0.0, null, 0.0, null]")
        .verify();
  }

  @Test
  void groupsNullsAndEqualNumbersTogether() {
    atEnd(schema("d", DOUBLE, "s", STRING), List.of(0, 1), call("COUNT", BIGINT))
        .row(0.0, "x")
        .row(-0.0, "x")
        .row(Double.NaN, null)
        .row(Double.longBitsToDouble(0x7ff8000000000123L), null)
        .row(null, null)
        .row(null, "")
        .row(null, null)
        .finish()
        .expect("+I[0.0, x, 2]", "+I[NaN, null, 2]", "+I[null, null, 2]", "+I[null, , 1]")
        .verify();
  }

  @Test
  void aSumThatLeavesItsRangeIsTheUsersError() {
    OperatorHarness harness =
        atEnd(INPUT, List.of(0), call("SUM", BIGINT, 1))
            .row(row("a", Long.MAX_VALUE, null))
            .row(row("a", 1L, null))
            .finish();
    assertThatThrownBy(harness::verify)
        .isInstanceOf(UserError.class)
        .hasMessageContaining("SLU-4002");
    atEnd(INPUT, List.of(0), call("SUM", BIGINT, 1))
        .row(row("a", Long.MAX_VALUE, null))
        .row(row("a", 1L, null))
        .row(row("a", -1L, null))
        .finish()
        .expect("+I[a, " + Long.MAX_VALUE + "]")
        .verify();
  }

  @Test
  void foldsTheChangesOfATick() {
    onUpdate(ChangelogMode.INSERT_ONLY, ChangelogMode.RETRACT, List.of(0))
        .row(row("a", 1L, 2.0))
        .row(row("b", 5L, null))
        .row(row("a", 2L, null))
        .tick()
        .expect("+I[a, 2, 3, 2.0]", "+I[b, 1, 5, null]")
        .row(row("b", 1L, 1.0))
        .tick()
        .expect("-U[b, 1, 5, null]", "+U[b, 2, 6, 1.0]")
        .tick()
        .expect()
        .finish()
        .expect()
        .verify();
  }

  @Test
  void givesNoOldRowWhereNobodyWantsIt() {
    onUpdate(ChangelogMode.INSERT_ONLY, ChangelogMode.UPSERT, List.of(0))
        .row(row("a", 1L, null))
        .tick()
        .row(row("a", 1L, null))
        .tick()
        .expect("+I[a, 1, 1, null]", "+U[a, 2, 2, null]")
        .verify();
  }

  @Test
  void deletesAGroupWhoseLastRowIsTakenBack() {
    onUpdate(ChangelogMode.RETRACT, ChangelogMode.RETRACT, List.of(0))
        .row(row("a", 1L, 0.5))
        .row(row("b", -7L, 1.0))
        .tick()
        .expect("+I[a, 1, 1, 0.5]", "+I[b, 1, -7, 1.0]")
        .change(RowKind.UPDATE_BEFORE, row("a", 1L, 0.5))
        .change(RowKind.UPDATE_AFTER, row("a", 4L, 1.5))
        .change(RowKind.DELETE, row("b", -7L, 1.0))
        .tick()
        .expect("-U[a, 1, 1, 0.5]", "+U[a, 1, 4, 1.5]", "-D[b, 1, -7, 1.0]")
        .row(row("b", 3L, null))
        .row(row("c", 3L, null))
        .change(RowKind.DELETE, row("c", 3L, null))
        .change(RowKind.UPDATE_BEFORE, row("a", 4L, 1.5))
        .change(RowKind.UPDATE_AFTER, row("a", 4L, 1.5))
        .tick()
        .expect("+I[b, 1, 3, null]")
        .verify();
  }

  @Test
  void keepsTheOnlyGroupOfAnAggregationWithoutKeys() {
    onUpdate(ChangelogMode.RETRACT, ChangelogMode.RETRACT, List.of())
        .row(row("a", 1L, null))
        .tick()
        .change(RowKind.DELETE, row("a", 1L, null))
        .tick()
        .expect("+I[1, 1, null]", "-U[1, 1, null]", "+U[0, null, null]")
        .verify();
  }
}
