package dev.sluice.connector.jdbc;

import static dev.sluice.connector.jdbc.JdbcHarness.delete;
import static dev.sluice.connector.jdbc.JdbcHarness.insert;
import static dev.sluice.connector.jdbc.JdbcHarness.update;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.connector.Committable;
import dev.sluice.connector.LookupRequest;
import dev.sluice.connector.LookupSource;
import dev.sluice.connector.OptionSpec.Role;
import dev.sluice.connector.SinkWriter;
import dev.sluice.connector.TableSink;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.Expr;
import dev.sluice.plan.TableRef;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.Schema;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the connector promises, the same for every database; each has a subclass. */
abstract class JdbcContract {
  private static final AtomicInteger NUMBER = new AtomicInteger();
  private static final DataType BIGINT = DataType.of(Kind.BIGINT);
  private static final Schema PAIRS =
      Schema.of(new Field("k", DataType.string().notNull()), new Field("n", BIGINT));

  @TempDir Path folder;
  private final String name = "t" + NUMBER.incrementAndGet();

  /** {@code url} and, where the server wants them, {@code username} and {@code password}. */
  abstract Map<String, String> login();

  /** A connection to the same database, with autocommit. */
  abstract Connection connect() throws SQLException;

  /** The schema, or in MariaDB the database, that {@link #connect} is in. */
  abstract String schema();

  private static final java.time.Duration MINUTE = java.time.Duration.ofMinutes(1);

  /** Quotes a name as the database does. */
  abstract String quote(String name);

  private JdbcHarness harness() {
    return new JdbcHarness(folder);
  }

  private TableRef table(String table, Schema schema, List<String> key, String... more) {
    Map<String, String> options = new TreeMap<>(login());
    options.put("table-name", table);
    for (int i = 0; i < more.length; i += 2) {
      options.put(more[i], more[i + 1]);
    }
    return new TableRef("x", "jdbc", options, Set.of("password"), schema, Map.of(), key, List.of());
  }

  private TableRef pairs(String... more) {
    return table(name, PAIRS, List.of(), more);
  }

  private TableRef keyed(String... more) {
    return table(name, PAIRS, List.of("k"), more);
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Test
  void findsRowsByKeyAsTheyAreThen() throws Exception {
    try (JdbcHarness harness = harness()) {
      JdbcHarness.Change[] rows =
          IntStream.range(0, 600)
              .mapToObj(i -> insert("k" + i % 300, (long) i))
              .toArray(JdbcHarness.Change[]::new);
      harness.write(pairs("table.create", "true"), rows);
      Schema text = PAIRS.project(List.of(0));
      LookupRequest byText = new LookupRequest(pairs(), List.of(0, 1), List.of(0), MINUTE);
      try (LookupSource source =
          JdbcHarness.check(pairs(), Role.SOURCE).openLookup(byText, harness)) {
        assertThat(
                harness.lookup(
                    source, harness.batch(text, insert("k5"), insert("none"), insert("k299"))))
            .containsExactly("+I[k299, 299]", "+I[k299, 599]", "+I[k5, 305]", "+I[k5, 5]");
        assertThat(
                harness.lookup(
                    source,
                    harness.batch(
                        text,
                        IntStream.range(0, 400)
                            .mapToObj(i -> insert("k" + i))
                            .toArray(JdbcHarness.Change[]::new))))
            .hasSize(600);
        harness.write(pairs(), new JdbcHarness.Change[] {insert("none", 7L)});
        assertThat(harness.lookup(source, harness.batch(text, insert("none"))))
            .containsExactly("+I[none, 7]");
      }
      LookupRequest byBoth = new LookupRequest(pairs(), List.of(0, 1), List.of(1, 0), MINUTE);
      Schema both = Schema.of(PAIRS.field(1), PAIRS.field(0));
      try (LookupSource source =
          JdbcHarness.check(pairs(), Role.SOURCE).openLookup(byBoth, harness)) {
        assertThat(
                harness.lookup(source, harness.batch(both, insert(305L, "k5"), insert(6L, "k5"))))
            .containsExactly("+I[k5, 305]");
      }
    }
  }

  private static UserError error(org.assertj.core.api.ThrowableAssert.ThrowingCallable action) {
    return (UserError) assertThatThrownBy(action).isInstanceOf(UserError.class).actual();
  }

  @AfterEach
  void dropTable() throws SQLException {
    execute("DROP TABLE IF EXISTS " + name);
    execute("DROP TABLE IF EXISTS " + quote(name));
  }

  @Test
  void everyTypeReadsBackAsItWasWritten() throws Exception {
    Schema schema =
        Schema.of(
            new Field("id", DataType.of(Kind.INTEGER).notNull()),
            new Field("yes", DataType.of(Kind.BOOLEAN)),
            new Field("tiny", DataType.of(Kind.TINYINT)),
            new Field("small", DataType.of(Kind.SMALLINT)),
            new Field("big", BIGINT),
            new Field("real_", DataType.of(Kind.FLOAT)),
            new Field("wide", DataType.of(Kind.DOUBLE)),
            new Field("money", DataType.decimal(38, 10)),
            new Field("short_money", DataType.decimal(12, 2)),
            new Field("txt", DataType.string()),
            new Field("bin", DataType.of(Kind.VARBINARY)),
            new Field("day", DataType.of(Kind.DATE)),
            new Field("clock", DataType.of(Kind.TIME, 3)),
            new Field("at0", DataType.timestamp(0)),
            new Field("at3", DataType.timestamp(3)),
            new Field("at6", DataType.timestamp(6)),
            new Field("instant", DataType.of(Kind.TIMESTAMP_LTZ, 6)));
    for (boolean withBytes : List.of(true, false)) {
      List<Field> fields = new ArrayList<>(schema.fields());
      if (!withBytes) {
        fields.removeIf(f -> f.name().equals("bin"));
      }
      TableRef table = table(name, new Schema(fields), List.of(), "table.create", "true");
      try (JdbcHarness harness = harness()) {
        harness.write(
            table,
            new JdbcHarness.Change[] {
              insert(
                  values(
                      withBytes,
                      1,
                      true,
                      127,
                      32767,
                      Long.MAX_VALUE,
                      1.5f,
                      1e300,
                      new BigDecimal("1234567890123456789012345678.0123456789"),
                      new BigDecimal("-0.01"),
                      "Zürich 'quoted\", \\back, 日本 🚀\nnew line\ttab",
                      "00ff10",
                      19_000L,
                      86_399_999L,
                      1_700_000_000_000_000L,
                      1_700_000_000_123_000L,
                      1_700_000_000_123_456L,
                      1_700_000_000_123_456L)),
              insert(
                  values(
                      withBytes,
                      2,
                      false,
                      -128,
                      -32768,
                      Long.MIN_VALUE,
                      -0.25f,
                      -1e-300,
                      new BigDecimal("-0.0000000001"),
                      new BigDecimal("9999999999.99"),
                      "",
                      "",
                      -20_000L,
                      0L,
                      -2_000_000_000_000_000L,
                      -1_000L,
                      -1L,
                      1_000_000L)),
              insert(
                  values(
                      withBytes, 3, null, null, null, null, null, null, null, null, null, null,
                      null, null, null, null, null, null))
            });
        assertThat(harness.read(table))
            .containsExactly(
                row(
                    withBytes,
                    "1|true|127|32767|9223372036854775807|1.5|1.0E300|"
                        + "1234567890123456789012345678.0123456789|-0.01|"
                        + "Zürich 'quoted\", \\back, 日本 🚀\nnew line\ttab|AP8Q|2022-01-08|"
                        + "23:59:59.999|2023-11-14 22:13:20|2023-11-14 22:13:20.123|"
                        + "2023-11-14 22:13:20.123456|2023-11-14 22:13:20.123456Z"),
                row(
                    withBytes,
                    "2|false|-128|-32768|-9223372036854775808|-0.25|-1.0E-300|-0.0000000001|"
                        + "9999999999.99|||1915-03-31|00:00:00.000|1906-08-16 20:26:40|"
                        + "1969-12-31 23:59:59.999|1969-12-31 23:59:59.999999|"
                        + "1970-01-01 00:00:01.000000Z"),
                row(withBytes, "3" + "|null".repeat(16)));
      }
      dropTable();
    }
  }

  /** A row as text; cells are between bars here, since texts hold commas. */
  private static String row(boolean withBytes, String cells) {
    List<String> kept = new ArrayList<>(List.of(cells.split("\\|", -1)));
    if (!withBytes) {
      kept.remove(10);
    }
    return "+I[" + String.join(", ", kept) + "]";
  }

  /** The values in the order of the columns; the bytes, tenth, left out if not wanted. */
  private static Object[] values(boolean withBytes, Object... values) {
    List<Object> kept = new ArrayList<>(java.util.Arrays.asList(values));
    if (!withBytes) {
      kept.remove(10);
    }
    return kept.toArray();
  }

  @Test
  void rowsAreSeenAtTheCommitAndNotBefore() throws Exception {
    TableRef table = pairs("table.create", "true", "sink.buffer-flush.max-rows", "1");
    try (JdbcHarness harness = harness()) {
      try (TableSink sink = harness.sink(table);
          SinkWriter writer = sink.writer(0)) {
        writer.write(harness.batch(PAIRS, insert("a", 1), insert("b", 2)));
        List<Committable> ready = writer.prepare(1).stream().toList();
        assertThat(ready).hasSize(1);
        assertThat(harness.read(pairs())).isEmpty();
        sink.committer().commit(ready, false);
        assertThat(harness.read(pairs())).hasSize(2);
        writer.write(harness.batch(PAIRS, insert("c", 3)));
        writer.prepare(2);
      }
      // the sink was closed before the second commit
      assertThat(harness.read(pairs())).hasSize(2);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 100})
  void lastStateOfEachKeyStays(int flushRows) throws Exception {
    TableRef table =
        keyed("table.create", "true", "sink.buffer-flush.max-rows", Integer.toString(flushRows));
    try (JdbcHarness harness = harness()) {
      harness.write(
          table,
          new JdbcHarness.Change[] {
            insert("a", 1), insert("b", 1), update("a", 2), delete("b", 1), insert("c", 1)
          },
          new JdbcHarness.Change[] {
            delete("a", 2), insert("b", 5), update("b", 6), insert("A", 7), update("c", null)
          });
      assertThat(harness.read(keyed()))
          .containsExactly(text("A", 7), text("b", 6), text("c", null));
      harness.write(table, new JdbcHarness.Change[] {delete("b", 6), update("c", 3)});
      assertThat(harness.read(keyed())).containsExactly(text("A", 7), text("c", 3));
    }
  }

  private static String text(String k, Integer n) {
    return "+I[" + k + ", " + n + "]";
  }

  @Test
  void keysMayBeSeveralColumnsAndBytes() throws Exception {
    Schema schema =
        Schema.of(
            new Field("a", DataType.of(Kind.VARBINARY).notNull()),
            new Field("b", DataType.of(Kind.DATE).notNull()),
            new Field("n", BIGINT));
    TableRef table = table(name, schema, List.of("b", "a"), "table.create", "true");
    try (JdbcHarness harness = harness()) {
      harness.write(
          table,
          new JdbcHarness.Change[] {
            insert("00ff", 1L, 1),
            insert("00ff", 2L, 2),
            update("00ff", 1L, 3),
            delete("00ff", 2L, 2)
          });
      assertThat(harness.read(table)).singleElement().asString().contains("1970-01-02", "3");
    }
  }

  @Test
  void manyRowsOfManyBatchesAllArrive() throws Exception {
    TableRef table = pairs("table.create", "true");
    try (JdbcHarness harness = harness()) {
      JdbcHarness.Change[][] batches = new JdbcHarness.Change[30][];
      for (int b = 0; b < batches.length; b++) {
        int from = b * 500;
        batches[b] =
            IntStream.range(from, from + 500)
                .mapToObj(i -> insert("key " + i, i))
                .toArray(JdbcHarness.Change[]::new);
      }
      harness.write(table, batches);
      assertThat(harness.read(table)).hasSize(15_000).doesNotHaveDuplicates();
      TableRef pieces =
          pairs(
              "scan.partition.column", "n",
              "scan.partition.num", "7",
              "scan.partition.lower-bound", "1000",
              "scan.partition.upper-bound", "9000");
      assertThat(harness.read(pieces)).hasSize(15_000).doesNotHaveDuplicates();
      TableRef cut = pairs("scan.partition.column", "n");
      assertThat(harness.read(cut)).hasSize(15_000).doesNotHaveDuplicates();
    }
  }

  @Test
  void partitionsOfNullsAndOfNothing() throws Exception {
    TableRef table = pairs("table.create", "true");
    try (JdbcHarness harness = harness()) {
      harness.write(table);
      assertThat(harness.read(pairs("scan.partition.column", "n"))).isEmpty();
      harness.write(
          table, new JdbcHarness.Change[] {insert("a", null), insert("b", 1), insert("c", 2)});
      assertThat(harness.read(pairs("scan.partition.column", "n", "scan.partition.num", "9")))
          .hasSize(3);
    }
  }

  @Test
  void filtersLetNoRowOfTheResultAway() throws Exception {
    TableRef table = pairs("table.create", "true");
    try (JdbcHarness harness = harness()) {
      harness.write(
          table,
          new JdbcHarness.Change[] {
            insert("a", 1), insert("b", 2), insert("c", 3), insert("d", null)
          });
      Expr n = new Expr.ColumnRef(1, BIGINT);
      Expr k = new Expr.ColumnRef(0, DataType.string());
      Expr two = Expr.Literal.of(2L, BIGINT);
      assertThat(harness.read(table, call(">=", n, two)))
          .containsExactly(text("b", 2), text("c", 3));
      assertThat(harness.read(table, call(">", two, n))).containsExactly(text("a", 1));
      assertThat(
              harness.read(
                  table,
                  call(
                      "OR",
                      call("=", k, Expr.Literal.of("a", DataType.string())),
                      call("IS NULL", n))))
          .containsExactly(text("a", 1), text("d", null));
      // not understood: everything comes, and the plan filters
      assertThat(harness.read(table, call("<>", n, two))).hasSize(4);
      assertThat(harness.read(table, call("AND", call("<>", n, two), call("<", n, two))))
          .containsExactly(text("a", 1));
    }
  }

  private static Expr call(String function, Expr... operands) {
    return new Expr.Call(function, List.of(operands), DataType.of(Kind.BOOLEAN));
  }

  @Test
  void queryIsReadLikeATable() throws Exception {
    try (JdbcHarness harness = harness()) {
      harness.write(
          pairs("table.create", "true"), new JdbcHarness.Change[] {insert("a", 1), insert("b", 2)});
      Map<String, String> options = new TreeMap<>(login());
      options.put(
          "query", "SELECT 'sum' AS k, CAST(SUM(n) AS DECIMAL(10)) AS n FROM " + quoted() + ";");
      TableRef query =
          new TableRef("q", "jdbc", options, Set.of(), PAIRS, Map.of(), List.of(), List.of());
      TableRef nullable =
          new TableRef(
              "q",
              "jdbc",
              options,
              Set.of(),
              Schema.of(new Field("k", DataType.string()), new Field("n", BIGINT)),
              Map.of(),
              List.of(),
              List.of());
      assertThat(harness.read(nullable)).containsExactly(text("sum", 3));
      assertThat(query.options()).isEqualTo(nullable.options());
    }
  }

  /** The table as the sink made it. */
  private String quoted() {
    return JdbcDialect.of(pairs(), login().get("url")) == JdbcDialect.H2 ? name : quote(name);
  }

  @Test
  void missingTableIsNamedWithItsNeighbour() throws Exception {
    execute("CREATE TABLE " + quote(name) + " (k VARCHAR(10), n BIGINT)");
    try (JdbcHarness harness = harness()) {
      TableRef wrong = table(name + "x", PAIRS, List.of());
      UserError sink = error(() -> harness.sink(wrong));
      assertThat(sink.code()).isEqualTo(ErrorCode.MISSING_TARGET);
      assertThat(sink.hint().orElseThrow()).containsIgnoringCase("did you mean '" + name);
      assertThat(error(() -> harness.read(wrong)).code()).isEqualTo(ErrorCode.MISSING_TARGET);
    }
  }

  @Test
  void columnsOfOtherTypesAreRefusedBeforeTheStart() throws Exception {
    execute("CREATE TABLE " + quote(name) + " (k VARCHAR(10), n DATE)");
    try (JdbcHarness harness = harness()) {
      UserError sink = error(() -> harness.sink(pairs()));
      assertThat(sink.code()).isEqualTo(ErrorCode.TARGET_SCHEMA);
      assertThat(sink.summary()).contains("'n'", "BIGINT").containsIgnoringCase("date");
      TableRef missing = table(name, Schema.of(new Field("kk", DataType.string())), List.of());
      UserError column = error(() -> harness.sink(missing));
      assertThat(column.code()).isEqualTo(ErrorCode.TARGET_SCHEMA);
      assertThat(column.hint().orElseThrow()).containsIgnoringCase("did you mean 'k'");
    }
  }

  @Test
  void widerColumnIsNotReadAsANarrowOne() throws Exception {
    execute("CREATE TABLE " + quote(name) + " (n BIGINT)");
    try (JdbcHarness harness = harness()) {
      TableRef narrow =
          table(name, Schema.of(new Field("n", DataType.of(Kind.INTEGER))), List.of());
      assertThat(error(() -> harness.read(narrow)).code()).isEqualTo(ErrorCode.TARGET_SCHEMA);
    }
  }

  @Test
  void keyWithoutUniqueIndexIsRefused() throws Exception {
    execute("CREATE TABLE " + quote(name) + " (k VARCHAR(10), n BIGINT)");
    try (JdbcHarness harness = harness()) {
      UserError error = error(() -> harness.sink(keyed()));
      assertThat(error.code()).isEqualTo(ErrorCode.TARGET_SCHEMA);
      assertThat(error.hint().orElseThrow()).contains("CREATE UNIQUE INDEX");
    }
  }

  @Test
  void violatedConstraintNamesItsColumn() throws Exception {
    execute("CREATE TABLE " + quote(name) + " (k VARCHAR(10), n BIGINT NOT NULL)");
    try (JdbcHarness harness = harness()) {
      UserError error =
          error(() -> harness.write(pairs(), new JdbcHarness.Change[] {insert("a", null)}));
      assertThat(error.code()).isEqualTo(ErrorCode.SINK_FAILED);
      assertThat(error.detail().orElseThrow()).contains("n").containsIgnoringCase("null");
    }
  }

  @Test
  void namesMayBeReservedMixedAndStrange() throws Exception {
    String strange = "Order " + name;
    Schema schema =
        Schema.of(
            new Field("select", DataType.string()),
            new Field("Mixed Case", BIGINT),
            new Field("quo\"te`s", BIGINT));
    TableRef table = table(strange, schema, List.of(), "table.create", "true");
    try (JdbcHarness harness = harness()) {
      harness.write(table, new JdbcHarness.Change[] {insert("x", 1, 2)});
      assertThat(harness.read(table)).containsExactly("+I[x, 1, 2]");
    } finally {
      execute("DROP TABLE IF EXISTS " + quote(strange));
    }
  }

  @Test
  void wrongPasswordIsToldWithoutShowingIt() {
    if (!login().containsKey("password")) {
      return;
    }
    Map<String, String> options = new TreeMap<>(login());
    options.put("password", "hunter2-wrong");
    TableRef table =
        new TableRef(
            "x", "jdbc", options, Set.of("password"), PAIRS, Map.of(), List.of(), List.of());
    try (JdbcHarness harness = harness()) {
      UserError error = error(() -> harness.sink(table));
      assertThat(error.code()).isEqualTo(ErrorCode.UNREACHABLE);
      assertThat(error.summary()).contains("refuses the login");
      assertThat(error.toString() + error.detail() + error.hint() + table)
          .doesNotContain("hunter2", login().get("password"));
    }
  }

  @Test
  void valuesThatDoNotFitTheDeclarationAreRefused() throws Exception {
    execute("CREATE TABLE " + quote(name) + " (s SMALLINT, d DECIMAL(10, 3), t VARCHAR(10))");
    execute("INSERT INTO " + quote(name) + " VALUES (300, 1.755, 'abcdef')");
    try (JdbcHarness harness = harness()) {
      assertThat(refusal(harness, "s", DataType.of(Kind.TINYINT))).contains("300");
      assertThat(refusal(harness, "d", BIGINT)).contains("'d'");
      assertThat(refusal(harness, "d", DataType.decimal(10, 2))).contains("'d'");
      assertThat(refusal(harness, "d", DataType.decimal(3, 3))).contains("1.755");
      assertThat(refusal(harness, "t", new DataType(Kind.VARCHAR, 2, 0, true, List.of())))
          .contains("longer");
    }
  }

  @Test
  void columnThatWouldRoundOrHasLessRoomIsNoTarget() throws Exception {
    execute("CREATE TABLE " + quote(name) + " (d DECIMAL(10, 2), t VARCHAR(10))");
    try (JdbcHarness harness = harness()) {
      assertThat(sinkRefusal(harness, "d", DataType.decimal(10, 3)))
          .contains("'d'", "DECIMAL(10, 3)");
      assertThat(sinkRefusal(harness, "t", new DataType(Kind.VARCHAR, 20, 0, true, List.of())))
          .contains("'t'", "VARCHAR(20)");
      harness.sink(table(name, Schema.of(new Field("t", DataType.string())), List.of())).close();
    }
  }

  private String sinkRefusal(JdbcHarness harness, String column, DataType type) {
    return error(() -> harness.sink(table(name, Schema.of(new Field(column, type)), List.of())))
        .summary();
  }

  private String refusal(JdbcHarness harness, String column, DataType type) {
    TableRef table = table(name, Schema.of(new Field(column, type)), List.of());
    return assertThatThrownBy(() -> harness.read(table)).actual().getMessage();
  }

  @Test
  void propertiesOfTheDriverAreAllowedByName() throws Exception {
    Path url = java.nio.file.Files.writeString(folder.resolve("url"), login().get("url"));
    Map<String, String> options = new TreeMap<>(login());
    options.put("url", "${file:" + url + "}");
    options.put("properties.INIT", "CREATE TABLE owned (x INT)");
    TableRef table =
        new TableRef("x", "jdbc", options, Set.of(), PAIRS, Map.of(), List.of(), List.of());
    try (JdbcHarness harness = harness()) {
      UserError error = error(() -> harness.sink(table));
      assertThat(error.code()).isEqualTo(ErrorCode.OPTION_VALUE);
      assertThat(error.summary()).contains("properties.INIT");
    }
  }

  @Test
  void serverThatIsNotThereIsToldBeforeTheStart() {
    Map<String, String> options = new TreeMap<>(login());
    String nowhere = login().get("url").replaceAll(":\\d+/", ":1/");
    if (nowhere.equals(login().get("url"))) {
      return;
    }
    options.put("url", nowhere);
    TableRef table =
        new TableRef("x", "jdbc", options, Set.of(), PAIRS, Map.of(), List.of(), List.of());
    try (JdbcHarness harness = harness()) {
      UserError error = error(() -> harness.sink(table));
      assertThat(error.code()).isEqualTo(ErrorCode.UNREACHABLE);
      assertThat(error.summary()).contains("cannot connect");
    }
  }

  @Test
  void tableMayBeNamedWithItsSchema() throws Exception {
    try (JdbcHarness harness = harness()) {
      harness.write(pairs("table.create", "true"), new JdbcHarness.Change[] {insert("a", 1)});
      TableRef qualified = table(schema() + "." + name, PAIRS, List.of());
      harness.write(qualified, new JdbcHarness.Change[] {insert("b", 2)});
      assertThat(harness.read(qualified)).containsExactly(text("a", 1), text("b", 2));
      TableRef elsewhere = table("nowhere." + name, PAIRS, List.of());
      assertThat(error(() -> harness.read(elsewhere)).code()).isEqualTo(ErrorCode.MISSING_TARGET);
    }
  }
}
