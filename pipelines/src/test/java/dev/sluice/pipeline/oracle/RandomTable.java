package dev.sluice.pipeline.oracle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A small table whose values collide, miss and stand at edges. The last column, {@code ts}, is
 * never NULL and out of order by less than the watermark's lag.
 *
 * @param columns the columns, {@code ts} last
 * @param rows values as SQL texts without quotes; empty for NULL
 */
record RandomTable(String name, List<Column> columns, List<List<Optional<String>>> rows) {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS");
  private static final LocalDateTime START = LocalDateTime.of(2024, 2, 28, 21, 0);

  /** A column. */
  record Column(String name, Type type) {}

  static RandomTable of(String name, Choice choice) {
    List<Column> columns = new ArrayList<>();
    columns.add(new Column("k", choice.of(Type.STRING, Type.INT, Type.BIGINT)));
    for (Type type : Type.values()) {
      columns.add(new Column(type.name().charAt(0) + "" + columns.size(), type));
    }
    columns.add(new Column("ts", Type.TIMESTAMP));
    int count =
        choice.oneIn(12) ? 0 : choice.oneIn(6) ? choice.between(1, 3) : choice.between(20, 120);
    int nulls = choice.of(0, 3, 8);
    List<List<Optional<String>>> rows = new ArrayList<>();
    for (int r = 0; r < count; r++) {
      List<Optional<String>> row = new ArrayList<>();
      for (int c = 0; c < columns.size() - 1; c++) {
        boolean isNull = nulls > 0 && choice.below(20) < nulls;
        row.add(isNull ? Optional.empty() : Optional.of(value(columns.get(c), choice)));
      }
      LocalDateTime at = START.plusSeconds(r * 90L + choice.between(-600, 600));
      row.add(Optional.of(TIME.format(at.plusNanos(choice.of(0, 1, 500, 999) * 1_000_000L))));
      rows.add(row);
    }
    return new RandomTable(name, columns, rows);
  }

  /** The same rows, but for those with the time of one before them. */
  RandomTable withDistinctTimes() {
    Set<Optional<String>> times = new HashSet<>();
    return new RandomTable(
        name, columns, rows.stream().filter(row -> times.add(row.get(row.size() - 1))).toList());
  }

  private static String value(Column column, Choice choice) {
    if (column.name().equals("k")) {
      String n = Integer.toString(choice.below(5));
      return column.type() == Type.STRING ? "k" + n : n;
    }
    return switch (column.type()) {
      case INT -> Integer.toString(choice.of(0, 1, -1, 7, choice.between(-1000, 1000)));
      case BIGINT ->
          Long.toString(
              choice.oneIn(20)
                  ? choice.of(1L << 53, -(1L << 40), 4_000_000_000L)
                  : choice.between(-50, 50));
      case DOUBLE ->
          choice.of("0.0", "1.5", "-2.25", "1000000.125", choice.between(-500, 500) / 8.0 + "");
      case DECIMAL -> choice.between(-9999, 9999) + "." + choice.between(10, 99);
      case STRING ->
          choice.of(
              "", "a", "A", "abc", "Abc ", "zz top", "12", "-7", "x,y;z", "quo''te", "50%", "a_b");
      case BOOLEAN -> choice.of("true", "false");
      case DATE -> LocalDate.of(2024, 2, 27).plusDays(choice.between(-400, 5)).toString();
      case TIMESTAMP ->
          TIME.format(
              START
                  .plusHours(choice.between(-30_000, 30))
                  .plusNanos(choice.below(1000) * 1_000_000L));
    };
  }

  /** The DDL over the file that {@link #write} made. */
  String ddl(Path file) {
    return columns.stream()
        .map(c -> "`" + c.name() + "` " + c.type().ours())
        .collect(
            Collectors.joining(
                ", ",
                "CREATE STREAM " + name + " (",
                ", WATERMARK FOR ts AS ts - INTERVAL '1' DAY) WITH ('connector' = 'filesystem',"
                    + " 'path' = '"
                    + file
                    + "', 'format' = 'json');\n"));
  }

  /** One JSON object a row. */
  void write(Path file) throws IOException {
    List<String> lines = new ArrayList<>();
    for (List<Optional<String>> row : rows) {
      lines.add("{" + fields(row) + "}");
    }
    Files.write(file, lines);
  }

  /** The members of a row's JSON object. */
  String fields(List<Optional<String>> row) {
    List<String> fields = new ArrayList<>();
    for (int c = 0; c < columns.size(); c++) {
      String value = row.get(c).map(v -> v.replace("''", "'")).orElse("null");
      boolean quoted =
          row.get(c).isPresent()
              && switch (columns.get(c).type()) {
                case STRING, DATE, TIMESTAMP -> true;
                default -> false;
              };
      fields.add("\"" + columns.get(c).name() + "\":" + (quoted ? "\"" + value + "\"" : value));
    }
    return String.join(",", fields);
  }

  /** Makes and fills the table in DuckDB. */
  void createIn(Connection duckdb) throws SQLException {
    try (Statement statement = duckdb.createStatement()) {
      statement.execute(
          columns.stream()
              .map(c -> c.name() + " " + c.type().duck())
              .collect(Collectors.joining(", ", "CREATE OR REPLACE TABLE " + name + " (", ")")));
      if (!rows.isEmpty()) {
        statement.execute(
            rows.stream()
                .map(
                    row ->
                        row.stream()
                            .map(v -> v.map(t -> "'" + t + "'").orElse("NULL"))
                            .collect(Collectors.joining(", ", "(", ")")))
                .collect(Collectors.joining(", ", "INSERT INTO " + name + " VALUES ", "")));
      }
    }
  }
}
