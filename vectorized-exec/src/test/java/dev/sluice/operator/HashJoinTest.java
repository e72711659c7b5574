package dev.sluice.operator;

import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.Emit;
import dev.sluice.plan.Expr;
import dev.sluice.plan.JoinKind;
import dev.sluice.plan.JoinNode;
import dev.sluice.plan.JoinRetention;
import dev.sluice.plan.PlanTraits;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Joins that read one input first, against pairs counted out by hand. */
class HashJoinTest {
  private static final Schema LEFT =
      Nodes.schema(
          "k", Nodes.BIGINT,
          "a", Nodes.STRING,
          "n", DataType.of(Kind.INTEGER),
          "t", Nodes.TIMESTAMP);
  private static final Schema RIGHT =
      Nodes.schema(
          "k", Nodes.BIGINT,
          "b", Nodes.STRING,
          "d", DataType.of(Kind.DOUBLE),
          "f", DataType.of(Kind.BOOLEAN),
          "c", Nodes.STRING);

  /** n < k of the right side. */
  private static final Expr CONDITION =
      new Expr.Call(
          "<",
          List.of(
              new Expr.Cast(new Expr.ColumnRef(2, DataType.of(Kind.INTEGER)), Nodes.BIGINT, false),
              new Expr.ColumnRef(4, Nodes.BIGINT)),
          DataType.of(Kind.BOOLEAN));

  private static JoinNode join(JoinKind kind, int build, List<Integer> keys, boolean condition) {
    List<Field> fields = new ArrayList<>(LEFT.fields());
    if (kind.givesPairs()) {
      RIGHT.fields().forEach(f -> fields.add(new Field(f.name() + "2", f.type())));
    }
    return new JoinNode(
        Nodes.input(LEFT, ChangelogMode.INSERT_ONLY, -1),
        Nodes.input(RIGHT, ChangelogMode.INSERT_ONLY, -1),
        kind,
        keys,
        keys,
        keys.stream().map(k -> k == 1).toList(),
        condition ? Optional.of(CONDITION) : Optional.empty(),
        IntStream.range(0, fields.size()).boxed().toList(),
        JoinRetention.FOREVER,
        OptionalInt.of(build),
        Emit.ON_WINDOW_CLOSE,
        PlanTraits.of(new Schema(fields), true));
  }

  private static Object orNull(Random random, Object value) {
    return random.nextInt(6) == 0 ? null : value;
  }

  private static Object[] left(Random random, long keys) {
    return new Object[] {
      orNull(random, scattered(random, keys)),
      orNull(random, "s" + random.nextInt(3)),
      orNull(random, random.nextInt(8)),
      orNull(random, (long) random.nextInt(100))
    };
  }

  private static Object[] right(Random random, long keys) {
    return new Object[] {
      orNull(random, scattered(random, keys)),
      orNull(random, "s" + random.nextInt(3)),
      orNull(random, random.nextInt(9) / 2.0),
      orNull(random, random.nextBoolean()),
      orNull(random, "x".repeat(random.nextInt(20)))
    };
  }

  /** Few keys lie close together, many far apart. */
  private static long scattered(Random random, long keys) {
    long key = random.nextInt((int) keys);
    return keys > 10 ? key * 1_000_003 - 5_000_000 : key;
  }

  private static boolean matches(
      Object[] left, Object[] right, List<Integer> keys, boolean condition) {
    for (int key : keys) {
      if (left[key] == null && key != 1 || !Objects.equals(left[key], right[key])) {
        return false;
      }
    }
    return !condition || left[2] != null && right[0] != null && (Integer) left[2] < (Long) right[0];
  }

  private static String text(JoinKind kind, Object[] left, Object[] right) {
    Stream<Object> values =
        kind.givesPairs()
            ? Stream.concat(Arrays.stream(left), Arrays.stream(right))
            : Arrays.stream(left);
    return "+I" + values.map(String::valueOf).collect(Collectors.joining(", ", "[", "]"));
  }

  private static List<String> expected(
      JoinKind kind,
      List<Object[]> lefts,
      List<Object[]> rights,
      List<Integer> keys,
      boolean condition) {
    List<String> rows = new ArrayList<>();
    boolean[] paired = new boolean[rights.size()];
    for (Object[] left : lefts) {
      boolean any = false;
      for (int r = 0; r < paired.length; r++) {
        if (matches(left, rights.get(r), keys, condition)) {
          any = true;
          paired[r] = true;
          if (kind.givesPairs()) {
            rows.add(text(kind, left, rights.get(r)));
          }
        }
      }
      if (kind == JoinKind.SEMI ? any : !any && kind.keeps(0)) {
        rows.add(text(kind, left, new Object[RIGHT.size()]));
      }
    }
    for (int r = 0; r < paired.length; r++) {
      if (!paired[r] && kind.keeps(1)) {
        rows.add(text(kind, new Object[LEFT.size()], rights.get(r)));
      }
    }
    return rows;
  }

  private static void check(
      JoinKind kind,
      int build,
      List<Integer> keys,
      boolean condition,
      long distinct,
      Random random) {
    List<Object[]> lefts = new ArrayList<>();
    List<Object[]> rights = new ArrayList<>();
    OperatorHarness script =
        OperatorHarness.of(join(kind, build, keys, condition), keys, keys).unordered();
    // some of those that pass may come before all are there that are kept
    int early = random.nextBoolean() ? 5 : 0;
    int kept = random.nextInt(14);
    for (int i = 0; i < kept + early; i++) {
      boolean passes = early > 0 && i % (1 + kept / 5) == 0;
      feed(script, passes ? 1 - build : build, distinct, lefts, rights, random);
    }
    script.finish(build);
    for (int i = 0; i < 25; i++) {
      feed(script, 1 - build, distinct, lefts, rights, random);
    }
    script
        .finish(1 - build)
        .expect(expected(kind, lefts, rights, keys, condition).toArray(new String[0]))
        .verify();
  }

  private static void feed(
      OperatorHarness script,
      int input,
      long distinct,
      List<Object[]> lefts,
      List<Object[]> rights,
      Random random) {
    Object[] row = input == 0 ? left(random, distinct) : right(random, distinct);
    (input == 0 ? lefts : rights).add(row);
    script.input(input).row(row);
  }

  private static void checkAll(List<Integer> keys, long distinct) {
    Random random = new Random(distinct);
    int turn = 0;
    for (JoinKind kind : JoinKind.values()) {
      for (int build = kind.givesPairs() ? 0 : 1; build < 2; build++) {
        check(kind, build, keys, turn++ % 3 != 0 || keys.isEmpty(), distinct, random);
      }
    }
  }

  @Test
  void keysThatLieCloseTogether() {
    checkAll(List.of(0), 8);
  }

  @Test
  void keysThatLieFarApart() {
    checkAll(List.of(0), 40);
  }

  @Test
  void keysOfBytesOfWhichNullsAreEqual() {
    checkAll(List.of(1), 8);
    checkAll(List.of(0, 1), 4);
  }

  @Test
  void rowsThatWaitedComeBeforeTheLastWatermark() {
    OperatorHarness.of(join(JoinKind.FULL, 1, List.of(0), false), List.of(0), List.of(0))
        .unordered()
        .row(1L, "a", 1, 1L)
        .row(2L, "b", 2, 2L)
        .input(1)
        .row(1L, "c", 1.0, true, "d")
        .row(3L, "e", 2.0, false, "f")
        .watermark(5)
        .expect()
        .watermark(Long.MAX_VALUE)
        .expect(
            "+I[1, a, 1, 1, 1, c, 1.0, true, d]",
            "+I[2, b, 2, 2, null, null, null, null, null]",
            "+I[null, null, null, null, 3, e, 2.0, false, f]")
        .finish(0)
        .finish(1)
        .expect()
        .verify();
  }

  @Test
  void noKeys() {
    checkAll(List.of(), 8);
  }
}
