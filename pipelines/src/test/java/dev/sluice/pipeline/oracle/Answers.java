package dev.sluice.pipeline.oracle;

import dev.sluice.batch.RecordBatch;
import dev.sluice.connector.ConnectorRegistry;
import dev.sluice.connector.Settings;
import dev.sluice.engine.RunReport;
import dev.sluice.error.UserError;
import dev.sluice.format.RowText;
import dev.sluice.format.TextWriter;
import dev.sluice.pipeline.Session;
import dev.sluice.pipeline.SessionOptions;
import dev.sluice.pipeline.SqlText;
import dev.sluice.pipeline.Step;
import dev.sluice.type.RowKind;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Rows of both engines in one form, and whether they are the same. */
final class Answers {
  /** Relative difference that doubles may show: sums depend on the order of their parts. */
  private static final double TOLERANCE = 1e-7;

  /** With batches of so many rows all state that can goes to disk. */
  private static final int SPILLED_BATCH = 7;

  private static final boolean SPILL_ALWAYS = Boolean.getBoolean("sluice.oracle.spill");

  private Answers() {}

  /** Final rows, each a list of cells, and what the last query's run tells of itself. */
  record Run(List<List<Object>> rows, Optional<RunReport> report) {}

  /** Sluice's final rows, each a list of cells; changes are folded. */
  static List<List<Object>> ours(String sql, int batchRows, int parallelism, Path directory)
      throws InterruptedException {
    return run(sql, batchRows, parallelism, directory).rows();
  }

  static Run run(String sql, int batchRows, int parallelism, Path directory)
      throws InterruptedException {
    Session session =
        new Session(
            new SessionOptions(
                ConnectorRegistry.load(),
                Map.of(),
                name -> Optional.empty(),
                Map.of(
                    "batch.rows",
                    "" + batchRows,
                    "parallelism",
                    "" + parallelism,
                    Settings.SPILL_ALWAYS,
                    Boolean.toString(batchRows == SPILLED_BATCH || SPILL_ALWAYS)),
                "oracle",
                directory));
    List<List<Object>> rows = new ArrayList<>();
    Optional<RunReport> report = Optional.empty();
    for (Step step : session.prepare(List.of(new SqlText("query", sql)))) {
      if (step instanceof Step.Query query) {
        report =
            Optional.of(
                session
                    .start(query.plan(), batch -> add(batch, rows), new StringBuilder())
                    .await());
      }
    }
    return new Run(rows, report);
  }

  static void add(RecordBatch batch, List<List<Object>> rows) {
    try (batch) {
      for (int i = 0; i < batch.rowCount(); i++) {
        int position = batch.position(i);
        List<Object> row = new ArrayList<>();
        for (int c = 0; c < batch.schema().size(); c++) {
          row.add(cell(batch, c, position));
        }
        RowKind kind = batch.kind(position);
        synchronized (rows) {
          if (kind == RowKind.INSERT || kind == RowKind.UPDATE_AFTER) {
            rows.add(row);
          } else if (!rows.remove(row)) {
            throw new AssertionError("a row is taken back that was never given: " + row);
          }
        }
      }
    }
  }

  private static Object cell(RecordBatch batch, int column, int position) {
    if (batch.vector(column).isNull(position)) {
      return "NULL";
    }
    TextWriter writer = new TextWriter();
    RowText.value(batch.schema().type(column), batch.vector(column), position, writer);
    String text = writer.toString();
    return switch (batch.schema().type(column).kind()) {
      case TINYINT, SMALLINT, INTEGER, BIGINT, DECIMAL -> new BigDecimal(text).stripTrailingZeros();
      case FLOAT, DOUBLE -> Double.parseDouble(text);
      case TIMESTAMP -> LocalDateTime.parse(text.replace(' ', 'T'));
      case DATE -> LocalDate.parse(text);
      default -> text;
    };
  }

  /** DuckDB's rows. */
  static List<List<Object>> duck(Connection duckdb, String sql) throws SQLException {
    List<List<Object>> rows = new ArrayList<>();
    try (Statement statement = duckdb.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      int columns = result.getMetaData().getColumnCount();
      while (result.next()) {
        List<Object> row = new ArrayList<>();
        for (int i = 1; i <= columns; i++) {
          row.add(cell(result.getObject(i)));
        }
        rows.add(row);
      }
    }
    return rows;
  }

  private static Object cell(Object value) {
    if (value == null) {
      return "NULL";
    }
    if (value instanceof Double || value instanceof Float) {
      return ((Number) value).doubleValue();
    }
    if (value instanceof Number) {
      return new BigDecimal(value.toString()).stripTrailingZeros();
    }
    if (value instanceof java.sql.Timestamp time) {
      return time.toLocalDateTime();
    }
    if (value instanceof java.sql.Date date) {
      return date.toLocalDate();
    }
    return value instanceof LocalDate || value instanceof LocalDateTime ? value : value.toString();
  }

  /** What differs, in words; empty if the multisets are the same. */
  static Optional<String> difference(List<List<Object>> ours, List<List<Object>> duck) {
    Map<List<Object>, Integer> exact = new HashMap<>();
    duck.forEach(row -> exact.merge(row, 1, Integer::sum));
    List<List<Object>> onlyOurs = new ArrayList<>();
    for (List<Object> row : ours) {
      if (exact.merge(row, -1, Integer::sum) < 0) {
        exact.merge(row, 1, Integer::sum);
        onlyOurs.add(row);
      }
    }
    List<List<Object>> onlyDuck = new ArrayList<>();
    exact.forEach(
        (row, count) -> {
          for (int i = 0; i < count; i++) {
            onlyDuck.add(row);
          }
        });
    onlyOurs.removeIf(row -> removeNear(row, onlyDuck));
    return onlyOurs.isEmpty() && onlyDuck.isEmpty()
        ? Optional.empty()
        : Optional.of(
            ours.size()
                + " rows of ours, "
                + duck.size()
                + " of DuckDB's; only ours: "
                + shown(onlyOurs)
                + "; only DuckDB's: "
                + shown(onlyDuck));
  }

  private static String shown(List<List<Object>> rows) {
    return rows.stream().limit(5).toList() + (rows.size() > 5 ? " and more" : "");
  }

  private static boolean removeNear(List<Object> row, List<List<Object>> candidates) {
    for (int i = 0; i < candidates.size(); i++) {
      if (near(row, candidates.get(i))) {
        candidates.remove(i);
        return true;
      }
    }
    return false;
  }

  private static boolean near(List<Object> a, List<Object> b) {
    for (int i = 0; i < a.size(); i++) {
      if (!a.get(i).equals(b.get(i)) && !nearly(a.get(i), b.get(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean nearly(Object a, Object b) {
    if (!(a instanceof Double) && !(b instanceof Double)) {
      return false;
    }
    if (!(a instanceof Number) || !(b instanceof Number)) {
      return false;
    }
    double x = ((Number) a).doubleValue();
    double y = ((Number) b).doubleValue();
    return Math.abs(x - y) <= TOLERANCE * Math.max(1, Math.max(Math.abs(x), Math.abs(y)));
  }

  /** Whether a failure of ours is one that the values of the data cause. */
  static boolean isDataError(UserError error) {
    return error.code() == dev.sluice.error.ErrorCode.EXPRESSION;
  }
}
