package dev.sluice.operator;

import static dev.sluice.operator.Nodes.BIGINT;
import static dev.sluice.operator.Nodes.STRING;
import static dev.sluice.operator.Nodes.call;
import static dev.sluice.operator.Nodes.distinct;
import static dev.sluice.operator.Nodes.schema;
import static dev.sluice.operator.Nodes.where;

import dev.sluice.plan.AggregateCall;
import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.Emit;
import dev.sluice.plan.PlanNode;
import dev.sluice.plan.SortKey;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.RowKind;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every aggregate under random insertions and deletions, against computing it anew each time. */
class RetractionTest {
  private static final DataType DOUBLE = DataType.of(Kind.DOUBLE);
  private static final DataType BOOLEAN = DataType.of(Kind.BOOLEAN);
  private static final Schema INPUT =
      schema("k", STRING, "v", BIGINT, "d", DOUBLE, "b", BOOLEAN, "s", STRING);

  private record Case(AggregateCall call, Function<List<Object[]>, Object> expected) {}

  private static AggregateCall ordered(AggregateCall call, int column) {
    return new AggregateCall(
        call.function(),
        call.arguments(),
        call.constants(),
        call.distinct(),
        call.filter(),
        List.of(new SortKey(column, false, false)),
        call.type());
  }

  private static List<Object> column(List<Object[]> rows, int column) {
    return rows.stream().map(r -> r[column]).filter(Objects::nonNull).toList();
  }

  private static List<Double> doubles(List<Object[]> rows) {
    return column(rows, 2).stream().map(d -> (Double) d).toList();
  }

  private static Object sum(List<Object> values) {
    return values.isEmpty() ? null : values.stream().mapToLong(v -> (Long) v).sum();
  }

  private static String joined(List<Object> values) {
    return values.isEmpty()
        ? null
        : values.stream().map(String::valueOf).sorted().collect(Collectors.joining(","));
  }

  private static Object sumOf(List<Double> values) {
    return values.isEmpty() ? null : values.stream().mapToDouble(d -> d).sum();
  }

  private static List<Object[]> marked(List<Object[]> rows) {
    return rows.stream().filter(r -> Boolean.TRUE.equals(r[3])).toList();
  }

  /**
   * What came first and is still there: of values that are alike those that came first have gone.
   */
  private static Object extreme(List<Object> values, Comparator<Object> order) {
    return values.stream().min(order).orElse(null);
  }

  private static final Comparator<Object> ASCENDING =
      (a, b) -> a instanceof Long x ? x.compareTo((Long) b) : a.toString().compareTo(b.toString());

  private static final List<Case> CASES =
      List.of(
          new Case(call("COUNT", BIGINT.notNull()), rows -> (long) rows.size()),
          new Case(call("COUNT", BIGINT, 1), rows -> (long) column(rows, 1).size()),
          new Case(call("SUM", BIGINT, 1), rows -> sum(column(rows, 1))),
          new Case(call("SUM", DOUBLE, 2), rows -> sumOf(doubles(rows))),
          new Case(call("MIN", BIGINT, 1), rows -> extreme(column(rows, 1), ASCENDING)),
          new Case(call("MAX", STRING, 4), rows -> extreme(column(rows, 4), ASCENDING.reversed())),
          new Case(
              call("BOOL_AND", BOOLEAN, 3),
              rows ->
                  column(rows, 3).isEmpty()
                      ? null
                      : column(rows, 3).stream().allMatch(Boolean.TRUE::equals)),
          new Case(
              where(call("MAX", BIGINT, 1), 3),
              rows -> extreme(column(marked(rows), 1), ASCENDING.reversed())),
          new Case(
              distinct(call("COUNT", BIGINT, 4)),
              rows -> column(rows, 4).stream().distinct().count()),
          new Case(
              where(distinct(call("COUNT", BIGINT, 4)), 3),
              rows -> column(marked(rows), 4).stream().distinct().count()),
          new Case(
              distinct(call("COUNT", BIGINT, 1, 4)),
              rows ->
                  rows.stream()
                      .filter(r -> r[1] != null && r[4] != null)
                      .map(r -> r[1] + "|" + r[4])
                      .distinct()
                      .count()),
          new Case(
              distinct(call("SUM", BIGINT, 1)),
              rows -> sum(column(rows, 1).stream().distinct().toList())),
          new Case(ordered(call("LISTAGG", STRING, 4), 4), rows -> joined(column(rows, 4))),
          new Case(
              ordered(distinct(call("LISTAGG", STRING, 4)), 4),
              rows -> joined(column(rows, 4).stream().distinct().toList())),
          new Case(
              ordered(call("ARRAY_AGG", DataType.array(BIGINT), 1), 1),
              rows ->
                  rows.stream()
                      .map(r -> r[1])
                      .sorted(Comparator.nullsLast(ASCENDING))
                      .map(String::valueOf)
                      .collect(Collectors.joining(",", "[", "]"))));

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void agreesWithComputingAnew(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    boolean keyed = seed % 4 != 0;
    OperatorHarness harness = harness(keyed ? List.of(0) : List.of(), Emit.ON_UPDATE).unordered();
    List<Object[]> live = new ArrayList<>();
    Map<String, String> given = new LinkedHashMap<>();
    boolean touched = false;
    for (int step = 0; step < 25; step++) {
      for (int i = 0; i < random.nextInt(5); i++) {
        touched = true;
        if (!live.isEmpty() && random.nextInt(100) < (step < 15 ? 40 : 75)) {
          Object[] gone = live.remove(random.nextInt(live.size()));
          harness.change(random.nextBoolean() ? RowKind.DELETE : RowKind.UPDATE_BEFORE, gone);
        } else {
          Object[] row = row(random);
          live.add(row);
          harness.change(random.nextBoolean() ? RowKind.INSERT : RowKind.UPDATE_AFTER, row);
        }
      }
      Map<String, String> now = results(live, keyed);
      if (!keyed && !touched) {
        now.clear();
      }
      harness.tick().expect(changes(given, now));
      given = now;
    }
    harness.verify();
    finalResults(live, keyed, random);
  }

  private static void finalResults(List<Object[]> live, boolean keyed, SplittableRandom random) {
    OperatorHarness harness =
        harness(keyed ? List.of(0) : List.of(), Emit.ON_WINDOW_CLOSE).unordered();
    List<Object[]> gone = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      Object[] row = row(random);
      gone.add(row);
      harness.row(row);
    }
    live.forEach(harness::row);
    gone.forEach(row -> harness.change(RowKind.DELETE, row));
    harness
        .finish()
        .expect(results(live, keyed).values().stream().map(r -> "+I" + r).toArray(String[]::new))
        .verify();
  }

  private static OperatorHarness harness(List<Integer> keys, Emit emit) {
    boolean updating = emit == Emit.ON_UPDATE;
    return OperatorHarness.of(
        Nodes.group(
            INPUT,
            ChangelogMode.RETRACT,
            keys,
            CASES.stream().map(Case::call).toList(),
            emit,
            updating ? ChangelogMode.RETRACT : ChangelogMode.INSERT_ONLY),
        keys);
  }

  private static Object[] row(SplittableRandom random) {
    double[] numbers = {0.25, -1.5, 8, 1e6, Double.POSITIVE_INFINITY, Double.NaN};
    return new Object[] {
      random.nextInt(6) == 0 ? null : "k" + random.nextInt(3),
      random.nextInt(5) == 0 ? null : random.nextLong(-3, 4),
      random.nextInt(4) == 0 ? null : numbers[random.nextInt(random.nextInt(1, 7))],
      random.nextInt(4) == 0 ? null : random.nextBoolean(),
      random.nextInt(5) == 0 ? null : "s" + random.nextInt(4)
    };
  }

  private static Map<String, String> results(List<Object[]> live, boolean keyed) {
    Map<String, List<Object[]>> groups = new LinkedHashMap<>();
    if (!keyed) {
      groups.put("", live);
    } else {
      live.forEach(
          r -> groups.computeIfAbsent(String.valueOf(r[0]), k -> new ArrayList<>()).add(r));
    }
    Map<String, String> results = new LinkedHashMap<>();
    groups.forEach(
        (key, rows) -> {
          List<String> cells = new ArrayList<>();
          if (keyed) {
            cells.add(key);
          }
          boolean empty = rows.isEmpty();
          for (Case one : CASES) {
            Object value = one.expected().apply(rows);
            boolean list = one.call().function().equals("ARRAY_AGG");
            cells.add(list && empty ? "null" : String.valueOf(value));
          }
          results.put(key, cells.toString());
        });
    return results;
  }

  private static String[] changes(Map<String, String> before, Map<String, String> after) {
    List<String> changes = new ArrayList<>();
    after.forEach(
        (key, row) -> {
          if (!before.containsKey(key)) {
            changes.add("+I" + row);
          } else if (!before.get(key).equals(row)) {
            changes.add("-U" + before.get(key));
            changes.add("+U" + row);
          }
        });
    before.forEach(
        (key, row) -> {
          if (!after.containsKey(key)) {
            changes.add("-D" + row);
          }
        });
    return changes.toArray(String[]::new);
  }

  @Test
  void firstAndLastValuesFallBackToWhatIsLeft() {
    OperatorHarness.of(
            Nodes.group(
                INPUT,
                ChangelogMode.RETRACT,
                List.of(0),
                List.of(
                    call("FIRST_VALUE", STRING, 4),
                    call("LAST_VALUE", STRING, 4),
                    call("LISTAGG", STRING, 4),
                    where(call("LAST_VALUE", BIGINT, 1), 3)),
                Emit.ON_UPDATE,
                ChangelogMode.RETRACT),
            List.of(0))
        .row("a", 1L, null, true, "x")
        .row("a", 2L, null, false, "y")
        .row("a", 3L, null, true, "z")
        .row("a", 4L, null, true, null)
        .tick()
        .expect("+I[a, x, z, x,y,z, 4]")
        .change(RowKind.DELETE, "a", 1L, null, true, "x")
        .change(RowKind.DELETE, "a", 4L, null, true, null)
        .tick()
        .expect("-U[a, x, z, x,y,z, 4]", "+U[a, y, z, y,z, 3]")
        .change(RowKind.UPDATE_BEFORE, "a", 2L, null, false, "y")
        .change(RowKind.UPDATE_AFTER, "a", 2L, null, false, "w")
        .change(RowKind.DELETE, "a", 3L, null, true, "z")
        .tick()
        .expect("-U[a, y, z, y,z, 3]", "+U[a, w, w, w, null]")
        .change(RowKind.DELETE, "a", 2L, null, false, "w")
        .tick()
        .expect("-D[a, w, w, w, null]")
        .verify();
  }

  @Test
  void aRowTakenBackBeforeItCameLeavesNothing() {
    harness(List.of(0), Emit.ON_UPDATE)
        .change(RowKind.DELETE, "a", 1L, 0.5, true, "x")
        .tick()
        .expect()
        .row("a", 1L, 0.5, true, "x")
        .tick()
        .expect()
        .row("a", 2L, null, null, null)
        .tick()
        .expect("+I[a, 1, 1, 2, null, 2, null, null, null, 0, 0, 0, 2, null, null, [2]]")
        .verify();
  }

  @Test
  void aGroupIsForgottenWhenNoRowReachedItForItsTime() {
    PlanNode.GroupAggregate node =
        Nodes.group(
            INPUT,
            ChangelogMode.RETRACT,
            List.of(0),
            List.of(call("COUNT", BIGINT.notNull()), call("MAX", BIGINT, 1)),
            Emit.ON_UPDATE,
            ChangelogMode.RETRACT);
    OperatorHarness.of(
            new PlanNode.GroupAggregate(
                node.input(), node.keys(), node.calls(), node.emit(), 100, node.traits()),
            List.of(0))
        .clock(1000)
        .row("a", 1L, null, null, null)
        .row("b", 1L, null, null, null)
        .tick()
        .expect("+I[a, 1, 1]", "+I[b, 1, 1]")
        .clock(1090)
        .row("a", 2L, null, null, null)
        .tick()
        .expect("-U[a, 1, 1]", "+U[a, 2, 2]")
        .clock(1150)
        .tick()
        .expect()
        // b is forgotten: its deletion tells nothing, its next row begins it anew
        .clock(1160)
        .change(RowKind.DELETE, "b", 1L, null, null, null)
        .change(RowKind.DELETE, "a", 2L, null, null, null)
        .tick()
        .expect("-U[a, 2, 2]", "+U[a, 1, 1]")
        .clock(1170)
        .row("b", 7L, null, null, null)
        .tick()
        .expect("+I[b, 1, 7]")
        .unordered()
        .verify();
  }

  @Test
  void changesThatWaitForTheirIntervalSurviveASnapshot() {
    OperatorHarness.of(
            Nodes.group(
                INPUT,
                ChangelogMode.RETRACT,
                List.of(0),
                List.of(call("COUNT", BIGINT.notNull()), call("MAX", BIGINT, 1)),
                new Emit.Every(100),
                ChangelogMode.RETRACT),
            List.of(0))
        .clock(1000)
        .row("a", 1L, null, null, null)
        .row("b", 1L, null, null, null)
        .tick()
        .expect()
        .clock(1100)
        .tick()
        .expect("+I[a, 1, 1]", "+I[b, 1, 1]")
        .clock(1150)
        .row("a", 2L, null, null, null)
        .row("c", 3L, null, null, null)
        .change(RowKind.DELETE, "b", 1L, null, null, null)
        .tick()
        .restart()
        .expect()
        .row("a", 3L, null, null, null)
        .finish()
        .expect("-U[a, 1, 1]", "+U[a, 3, 3]", "+I[c, 1, 3]", "-D[b, 1, 1]")
        .unordered()
        .verify();
  }

  @Test
  void groupsWithoutRowsAreLetGo() {
    OperatorHarness harness =
        OperatorHarness.of(
            Nodes.group(
                INPUT,
                ChangelogMode.RETRACT,
                List.of(1),
                List.of(distinct(call("COUNT", BIGINT, 4)), call("MAX", STRING, 4)),
                Emit.ON_UPDATE,
                ChangelogMode.RETRACT),
            List.of(1));
    List<String> gone = new ArrayList<>();
    List<String> come = new ArrayList<>();
    harness.row("a", -1L, null, null, "left");
    for (long i = 0; i < 5000; i++) {
      harness.row("a", i, null, null, "s");
      come.add("+I[" + i + ", 1, s]");
      gone.add("-D[" + i + ", 1, s]");
    }
    come.add(0, "+I[-1, 1, left]");
    harness.tick().expect(come.toArray(String[]::new));
    for (long i = 0; i < 5000; i++) {
      harness.change(RowKind.DELETE, "a", i, null, null, "s");
    }
    harness
        .tick()
        .expect(gone.toArray(String[]::new))
        .change(RowKind.DELETE, "a", -1L, null, null, "left")
        .row("a", 7L, null, null, "t")
        .tick()
        .expect("-D[-1, 1, left]", "+I[7, 1, t]")
        .expectCount("groups.released", 5000)
        .verifyOnce();
  }
}
