package dev.sluice.planner.physical;

import dev.sluice.connector.Connector;
import dev.sluice.connector.ConnectorContext;
import dev.sluice.connector.ConnectorRegistry;
import dev.sluice.connector.DeliveryGuarantee;
import dev.sluice.connector.OptionSpec;
import dev.sluice.connector.ScanRequest;
import dev.sluice.connector.SinkCapabilities;
import dev.sluice.connector.SourceCapabilities;
import dev.sluice.connector.SplitSource;
import dev.sluice.connector.TableSink;
import dev.sluice.error.SourcePosition;
import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.PhysicalPlan;
import dev.sluice.plan.PlanPrinter;
import dev.sluice.plan.TableRef;
import dev.sluice.planner.catalog.Catalog;
import dev.sluice.planner.catalog.CatalogEntry;
import dev.sluice.planner.catalog.CatalogEntry.ColumnDef;
import dev.sluice.planner.parse.ParsedQuery;
import dev.sluice.planner.parse.QueryOptions;
import dev.sluice.planner.parser.SluiceParser;
import dev.sluice.planner.parser.SyntaxException;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.calcite.avatica.util.Quoting;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.parser.SqlParseException;
import org.apache.calcite.sql.parser.SqlParser;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.validate.SqlConformanceEnum;

/** A catalog made by hand and a connector that can be anything, for tests of planning alone. */
final class Fixture {
  private static final SourcePosition NOWHERE = new SourcePosition("test", 1, 1, 1, 1);
  private static final OptionSpec FLAGS =
      OptionSpec.of("flags", OptionSpec.Type.STRING, "What it can do.", "bounded upsert");

  final Catalog catalog = new Catalog();
  final ConnectorRegistry connectors = ConnectorRegistry.of(new Any());

  Fixture() {
    DataType time = DataType.timestamp(3);
    List<Field> bid =
        List.of(
            new Field("auction", DataType.of(Kind.BIGINT)),
            new Field("bidder", DataType.of(Kind.BIGINT)),
            new Field("price", DataType.of(Kind.BIGINT)),
            new Field("channel", DataType.string()),
            new Field("url", DataType.string()),
            new Field("dateTime", time),
            new Field("extra", DataType.string()));
    add("bid", CatalogEntry.Kind.STREAM, bid, Optional.of("dateTime"), List.of(), "");
    add(
        "bid_file",
        CatalogEntry.Kind.STREAM,
        bid,
        Optional.of("dateTime"),
        List.of(),
        "bounded limit");
    add(
        "rates",
        CatalogEntry.Kind.TABLE,
        List.of(
            new Field("currency", DataType.of(Kind.BIGINT).notNull()),
            new Field("rate", DataType.decimal(10, 2)),
            new Field("since", time)),
        Optional.of("since"),
        List.of("currency"),
        "");
    add("plain", CatalogEntry.Kind.STREAM, bid, Optional.empty(), List.of(), "bounded filter");
    add(
        "nested",
        CatalogEntry.Kind.STREAM,
        List.of(
            new Field("id", DataType.of(Kind.INTEGER)),
            new Field(
                "address",
                DataType.row(
                    List.of(
                        new Field("city", DataType.string()),
                        new Field("zip", DataType.of(Kind.INTEGER))))),
            new Field("tags", DataType.array(DataType.string())),
            new Field("amount", DataType.decimal(10, 2))),
        Optional.empty(),
        List.of(),
        "bounded");
    sink("any_sink", List.of(), List.of(), "");
    sink(
        "totals",
        List.of(
            new Field("bidder", DataType.of(Kind.BIGINT)),
            new Field("total", DataType.of(Kind.BIGINT))),
        List.of("bidder"),
        "upsert");
    sink(
        "windows",
        List.of(
            new Field("window_start", time),
            new Field("bidder", DataType.of(Kind.INTEGER)),
            new Field("n", DataType.of(Kind.BIGINT))),
        List.of(),
        "");
    catalog.put(
        new CatalogEntry.View(
            "cheap",
            "",
            parse("SELECT auction, price, `dateTime` AS at_time FROM bid WHERE price < 100"),
            List.of(),
            p -> NOWHERE));
  }

  private void add(
      String name,
      CatalogEntry.Kind kind,
      List<Field> fields,
      Optional<String> time,
      List<String> key,
      String flags) {
    Optional<CatalogEntry.WatermarkDef> watermark =
        time.map(
            t ->
                new CatalogEntry.WatermarkDef(
                    t,
                    expression("`" + t + "` - INTERVAL '4' SECOND"),
                    Optional.empty(),
                    Optional.empty()));
    List<ColumnDef> columns = new ArrayList<>();
    fields.forEach(f -> columns.add(new ColumnDef.Physical(f.name(), f.type())));
    if (name.equals("bid")) {
      columns.add(new ColumnDef.Computed("dollars", expression("price / 100")));
    }
    catalog.put(
        new CatalogEntry.Table(
            name,
            "",
            kind,
            columns,
            watermark,
            key,
            List.of(),
            "any",
            Map.of("flags", flags),
            Set.of(),
            NOWHERE,
            p -> NOWHERE));
  }

  private void sink(String name, List<Field> fields, List<String> key, String flags) {
    add(name, CatalogEntry.Kind.SINK, fields, Optional.empty(), key, "writable " + flags);
  }

  static SqlNode expression(String sql) {
    try {
      return SqlParser.create(sql, parserConfig()).parseExpression();
    } catch (SqlParseException e) {
      throw new IllegalArgumentException(sql, e);
    }
  }

  static SqlNode parse(String sql) {
    try {
      return SluiceParser.query(sql);
    } catch (SyntaxException e) {
      throw new IllegalArgumentException(sql, e);
    }
  }

  private static SqlParser.Config parserConfig() {
    return SqlParser.config()
        .withQuoting(Quoting.BACK_TICK)
        .withUnquotedCasing(org.apache.calcite.avatica.util.Casing.UNCHANGED)
        .withQuotedCasing(org.apache.calcite.avatica.util.Casing.UNCHANGED)
        .withIdentifierMaxLength(256)
        .withConformance(SqlConformanceEnum.BABEL);
  }

  private static ParsedQuery.Positions positions() {
    return p ->
        new SourcePosition(
            "test", p.getLineNum(), p.getColumnNum(), p.getEndLineNum(), p.getEndColumnNum());
  }

  static ParsedQuery query(String sql, QueryOptions options) {
    return new ParsedQuery(
        parse(sql), options, Optional.empty(), Optional.empty(), Map.of(), positions());
  }

  static ParsedQuery insert(String target, String sql, String... columns) {
    Optional<List<SqlIdentifier>> listed =
        columns.length == 0
            ? Optional.empty()
            : Optional.of(
                Arrays.stream(columns).map(c -> new SqlIdentifier(c, SqlParserPos.ZERO)).toList());
    return new ParsedQuery(
        parse(sql),
        QueryOptions.NONE,
        Optional.of(new SqlIdentifier(target, SqlParserPos.ZERO)),
        listed,
        Map.of(),
        positions());
  }

  PhysicalPlan plan(String sql) {
    return plan(sql, QueryOptions.NONE);
  }

  PhysicalPlan plan(String sql, QueryOptions options) {
    return new QueryPlanner(catalog, connectors, Map.of()).planQuery(query(sql, options), "result");
  }

  PhysicalPlan plan(ParsedQuery... inserts) {
    return new QueryPlanner(catalog, connectors, Map.of()).plan(List.of(inserts));
  }

  String text(String sql) {
    return PlanPrinter.print(plan(sql), sink -> "");
  }

  /** Reads and writes as the option {@code flags} says; never opened. */
  private static final class Any implements Connector {
    @Override
    public String name() {
      return "any";
    }

    @Override
    public String description() {
      return "Anything.";
    }

    @Override
    public List<OptionSpec> options(TableRef table) {
      return List.of(FLAGS);
    }

    private static boolean has(TableRef table, String flag) {
      return table.options().getOrDefault("flags", "").contains(flag);
    }

    @Override
    public SourceCapabilities sourceCapabilities(TableRef table) {
      return new SourceCapabilities(
          !has(table, "writable"),
          has(table, "bounded"),
          true,
          has(table, "filter"),
          has(table, "limit"),
          true);
    }

    @Override
    public SinkCapabilities sinkCapabilities(TableRef table) {
      return new SinkCapabilities(
          has(table, "writable"),
          has(table, "upsert") ? ChangelogMode.UPSERT : ChangelogMode.INSERT_ONLY,
          DeliveryGuarantee.EXACTLY_ONCE,
          1);
    }

    @Override
    public SplitSource openSource(ScanRequest request, ConnectorContext context) {
      throw new IllegalStateException("planning opens nothing");
    }

    @Override
    public TableSink openSink(TableRef table, ConnectorContext context) {
      throw new IllegalStateException("planning opens nothing");
    }
  }
}
