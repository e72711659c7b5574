package dev.sluice.connector.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.sluice.connector.Split;
import dev.sluice.connector.SplitSource;
import dev.sluice.error.UserError;
import dev.sluice.plan.Expr;
import dev.sluice.plan.TableRef;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.Schema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against DuckDB: what it writes we read, what we write it reads. */
class ParquetFilesTest {
  @TempDir Path folder;
  private FileHarness host;
  private Connection duck;

  @BeforeEach
  void open() throws SQLException {
    host = new FileHarness(folder);
    duck = DriverManager.getConnection("jdbc:duckdb:");
  }

  @AfterEach
  void allocatorClosesAtZero() throws SQLException {
    duck.close();
    host.close();
  }

  private void run(String sql) throws SQLException {
    try (Statement statement = duck.createStatement()) {
      statement.execute(sql);
    }
  }

  private List<String> query(String sql) throws SQLException {
    try (Statement statement = duck.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<String> found = new ArrayList<>();
      while (rows.next()) {
        StringBuilder row = new StringBuilder("+I[");
        for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
          row.append(i > 1 ? ", " : "").append(rows.getString(i));
        }
        found.add(row.append("]").toString());
      }
      return found;
    }
  }

  private static TableRef table(Schema schema, String path) {
    return FileHarness.table(schema, Map.of("path", path, "format", "parquet"));
  }

  private static final Schema GENERATED =
      Schema.of(
          new Field("i", DataType.of(Kind.INTEGER)),
          new Field("l", DataType.of(Kind.BIGINT)),
          new Field("u", DataType.of(Kind.BIGINT)),
          new Field("t", DataType.of(Kind.TINYINT)),
          new Field("b", DataType.of(Kind.BOOLEAN)),
          new Field("d", DataType.of(Kind.DOUBLE)),
          new Field("n9", DataType.decimal(9, 2)),
          new Field("n18", DataType.decimal(18, 4)),
          new Field("n38", DataType.decimal(38, 6)),
          new Field("v", DataType.string()),
          new Field("few", DataType.string()),
          new Field("day", DataType.of(Kind.DATE)),
          new Field("ms", DataType.timestamp(6)),
          new Field("us", DataType.timestamp(6)),
          new Field("ns", DataType.timestamp(6)));

  private void generate(String file, String options, int nullEvery) throws SQLException {
    String null1 = "CASE WHEN r % " + nullEvery + " = 0 THEN NULL ELSE ";
    run(
        "COPY (SELECT "
            + null1
            + "(r * 7919 - 100000)::INTEGER END AS i, "
            + null1
            + "r::BIGINT * 1000000007 - 5 END AS l, "
            + null1
            + "(4294967295 - r)::UINTEGER END AS u, "
            + null1
            + "(r % 100 - 50)::TINYINT END AS t, "
            + null1
            + "r % 3 = 0 END AS b, "
            + null1
            + "r * 0.25::DOUBLE END AS d, "
            + null1
            + "((r - 500) / 4.0)::DECIMAL(9,2) END AS n9, "
            + null1
            + "((r - 500) * 12345.6789)::DECIMAL(18,4) END AS n18, "
            + null1
            + "((r - 500) * 1234567890123456789.5::DECIMAL(30,1))::DECIMAL(38,6) END AS n38, "
            + null1
            + "'text ä ' || r END AS v, "
            + null1
            + "'k' || (r % 7) END AS few, "
            + null1
            + "DATE '1960-01-01' + (r * 13)::INTEGER END AS day, "
            + null1
            + "(TIMESTAMP '1969-12-31 23:00:00' + r * INTERVAL '1.5' SECOND)::TIMESTAMP_MS END AS"
            + " ms, "
            + null1
            + "TIMESTAMP '2001-01-01 00:00:00.123456' + r * INTERVAL '1' MINUTE END AS us, "
            + null1
            + "(TIMESTAMP '2001-01-01 00:00:00.123456' + r * INTERVAL '1' HOUR)::TIMESTAMP_NS END"
            + " AS ns FROM range(1, 8001) g(r)) TO '"
            + folder.resolve(file)
            + "' (FORMAT parquet, ROW_GROUP_SIZE 2048"
            + options
            + ")");
  }

  private String duckSql(String file) {
    return "SELECT i, l, u, t, b, d, n9, n18, n38, v, few, day, strftime(ms, '%Y-%m-%d"
        + " %H:%M:%S.%f'), strftime(us, '%Y-%m-%d %H:%M:%S.%f'), strftime(ns::TIMESTAMP,"
        + " '%Y-%m-%d %H:%M:%S.%f') FROM '"
        + folder.resolve(file)
        + "'";
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        ", COMPRESSION zstd",
        ", COMPRESSION snappy",
        ", COMPRESSION gzip",
        ", COMPRESSION lz4_raw",
        ", COMPRESSION uncompressed, DICTIONARY_SIZE_LIMIT 1",
        ", PARQUET_VERSION v2",
        ", PARQUET_VERSION v2, DICTIONARY_SIZE_LIMIT 1"
      })
  void whatDuckDbWritesIsReadTheSame(String options) throws SQLException, IOException {
    for (int nullEvery : new int[] {1, 2, 11, 1_000_000}) {
      generate("a.parquet", options, nullEvery);
      assertThat(host.read(table(GENERATED, "a.parquet"))).isEqualTo(query(duckSql("a.parquet")));
    }
    assertThat(host.read(table(GENERATED, "a.parquet"), List.of(10)))
        .isEqualTo(query("SELECT few FROM '" + folder.resolve("a.parquet") + "'"));
    assertThat(host.read(table(GENERATED, "a.parquet"), List.of())).hasSize(8_000);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ZSTD", "SNAPPY", "GZIP", "LZ4_RAW", "UNCOMPRESSED"})
  void whatWeWriteDuckDbReadsTheSame(String codec) throws SQLException, IOException {
    generate("a.parquet", "", 5);
    TableRef out =
        FileHarness.table(
            GENERATED,
            Map.of("path", "b.parquet", "format", "parquet", "parquet.compression", codec));
    host.copy(table(GENERATED, "a.parquet"), out);
    assertThat(query(duckSql("b.parquet"))).isEqualTo(query(duckSql("a.parquet")));
    assertThat(host.read(out)).isEqualTo(query(duckSql("a.parquet")));
  }

  @Test
  void everyScalarTypeWeWriteDuckDbReads() throws SQLException, IOException {
    Files.writeString(folder.resolve("in.json"), TextFilesTest.SCALAR_ROWS);
    TableRef in =
        FileHarness.table(TextFilesTest.SCALARS, Map.of("path", "in.json", "format", "json"));
    host.copy(in, table(TextFilesTest.SCALARS, "out.parquet"));
    assertThat(
            query(
                "SELECT b, t, s, i, l, f, d, n, big, octet_length(x), day, clock, ts0, ts3, ts6"
                    + " FROM '"
                    + folder.resolve("out.parquet")
                    + "'"))
        .hasSize(3)
        .first()
        .asString()
        .startsWith(
            "+I[true, -128, 32767, -2147483648, -9223372036854775808, 1.1, 0.1, -1.25,"
                + " 1234567890123456789012345678901234.5678, 3, 1969-12-31, 23:59:59.999,"
                + " 2024-02-29 01:02:03");
  }

  @Test
  void aFilterSkipsRowGroupsAndNoRowThatPasses() throws SQLException, IOException {
    generate("a.parquet", "", 11);
    TableRef table = table(GENERATED, "a.parquet");
    DataType bigint = DataType.of(Kind.BIGINT);
    DataType bool = DataType.of(Kind.BOOLEAN);
    for (String operator : List.of("=", "<", "<=", ">", ">=")) {
      for (long at :
          new long[] {
            -1, 995, 3_000L * 1_000_000_007 - 5, 8_000L * 1_000_000_007 - 5, Long.MAX_VALUE
          }) {
        Expr filter =
            new Expr.Call(
                operator,
                List.of(new Expr.ColumnRef(0, bigint), Expr.Literal.of(at, bigint)),
                bool);
        try (SplitSource source = host.open(table, List.of(1), Optional.of(filter))) {
          List<Split> splits = source.discover(Map.of());
          assertThat(splits.size()).isLessThanOrEqualTo(4);
          List<String> kept = new ArrayList<>(host.rows(source, splits, 1000));
          kept.removeIf(row -> !passes(row, operator, at));
          assertThat(kept)
              .isEqualTo(
                  query(
                      "SELECT l FROM '"
                          + folder.resolve("a.parquet")
                          + "' WHERE l "
                          + operator
                          + " "
                          + at));
        }
      }
    }
    Expr none =
        new Expr.Call(
            "<", List.of(new Expr.ColumnRef(0, bigint), Expr.Literal.of(-1000L, bigint)), bool);
    try (SplitSource source = host.open(table, List.of(1), Optional.of(none))) {
      assertThat(source.discover(Map.of())).isEmpty();
    }
  }

  private static boolean passes(String row, String operator, long at) {
    String text = row.substring(3, row.length() - 1);
    if (text.equals("null")) {
      return false;
    }
    int order = Long.compare(Long.parseLong(text), at);
    return switch (operator) {
      case "=" -> order == 0;
      case "<" -> order < 0;
      case "<=" -> order <= 0;
      case ">" -> order > 0;
      default -> order >= 0;
    };
  }

  @Test
  void aReaderStartedLaterGivesTheRest() throws SQLException, IOException {
    generate("a.parquet", "", 11);
    TableRef table = table(GENERATED, "a.parquet");
    try (SplitSource source = host.open(table, List.of(0, 9, 10), Optional.empty())) {
      Split split = source.discover(Map.of()).get(1);
      List<String> all = host.rows(source, List.of(split), 1000);
      for (var at : host.offsets(source, split, 777)) {
        assertThat(host.rows(source, List.of(split.from(at.getKey())), 1000))
            .isEqualTo(all.subList(at.getValue(), all.size()));
      }
    }
  }

  @Test
  void columnsThatDoNotFitAreRefusedBeforeTheStart() throws SQLException, IOException {
    generate("a.parquet", "", 11);
    assertThatThrownBy(
            () -> host.read(table(Schema.of(new Field("fewx", DataType.string())), "a.parquet")))
        .isInstanceOfSatisfying(
            UserError.class,
            e -> {
              assertThat(e.code().id()).isEqualTo("SLU-3008");
              assertThat(e.hint()).contains("did you mean 'few'?");
              assertThat(e.detail().orElse("")).contains("n38");
            });
    assertThatThrownBy(
            () ->
                host.read(table(Schema.of(new Field("v", DataType.of(Kind.BIGINT))), "a.parquet")))
        .hasMessageContaining("column 'v' is declared BIGINT but is 'optional binary v (STRING)'");
    assertThatThrownBy(
            () -> host.read(table(Schema.of(new Field("n9", DataType.decimal(9, 3))), "a.parquet")))
        .hasMessageContaining("SLU-3008");
    Files.writeString(folder.resolve("b.parquet"), "no parquet");
    assertThatThrownBy(() -> host.read(table(GENERATED, "b.parquet")))
        .hasMessageContaining("it is not a Parquet file");
  }

  @Test
  void nestedColumnsGoBothWays() throws SQLException, IOException {
    run(
        "COPY (SELECT r AS id, CASE WHEN r % 5 = 0 THEN NULL ELSE [r, NULL, r * 2] END AS l, CASE"
            + " WHEN r % 7 = 0 THEN NULL ELSE {'a': CASE WHEN r % 3 = 0 THEN NULL ELSE 'x' || r"
            + " END, 'b': [[r::VARCHAR], []], 'c': TIMESTAMP '2024-01-01 00:00:00' + r * INTERVAL"
            + " '1' SECOND} END AS s, MAP {'k' || r: r / 4.0::DOUBLE, 'j': NULL} AS m FROM range(1,"
            + " 5001) g(r)) TO '"
            + folder.resolve("a.parquet")
            + "' (FORMAT parquet, ROW_GROUP_SIZE 2048)");
    Schema schema =
        Schema.of(
            new Field("id", DataType.of(Kind.BIGINT)),
            new Field("l", DataType.array(DataType.of(Kind.BIGINT))),
            new Field(
                "s",
                DataType.row(
                    List.of(
                        new Field("b", DataType.array(DataType.array(DataType.string()))),
                        new Field("a", DataType.string())))),
            new Field("m", DataType.map(DataType.string(), DataType.of(Kind.DOUBLE))));
    TableRef in = table(schema, "a.parquet");
    List<String> rows = host.read(in);
    assertThat(rows)
        .hasSize(5000)
        .startsWith(
            "+I[1, [1, null, 2], ([[1], []], x1), {k1=0.25, j=null}]",
            "+I[2, [2, null, 4], ([[2], []], x2), {k2=0.5, j=null}]")
        .contains("+I[105, null, null, {k105=26.25, j=null}]");
    host.copy(in, table(schema, "b.parquet"));
    assertThat(host.read(table(schema, "b.parquet"))).isEqualTo(rows);
    String columns = "SELECT id, l::VARCHAR, s.a, s.b::VARCHAR, m::VARCHAR FROM '";
    assertThat(query(columns + folder.resolve("b.parquet") + "'"))
        .isEqualTo(query(columns + folder.resolve("a.parquet") + "'"));
    try (SplitSource source = host.open(in, List.of(0, 2), Optional.empty())) {
      Split split = source.discover(Map.of()).get(0);
      List<String> all = host.rows(source, List.of(split), 1000);
      for (var at : host.offsets(source, split, 777)) {
        assertThat(host.rows(source, List.of(split.from(at.getKey())), 1000))
            .isEqualTo(all.subList(at.getValue(), all.size()));
      }
    }
  }

  @Test
  void nullsInANotNullColumnAreToldApart() throws SQLException, IOException {
    generate("a.parquet", "", 11);
    Schema schema = Schema.of(new Field("l", DataType.of(Kind.BIGINT).notNull()));
    assertThatThrownBy(() -> host.read(table(schema, "a.parquet")))
        .hasMessageContaining("column 'l' is NOT NULL but is NULL in row 11");
  }

  @Test
  void aDamagedFileIsToldAsSuch() throws SQLException, IOException {
    generate("a.parquet", ", COMPRESSION uncompressed", 11);
    byte[] bytes = Files.readAllBytes(folder.resolve("a.parquet"));
    java.util.Arrays.fill(bytes, 100, bytes.length / 2, (byte) 0xff);
    Files.write(folder.resolve("a.parquet"), bytes);
    assertThatThrownBy(() -> host.read(table(GENERATED, "a.parquet")))
        .isInstanceOfAny(IOException.class, UserError.class);
  }

  /**
   * Pages lie off the heap, where nothing keeps a wrong length from reading what is not theirs:
   * each byte that is turned over may be told or give other values, and must do no more.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        ", COMPRESSION uncompressed",
        ", COMPRESSION uncompressed, PARQUET_VERSION v2",
        ", COMPRESSION uncompressed, DICTIONARY_SIZE_LIMIT 1",
        ", COMPRESSION snappy",
        ", COMPRESSION zstd"
      })
  void noDamagedByteDoesHarm(String options) throws SQLException, IOException {
    generate("a.parquet", options, 11);
    damage(GENERATED, List.of(0, 4, 8, 9, 10), 4);
  }

  @Test
  void noDamagedByteOfNestedColumnsDoesHarm() throws SQLException, IOException {
    run(
        "COPY (SELECT [r % 3, NULL, r] AS l, {'a': 'k' || r % 5, 'b': r} AS s FROM range(0, 2048)"
            + " g(r)) TO '"
            + folder.resolve("a.parquet")
            + "' (FORMAT parquet, COMPRESSION uncompressed)");
    Field a = new Field("a", DataType.string());
    Field b = new Field("b", DataType.of(Kind.BIGINT));
    Schema nested =
        Schema.of(
            new Field("l", DataType.array(DataType.of(Kind.BIGINT))),
            new Field("s", DataType.row(List.of(a, b))));
    damage(nested, List.of(0, 1), 1);
  }

  /** Turns bytes of the first part of the file over, one at a time. */
  private void damage(Schema schema, List<Integer> columns, int part)
      throws SQLException, IOException {
    byte[] bytes = Files.readAllBytes(folder.resolve("a.parquet"));
    Random random = new Random(7);
    for (int i = 0; i < 100; i++) {
      byte[] damaged = bytes.clone();
      int at = random.nextInt(4, bytes.length / part);
      damaged[at] ^= (byte) (i % 2 == 0 ? 1 << random.nextInt(8) : 0xff);
      Files.write(folder.resolve("a.parquet"), damaged);
      try (SplitSource source = host.open(table(schema, "a.parquet"), columns, Optional.empty())) {
        assertThat(host.rows(source, source.discover(Map.of()).subList(0, 1), 2_048))
            .hasSize(2_048);
      } catch (IOException | UserError e) {
        assertThat(e).hasMessageContaining("a.parquet");
      }
    }
  }

  @Test
  void theFlightsAreReadAsDuckDbReadsThem() throws SQLException, IOException {
    Path file = testData().resolve("flights-3m.parquet");
    assumeThat(file).exists();
    Schema schema =
        Schema.of(
            new Field("date", DataType.timestamp(3)),
            new Field("delay", DataType.of(Kind.BIGINT)),
            new Field("distance", DataType.of(Kind.BIGINT)),
            new Field("origin", DataType.string()),
            new Field("destination", DataType.string()));
    TableRef table = table(schema, file.toString());
    try (SplitSource source = host.open(table, List.of(0, 1, 3), Optional.empty())) {
      List<Split> splits = source.discover(Map.of());
      List<String> rows =
          host.rows(source, List.of(splits.get(0), splits.get(splits.size() - 1)), 30_000);
      List<String> expected =
          query(
              "SELECT strftime(date, '%Y-%m-%d %H:%M:%S.%g'), delay, origin FROM '"
                  + file
                  + "' LIMIT 272727");
      assertThat(rows.subList(0, 272_727)).isEqualTo(expected);
    }
  }

  static Path testData() {
    String named = System.getProperty("SLUICE_TEST_DATA", System.getenv("SLUICE_TEST_DATA"));
    if (named != null) {
      return Path.of(named);
    }
    Path root = Path.of("").toAbsolutePath();
    while (root.getParent() != null && !Files.exists(root.resolve("planner"))) {
      root = root.getParent();
    }
    return root.resolve("../shared/data").normalize();
  }
}
