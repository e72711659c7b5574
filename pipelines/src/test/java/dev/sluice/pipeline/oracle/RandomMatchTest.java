package dev.sluice.pipeline.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.error.UserError;
import dev.sluice.pipeline.oracle.MatchReference.Part;
import dev.sluice.pipeline.oracle.MatchReference.Row;
import dev.sluice.pipeline.oracle.MatchReference.Seen;
import dev.sluice.pipeline.oracle.MatchReference.Skip;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random patterns over random rows, out of order and with equal times, against {@link
 * MatchReference}, at several batch sizes and parallelisms. Runs on as {@link Seeds} says.
 */
class RandomMatchTest {
  private static final int TABLES = 25;
  private static final int PATTERNS = 8;
  private static final int[][] WAYS = {{1, 1}, {7, 2}, {4096, 5}, {7, 5}, {1, 2}, {4096, 1}};
  private static final List<String> NAMES = List.of("A", "B", "C");

  @TempDir Path directory;

  /** A condition in SQL and in Java; V stands for its variable, W for another. */
  private record Condition(String sql, Function<Seen, Boolean> java) {}

  private static boolean less(Optional<Row> a, Optional<Row> b) {
    return a.isPresent()
        && b.isPresent()
        && a.get().value() != null
        && b.get().value() != null
        && a.get().value() < b.get().value();
  }

  private static boolean value(Optional<Row> row) {
    return row.map(Row::value).isPresent();
  }

  private static int sum(List<Row> rows) {
    return rows.stream().map(Row::value).filter(Objects::nonNull).mapToInt(v -> v).sum();
  }

  private static Condition condition(Random random, String v, String w) {
    return switch (random.nextInt(13)) {
      case 0 ->
          new Condition(v + ".v > 2", s -> s.current().value() != null && s.current().value() > 2);
      case 1 ->
          new Condition("v < PREV(" + v + ".v)", s -> less(Optional.of(s.current()), s.previous()));
      case 2 ->
          new Condition(
              "LAST(" + v + ".v, 1) < v OR LAST(" + v + ".id, 1) IS NULL",
              s -> less(s.last(v, 1), Optional.of(s.current())) || s.last(v, 1).isEmpty());
      case 3 ->
          new Condition(v + ".v > " + w + ".v", s -> less(s.last(w, 0), Optional.of(s.current())));
      case 4 ->
          new Condition(
              "SUM(" + v + ".v) < 9",
              s -> s.of(v).stream().anyMatch(r -> r.value() != null) && sum(s.of(v)) < 9);
      case 5 -> new Condition("COUNT(*) < 5", s -> s.match().size() < 5);
      case 6 ->
          new Condition(
              "FIRST(" + w + ".v) IS NULL OR FIRST(v) <> 3",
              s ->
                  s.first(w, 0).map(Row::value).isEmpty()
                      || s.first("", 0).map(Row::value).filter(x -> x != 3).isPresent());
      case 7 ->
          new Condition(
              "PREV(" + w + ".v, 1) IS NOT NULL OR v = 1",
              s -> {
                Optional<Integer> index =
                    s.match().stream()
                        .filter(t -> t.variable().equals(w))
                        .map(MatchReference.Taken::index)
                        .reduce((a, b) -> b);
                return index.isPresent()
                        && index.get() > 0
                        && s.row(index.get() - 1).value() != null
                    || Objects.equals(s.current().value(), 1);
              });
      case 8 ->
          new Condition(
              "v IS NULL OR MOD(v, 2) = 0",
              s -> s.current().value() == null || s.current().value() % 2 == 0);
      case 10 ->
          new Condition(
              "v <= NEXT(" + v + ".v) OR NEXT(id, 2) IS NULL",
              s ->
                  !less(s.shifted(v, 0, false, 1), Optional.of(s.current()))
                          && value(s.shifted(v, 0, false, 1))
                          && s.current().value() != null
                      || s.shifted("", 0, false, 2).isEmpty());
      case 11 ->
          new Condition(
              "PREV(LAST(" + w + ".v, 1), 1) IS NULL OR NEXT(FIRST(" + v + ".v, 1), 2) > 1",
              s ->
                  !value(s.shifted(w, 1, false, -1))
                      || s.shifted(v, 1, true, 2).map(Row::value).filter(x -> x > 1).isPresent());
      case 12 ->
          new Condition(
              "COUNT(" + w + ".id) < 4 OR MAX(" + v + ".v) = 5",
              s ->
                  s.of(w).size() < 4
                      || s.of(v).stream()
                          .map(Row::value)
                          .filter(Objects::nonNull)
                          .max(Integer::compare)
                          .filter(m -> m == 5)
                          .isPresent());
      default ->
          new Condition(
              "CLASSIFIER() = '" + v + "' AND COUNT(" + w + ".id) <= COUNT(" + v + ".id)",
              s -> s.of(w).size() <= s.of(v).size());
    };
  }

  private static Part part(Random random, int depth) {
    int kind = depth == 0 ? 0 : random.nextInt(13);
    return switch (kind) {
      case 11 -> new MatchReference.Permute(part(random, 0), part(random, depth - 1));
      case 1, 2, 6 -> new MatchReference.Sequence(part(random, depth - 1), part(random, depth - 1));
      case 3, 7 -> new MatchReference.Choice(part(random, depth - 1), part(random, depth - 1));
      case 4, 5, 8, 9 -> {
        Part inner = part(random, depth - 1);
        int least = random.nextInt(3);
        int most =
            random.nextBoolean() ? Integer.MAX_VALUE : Math.max(1, least + random.nextInt(3));
        boolean bracketed = inner instanceof MatchReference.Repeat || inner.sql().startsWith("{");
        bracketed |= inner.sql().startsWith("PERMUTE");
        yield new MatchReference.Repeat(
            bracketed ? new MatchReference.Sequence(inner) : inner,
            least,
            most,
            random.nextInt(3) == 0);
      }
      default -> new MatchReference.Variable(NAMES.get(random.nextInt(3)), random.nextInt(8) == 0);
    };
  }

  private static List<Row> rows(Random random) {
    List<Row> rows = new ArrayList<>();
    int count = random.nextInt(60);
    int second = 0;
    for (int i = 0; i < count; i++) {
      second += random.nextInt(3);
      rows.add(
          new Row(
              random.nextInt(9) == 0 ? null : "k" + random.nextInt(3),
              i,
              random.nextInt(10) == 0 ? null : random.nextInt(6),
              second));
    }
    return rows;
  }

  private String table(List<Row> rows, Random random, long number) throws Exception {
    List<Row> shuffled = new ArrayList<>(rows);
    for (int i = 0; i + 3 < shuffled.size(); i += 3) {
      Collections.shuffle(shuffled.subList(i, i + 3), random);
    }
    StringBuilder text = new StringBuilder();
    for (Row row : shuffled) {
      text.append("{\"k\":").append(row.key() == null ? "null" : "\"" + row.key() + "\"");
      text.append(",\"id\":").append(row.id()).append(",\"v\":").append(row.value());
      text.append(",\"ts\":\"2020-01-01 00:")
          .append("%02d:%02d".formatted(row.second() / 60, row.second() % 60))
          .append("\"}\n");
    }
    Path file = Files.writeString(directory.resolve("m" + number + ".json"), text);
    return "CREATE TABLE t (k STRING, id INT, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts -"
        + " INTERVAL '9' SECOND) WITH ('connector' = 'filesystem', 'format' = 'json', 'path' = '"
        + file
        + "');";
  }

  @Test
  void matchesAreThoseOfBacktracking() throws Exception {
    Seeds seeds = Seeds.of(TABLES);
    int found = 0;
    int stuck = 0;
    long seed = seeds.first();
    for (; seeds.include(seed); seed++) {
      Random random = new Random(seed);
      List<Row> rows = rows(random);
      String ddl = table(rows, random, seed);
      for (int i = 0; i < PATTERNS; i++) {
        Case made = new Case(rows, random);
        int matches = made.check("-- seed " + seed + "\n" + ddl, seed * PATTERNS + i);
        found += Math.max(0, matches);
        stuck += matches < 0 ? 1 : 0;
      }
    }
    long patterns = (seed - seeds.first()) * PATTERNS;
    System.out.printf(
        "%d matches of %d patterns compared with backtracking, %d skips refused, seeds %d to %d%n",
        found, patterns, stuck, seeds.first(), seed - 1);
    assertThat(found).isGreaterThan((int) patterns);
  }

  /** A query, and its answer. */
  private final class Case {
    private final Part pattern;
    private final Map<String, Function<Seen, Boolean>> conditions = new HashMap<>();
    private final MatchReference.Frame frame;
    private final boolean allRows;

    /** The variables of the subset S. */
    private final String letters;

    private final String sql;
    private Optional<List<List<Object>>> expected = Optional.of(new ArrayList<>());
    private int matches;

    Case(List<Row> rows, Random random) {
      Part made = new MatchReference.Sequence(part(random, 3), part(random, 2));
      while (made.mayBeEmpty() && random.nextInt(4) > 0) {
        made = new MatchReference.Sequence(part(random, 3), part(random, 2));
      }
      pattern = made;
      String written = pattern.sql();
      List<String> used = NAMES.stream().filter(written::contains).toList();
      letters = String.join("", used.subList(0, Math.min(2, used.size())));
      List<String> defines = new ArrayList<>();
      for (String name : used) {
        if (random.nextInt(4) > 0 || name.equals(used.get(0))) {
          String other = used.get(random.nextInt(used.size()));
          Condition condition = condition(random, name, other.equals(name) ? used.get(0) : other);
          conditions.put(name, condition.java());
          defines.add(name + " AS " + condition.sql());
        }
      }
      Skip skip = Skip.values()[random.nextInt(4)];
      boolean several = random.nextInt(4) == 0;
      String skipTo = several ? "S" : used.get(random.nextInt(used.size()));
      int within = random.nextInt(3) == 0 ? 2 + random.nextInt(8) : 0;
      frame =
          new MatchReference.Frame(
              random.nextInt(6) == 0,
              random.nextInt(6) == 0,
              skip,
              several ? letters : skipTo,
              within);
      allRows = random.nextInt(3) == 0;
      String to =
          switch (skip) {
            case PAST_LAST_ROW -> "PAST LAST ROW";
            case NEXT_ROW -> "TO NEXT ROW";
            default -> "TO " + skip + " " + skipTo;
          };
      String a = used.get(0);
      String b = used.get(used.size() - 1);
      sql =
          "SELECT * FROM (SELECT "
              + (allRows ? "k, id, c, m, n, s, l, e, x, y" : "k, m, f, l, n, s, p, c, e, x, y, z")
              + " FROM t MATCH_RECOGNIZE (PARTITION BY k ORDER BY ts, id MEASURES "
              + (allRows
                  ? "CLASSIFIER() AS c, MATCH_NUMBER() AS m, COUNT(*) AS n, SUM(%s.v) AS s, FINAL LAST(id) AS l, LAST(%s.id, 1) AS e, RUNNING MIN(%s.v) AS x, FINAL COUNT(S.id) AS y"
                      .formatted(a, b, a)
                  : "MATCH_NUMBER() AS m, FIRST(id) AS f, LAST(id) AS l, COUNT(%s.v) AS n, SUM(%s.v + %s.id) AS s, FIRST(%s.id, 1) AS p, CLASSIFIER() AS c, PREV(%s.id, 2) AS e, NEXT(FIRST(%s.id, 1), 1) AS x, AVG(CAST(%s.v AS DOUBLE)) AS y, MAX(S.v) AS z"
                      .formatted(a, b, b, b, a, b, a))
              + (allRows ? " ALL ROWS" : " ONE ROW")
              + " PER MATCH AFTER MATCH SKIP "
              + to
              + " PATTERN "
              + (frame.fromFirst() ? "(^ " : "")
              + (frame.toLast() && !frame.fromFirst() ? "(" : "")
              + written
              + (frame.toLast() ? " $" : "")
              + (frame.toLast() || frame.fromFirst() ? ")" : "")
              + (within > 0 ? " WITHIN INTERVAL '" + within + "' SECOND" : "")
              + " SUBSET S = ("
              + String.join(", ", letters.split(""))
              + ")"
              + (defines.isEmpty() ? "" : " DEFINE " + String.join(", ", defines))
              + "))";
      answer(rows, a, b);
    }

    private void answer(List<Row> rows, String a, String b) {
      Map<String, List<Row>> partitions = new TreeMap<>();
      rows.forEach(
          row ->
              partitions
                  .computeIfAbsent(row.key() == null ? "" : row.key(), k -> new ArrayList<>())
                  .add(row));
      for (List<Row> partition : partitions.values()) {
        try {
          List<Seen> found = MatchReference.matches(partition, pattern, conditions, frame);
          for (int m = 0; m < found.size(); m++) {
            matches++;
            if (allRows) {
              allRows(found.get(m), m + 1, a, b);
            } else {
              oneRow(found.get(m), m + 1, a, b);
            }
          }
        } catch (MatchReference.Stuck e) {
          expected = Optional.empty();
          return;
        }
      }
    }

    private void oneRow(Seen match, int number, String a, String b) {
      List<Row> summed = match.of(b).stream().filter(r -> r.value() != null).toList();
      List<Integer> averaged =
          match.of(a).stream().map(Row::value).filter(Objects::nonNull).toList();
      add(
          match.row(match.start()).key(),
          number,
          match.first("", 0).map(Row::id).orElse(null),
          match.last("", 0).map(Row::id).orElse(null),
          match.of(a).stream().filter(r -> r.value() != null).count(),
          summed.isEmpty() ? null : summed.stream().mapToInt(r -> r.value() + r.id()).sum(),
          match.first(b, 1).map(Row::id).orElse(null),
          match.match().isEmpty() ? null : match.match().get(match.match().size() - 1).variable(),
          match.shifted(a, 0, false, -2).map(Row::id).orElse(null),
          match.shifted(b, 1, true, 1).map(Row::id).orElse(null),
          averaged.isEmpty() ? null : average(averaged),
          match.of(letters).stream()
              .map(Row::value)
              .filter(Objects::nonNull)
              .max(Integer::compare)
              .orElse(null));
    }

    private double average(List<Integer> values) {
      return values.stream().mapToDouble(v -> v).sum() / values.size();
    }

    private void allRows(Seen match, int number, String a, String b) {
      if (match.match().isEmpty()) {
        Row at = match.row(match.start());
        add(at.key(), at.id(), null, number, 0, null, null, null, null, 0);
      }
      for (int i = 0; i < match.match().size(); i++) {
        Seen prefix = new Seen(match.partition(), match.match().subList(0, i + 1), match.start());
        if (match.match().get(i).excluded()) {
          continue;
        }
        List<Row> summed = prefix.of(a).stream().filter(r -> r.value() != null).toList();
        add(
            prefix.current().key(),
            prefix.current().id(),
            match.match().get(i).variable(),
            number,
            i + 1,
            summed.isEmpty() ? null : sum(summed),
            match.current().id(),
            prefix.last(b, 1).map(Row::id).orElse(null),
            summed.stream().map(Row::value).min(Integer::compare).orElse(null),
            match.of(letters).size());
      }
    }

    private void add(Object... cells) {
      List<Object> row = new ArrayList<>();
      for (Object cell : cells) {
        row.add(
            cell == null
                ? "NULL"
                : cell instanceof Number n && !(cell instanceof Double)
                    ? new BigDecimal(n.toString()).stripTrailingZeros()
                    : cell);
      }
      expected.orElseThrow().add(row);
    }

    /** The number of matches; -1 if a skip leads nowhere. */
    int check(String ddl, long number) throws Exception {
      for (int[] way : new int[][] {WAYS[(int) (number % 6)], WAYS[(int) ((number + 2) % 6)]}) {
        String told = ddl + "\n" + sql + "\nbatch.rows " + way[0] + ", parallelism " + way[1];
        try {
          List<List<Object>> ours = Answers.ours(ddl + sql, way[0], way[1], directory);
          assertThat(expected).as(told).isPresent();
          assertThat(ours).as(told).containsExactlyInAnyOrderElementsOf(expected.get());
        } catch (UserError e) {
          if (expected.isPresent() || !Answers.isDataError(e)) {
            throw new AssertionError(told + "\n" + e, e);
          }
        } catch (RuntimeException e) {
          throw new AssertionError(told, e);
        }
      }
      return expected.isPresent() ? matches : -1;
    }
  }
}
