package dev.sluice.pipeline.oracle;

import dev.sluice.pipeline.oracle.LateRowsModel.Bounds;
import dev.sluice.pipeline.oracle.LateRowsModel.Row;
import dev.sluice.pipeline.oracle.RandomTable.Column;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Random aggregations over windows of rows that come far out of order, several at one time, without
 * keys and times, from several files; with all that may be said of when results come. DuckDB is
 * asked over a table of rows and windows that {@link LateRowsModel} makes. Single-threaded.
 */
final class LateWindows {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS");
  private static final long START =
      LocalDateTime.of(2024, 2, 28, 23, 50).toInstant(ZoneOffset.UTC).toEpochMilli();
  private static final List<String> EMITS =
      List.of("", "", " EMIT ON UPDATE", " EMIT EVERY INTERVAL '0.001' SECOND");

  private final Choice choice;
  private final RandomTable table;
  private final List<Row> rows = new ArrayList<>();
  private final List<List<Integer>> files = new ArrayList<>();
  private final long delay;

  /**
   * A question, and what stands behind it.
   *
   * @param late the rows that are left out of all windows; empty if WHERE leaves out some before
   */
  record Asked(Question question, String clauses, Optional<Set<Integer>> late) {}

  LateWindows(Choice choice) {
    this.choice = choice;
    delay = 1000L * choice.of(0, 1, 60, 600);
    table = table(RandomTable.of("t", choice));
  }

  /** The table with numbers for its rows, and other times. */
  private RandomTable table(RandomTable given) {
    long quantum = choice.of(1, 1000, 10_000, 60_000);
    int jitter = choice.of(1, 60, 600, 3600);
    int nulls = choice.of(0, 0, 10);
    for (int i = choice.between(1, 3); i > 0; i--) {
      files.add(new ArrayList<>());
    }
    List<List<Optional<String>>> made = new ArrayList<>();
    long[] watermarks = new long[files.size()];
    java.util.Arrays.fill(watermarks, Long.MIN_VALUE);
    for (int id = 0; id < given.rows().size(); id++) {
      List<Optional<String>> values = new ArrayList<>(given.rows().get(id));
      int file = choice.below(files.size());
      files.get(file).add(id);
      OptionalLong time = OptionalLong.empty();
      if (nulls == 0 || !choice.oneIn(nulls)) {
        long at = START + id * 90_000L + 1000L * choice.between(-jitter, jitter);
        time = OptionalLong.of(at - Math.floorMod(at, quantum));
      }
      OptionalLong mark =
          watermarks[file] == Long.MIN_VALUE
              ? OptionalLong.empty()
              : OptionalLong.of(watermarks[file]);
      rows.add(new Row(id, values.get(0), time, mark));
      values.add(1, Optional.of(Integer.toString(id)));
      values.set(values.size() - 1, time.isPresent() ? Optional.of(text(time)) : Optional.empty());
      made.add(values);
      if (time.isPresent()) {
        watermarks[file] = Math.max(watermarks[file], time.getAsLong() - delay);
      }
    }
    List<Column> columns = new ArrayList<>(given.columns());
    columns.add(1, new Column("id", Type.INT));
    return new RandomTable("t", columns, made);
  }

  private static String text(OptionalLong millis) {
    return text(millis.getAsLong());
  }

  private static String text(long millis) {
    return TIME.format(
        LocalDateTime.ofEpochSecond(
            Math.floorDiv(millis, 1000),
            (int) Math.floorMod(millis, 1000L) * 1_000_000,
            ZoneOffset.UTC));
  }

  /** Writes the files into a directory of their own, and gives the DDL over it. */
  String write(Path directory) throws IOException {
    Files.createDirectories(directory);
    for (int f = 0; f < files.size(); f++) {
      List<String> lines =
          files.get(f).stream().map(id -> "{" + table.fields(table.rows().get(id)) + "}").toList();
      Files.write(directory.resolve("part-" + f + ".json"), lines);
    }
    return table.ddl(directory).replace("INTERVAL '1' DAY", interval(delay));
  }

  private static String interval(long millis) {
    return "INTERVAL '" + millis / 1000 + "' SECOND";
  }

  /** A query; its rows and windows become table {@code w} of DuckDB. */
  Asked next(Connection duckdb) throws SQLException {
    long lateness = 1000L * choice.of(0, 0, 60, 1800, 100_000);
    LateRowsModel model = new LateRowsModel(lateness);
    String kind = choice.of("TUMBLE", "HOP", "CUMULATE", "SESSION");
    boolean session = kind.equals("SESSION");
    boolean keyed = !choice.oneIn(4);
    String emit = choice.of(EMITS);
    Text text;
    List<List<Optional<String>>> windowed = new ArrayList<>();
    Set<Integer> late = new TreeSet<>();
    if (session) {
      long gap = 1000L * choice.of(20, 60, 200, 700);
      Map<Integer, Bounds> sessions = model.sessions(rows, gap, keyed);
      rows.forEach(row -> add(row, Optional.ofNullable(sessions.get(row.id())), windowed, late));
      text = session(interval(gap), keyed);
    } else {
      int step = choice.of(7, 60, 300, 3600);
      boolean tumble = kind.equals("TUMBLE");
      int size = tumble ? step : step * choice.between(1, 4);
      size -= kind.equals("HOP") && size > step && choice.oneIn(3) ? step / 2 : 0;
      for (Row row : rows) {
        List<Bounds> bounds = model.windows(row, kind, step * 1000L, size * 1000L);
        bounds.forEach(b -> add(row, Optional.of(b), windowed, late));
        if (bounds.isEmpty()) {
          late.add(row.id());
        }
      }
      text = text(new Windows("t", kind, step, size));
    }
    List<Column> columns = new ArrayList<>(table.columns());
    columns.add(new Column("window_start", Type.TIMESTAMP));
    columns.add(new Column("window_end", Type.TIMESTAMP));
    new RandomTable("w", columns, windowed).createIn(duckdb);
    boolean ownKeys = session && text.function();
    Question question = question(text, keyed, ownKeys);
    String clauses = emit + (lateness > 0 ? " ALLOWED LATENESS " + interval(lateness) : "");
    boolean whole = question.duck().contains(" WHERE TRUE ");
    return new Asked(question, clauses, whole ? Optional.of(late) : Optional.empty());
  }

  private void add(
      Row row, Optional<Bounds> bounds, List<List<Optional<String>>> windowed, Set<Integer> late) {
    if (bounds.isEmpty()) {
      late.add(row.id());
      return;
    }
    List<Optional<String>> values = new ArrayList<>(table.rows().get(row.id()));
    values.add(Optional.of(text(bounds.get().start())));
    values.add(Optional.of(text(bounds.get().end())));
    windowed.add(values);
  }

  /** The words of a window: a FROM clause, what to group by, and its bounds. */
  private record Text(String from, String by, String start, String end, boolean function) {
    static Text of(String from) {
      return new Text(from, "window_start, window_end", "window_start", "window_end", false);
    }
  }

  private Text text(Windows windows) {
    return windows.kind().equals("CUMULATE") || !choice.oneIn(4)
        ? Text.of(windows.from(choice.below(3)))
        : new Text("t", windows.function(), windows.functionStart(), windows.functionEnd(), true);
  }

  private Text session(String gap, boolean keyed) {
    if (choice.oneIn(4)) {
      String call = "(ts, " + gap + ")";
      return new Text("t", "SESSION" + call, "SESSION_START" + call, "SESSION_END" + call, true);
    }
    String of = keyed ? " PARTITION BY `k`" : "";
    return Text.of("TABLE(SESSION(TABLE t" + of + ", DESCRIPTOR(ts), " + gap + "))");
  }

  private Question question(Text text, boolean keyed, boolean ownKeys) {
    Expressions expressions = new Expressions(choice, table.columns(), "");
    Queries queries = new Queries(choice, table);
    List<Sql> groups = new ArrayList<>();
    if (keyed) {
      groups.add(new Sql("`k`", "k", Type.STRING));
    }
    if (!ownKeys && choice.oneIn(4)) {
      groups.add(queries.key(expressions));
    }
    List<Sql> items = new ArrayList<>(groups);
    items.add(Sql.same("COUNT(*)", Type.BIGINT));
    for (int i = choice.below(3); i > 0; i--) {
      items.add(queries.aggregate(expressions));
    }
    boolean filtered = !(ownKeys && text.function()) && choice.oneIn(3);
    Sql condition = filtered ? expressions.condition(1) : Sql.same("TRUE", Type.BOOLEAN);
    String having = choice.oneIn(5) ? " HAVING COUNT(*) >= 2" : "";
    String ours =
        "SELECT %s, %s AS w0, %s AS w1 FROM %s WHERE %s GROUP BY %s%s%s"
            .formatted(
                Queries.list(items, Sql::ours),
                text.start(),
                text.end(),
                text.from(),
                condition.ours(),
                groups.stream().map(g -> g.ours() + ", ").collect(Collectors.joining()),
                text.by(),
                having);
    String duck =
        "SELECT %s, window_start AS w0, window_end AS w1 FROM w WHERE %s GROUP BY %s%s%s"
            .formatted(
                Queries.list(items, Sql::duck),
                condition.duck(),
                groups.stream().map(g -> g.duck() + ", ").collect(Collectors.joining()),
                "window_start, window_end",
                having);
    return new Question(ours, duck);
  }
}
