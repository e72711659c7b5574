package dev.sluice.operator;

import static dev.sluice.operator.Nodes.BIGINT;
import static dev.sluice.operator.Nodes.STRING;
import static dev.sluice.operator.Nodes.TIMESTAMP;
import static dev.sluice.operator.Nodes.call;
import static dev.sluice.operator.Nodes.distinct;

import dev.sluice.plan.AggregateCall;
import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.Emit;
import dev.sluice.plan.WindowSpec;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.Schema;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random tables, keys and windows against a reference that keeps lists of rows in a hash map. With
 * {@code -Dsluice.oracle.rounds=N} so many, from seed {@code -Dsluice.oracle.seed=N} on.
 */
class RandomAggregationTest {
  private static final List<DataType> KEY_TYPES =
      List.of(
          DataType.of(Kind.BOOLEAN),
          DataType.of(Kind.TINYINT),
          DataType.of(Kind.SMALLINT),
          DataType.of(Kind.INTEGER),
          BIGINT,
          DataType.of(Kind.DOUBLE),
          DataType.of(Kind.FLOAT),
          DataType.decimal(12, 2),
          DataType.decimal(30, 3),
          STRING,
          DataType.of(Kind.VARBINARY, Integer.MAX_VALUE),
          DataType.of(Kind.DATE),
          DataType.of(Kind.TIME, 3),
          TIMESTAMP,
          DataType.array(BIGINT),
          DataType.row(List.of(new Field("x", BIGINT), new Field("y", STRING))));
  private static final int VALUE = 0;
  private static final int TEXT = 1;
  private static final int TIME = 2;
  private static final int FIRST_KEY = 3;

  private static LongStream seeds() {
    String given = System.getProperty("sluice.oracle.seed", "1");
    long first =
        given.equals("today")
            ? LocalDate.now(ZoneOffset.UTC).toEpochDay() * 1_000_000
            : Long.parseLong(given);
    return LongStream.range(first, first + Integer.getInteger("sluice.oracle.rounds", 24));
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void agreesWithAHashMap(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Field> fields =
        new ArrayList<>(
            List.of(new Field("v", BIGINT), new Field("s", STRING), new Field("ts", TIMESTAMP)));
    int keyCount = random.nextInt(4);
    List<Integer> keys = new ArrayList<>();
    for (int k = 0; k < keyCount; k++) {
      fields.add(
          new Field(
              "k" + k,
              KEY_TYPES.get((int) ((seed * 5 + k * 7 + random.nextInt(3)) % KEY_TYPES.size()))));
      keys.add(FIRST_KEY + k);
    }
    Schema schema = new Schema(fields);
    List<Object[]> rows = rows(schema, random);
    if (seed % 4 == 0) {
      unwindowed(schema, keys, rows);
    } else {
      windowed(schema, keys, rows, window(random));
    }
  }

  private static List<AggregateCall> calls() {
    return List.of(
        call("COUNT", BIGINT.notNull()),
        call("SUM", BIGINT, VALUE),
        call("MIN", STRING, TEXT),
        call("MAX", BIGINT, VALUE),
        distinct(call("COUNT", BIGINT, TEXT)));
  }

  private static WindowSpec window(SplittableRandom random) {
    long unit = 1_000_000;
    return switch (random.nextInt(3)) {
      case 0 -> new WindowSpec.Tumble(TIME, random.nextInt(1, 20) * unit, random.nextInt(3) * unit);
      case 1 ->
          new WindowSpec.Hop(
              TIME,
              random.nextInt(1, 8) * unit,
              random.nextInt(1, 20) * unit,
              random.nextInt(3) * unit);
      default -> {
        long step = random.nextInt(1, 8) * unit;
        yield new WindowSpec.Cumulate(TIME, step, step * random.nextInt(1, 5), 0);
      }
    };
  }

  private static List<Object[]> rows(Schema schema, SplittableRandom random) {
    List<Object[]> rows = new ArrayList<>();
    int count = random.nextInt(1, 60);
    for (int i = 0; i < count; i++) {
      Object[] row = new Object[schema.size()];
      row[VALUE] = random.nextInt(5) == 0 ? null : random.nextLong(-100, 100);
      row[TEXT] = random.nextInt(5) == 0 ? null : "t".repeat(random.nextInt(3)) + random.nextInt(3);
      row[TIME] = random.nextLong(-20_000, 40_000) * 1000;
      for (int k = FIRST_KEY; k < row.length; k++) {
        row[k] = random.nextInt(5) == 0 ? null : value(schema.type(k), random.nextInt(4) - 1);
      }
      rows.add(row);
    }
    return rows;
  }

  private static Object value(DataType type, int n) {
    return switch (type.kind()) {
      case BOOLEAN -> n > 0;
      case FLOAT, DOUBLE -> n == 2 ? Double.NaN : n / 2.0;
      case DECIMAL ->
          type.precision() > 18
              ? new BigDecimal("1000000000000000000000000")
                  .multiply(BigDecimal.valueOf(n))
                  .setScale(3)
              : BigDecimal.valueOf(n * 25L, 2);
      case VARCHAR -> "ключ-".repeat(n + 1) + n;
      case VARBINARY -> "00ff".repeat(n + 1);
      case ARRAY -> n == 0 ? List.of() : List.of((long) n, 7L);
      case ROW -> List.of((long) n, "r" + n);
      case TIME, DATE -> (long) Math.abs(n);
      default -> (long) n;
    };
  }

  private static String text(DataType type, Object value) {
    if (value == null) {
      return "null";
    }
    return switch (type.kind()) {
      case FLOAT -> Float.toString(((Number) value).floatValue());
      case ARRAY -> value.toString().replace(" ", "");
      case ROW ->
          "{\"x\":" + ((List<?>) value).get(0) + ",\"y\":\"" + ((List<?>) value).get(1) + "\"}";
      default -> value.toString();
    };
  }

  private static String aggregated(
      Schema schema, List<Integer> keys, List<Object[]> group, String tail) {
    List<String> out = new ArrayList<>();
    keys.forEach(k -> out.add(text(schema.type(k), group.get(0)[k])));
    List<Long> values = group.stream().map(r -> (Long) r[VALUE]).filter(Objects::nonNull).toList();
    TreeSet<String> texts = new TreeSet<>();
    group.stream().map(r -> (String) r[TEXT]).filter(Objects::nonNull).forEach(texts::add);
    out.add(String.valueOf(group.size()));
    out.add(values.isEmpty() ? "null" : String.valueOf(values.stream().mapToLong(v -> v).sum()));
    out.add(texts.isEmpty() ? "null" : texts.first());
    out.add(
        values.isEmpty()
            ? "null"
            : String.valueOf(values.stream().mapToLong(v -> v).max().orElseThrow()));
    out.add(String.valueOf(texts.size()));
    return "+I[" + String.join(", ", out) + tail + "]";
  }

  private static List<String> key(Schema schema, List<Integer> keys, Object[] row) {
    return keys.stream().map(k -> text(schema.type(k), row[k])).toList();
  }

  private static void unwindowed(Schema schema, List<Integer> keys, List<Object[]> rows) {
    Map<List<String>, List<Object[]>> groups = new LinkedHashMap<>();
    rows.forEach(
        row -> groups.computeIfAbsent(key(schema, keys, row), k -> new ArrayList<>()).add(row));
    OperatorHarness harness =
        OperatorHarness.of(
            Nodes.group(
                schema,
                ChangelogMode.INSERT_ONLY,
                keys,
                calls(),
                Emit.ON_WINDOW_CLOSE,
                ChangelogMode.INSERT_ONLY),
            keys);
    for (int i = 0; i < rows.size(); i++) {
      harness.row(rows.get(i));
      if (i == rows.size() / 2) {
        harness.tick();
      }
    }
    harness
        .finish()
        .expect(
            groups.values().stream()
                .map(g -> aggregated(schema, keys, g, ""))
                .toArray(String[]::new))
        .verify();
  }

  /** A row is in each window that starts at or before it and ends after it. */
  private static void windowed(
      Schema schema, List<Integer> keys, List<Object[]> rows, WindowSpec window) {
    record Group(long start, long end, List<String> key) {}
    Map<Group, List<Object[]>> groups = new LinkedHashMap<>();
    for (Object[] row : rows) {
      long time = (Long) row[TIME];
      for (long end = time - 60_000_000L - Math.floorMod(time, 1_000_000L);
          end <= time + 60_000_000L;
          end += 1_000_000L) {
        if (isEnd(window, end) && end > time && start(window, end) <= time) {
          groups
              .computeIfAbsent(
                  new Group(start(window, end), end, key(schema, keys, row)),
                  g -> new ArrayList<>())
              .add(row);
        }
      }
    }
    List<String> expected = new ArrayList<>();
    groups.forEach(
        (group, members) ->
            expected.add(
                aggregated(
                    schema,
                    keys,
                    members,
                    ", " + group.start() + ", " + group.end() + ", " + (group.end() - 1000))));
    OperatorHarness harness =
        OperatorHarness.of(
                Nodes.window(
                    schema, window, keys, calls(), OptionalInt.empty(), 0, Optional.empty()),
                keys)
            .unordered();
    for (int i = 0; i < rows.size(); i++) {
      harness.row(rows.get(i));
      if (i == rows.size() / 2) {
        harness.watermark(-60_000_000L);
      }
    }
    harness.finish().expect(expected.toArray(String[]::new)).verify();
  }

  private static boolean isEnd(WindowSpec window, long end) {
    long shifted = end - window.offsetMicros();
    if (window instanceof WindowSpec.Hop hop) {
      return Math.floorMod(shifted - hop.sizeMicros(), hop.slideMicros()) == 0;
    }
    return Math.floorMod(shifted, window.paneMicros()) == 0;
  }

  private static long start(WindowSpec window, long end) {
    if (window instanceof WindowSpec.Cumulate) {
      return end - 1 - Math.floorMod(end - 1 - window.offsetMicros(), window.sizeMicros());
    }
    return end - window.sizeMicros();
  }
}
