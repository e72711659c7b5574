package dev.sluice.planner.parse;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.planner.catalog.CatalogEntry;
import dev.sluice.planner.catalog.CatalogEntry.ColumnDef;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.calcite.sql.SqlIntervalLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.parser.SqlParserUtil;

/** Reads CREATE and DROP statements. Single-threaded. */
final class DdlParser {
  private static final List<List<String>> COLUMN_ENDS = List.of(List.of(","), List.of(")"));
  private static final List<List<String>> WATERMARK_ENDS =
      List.of(List.of(","), List.of("IDLE", "AFTER"), List.of("MAX", "FUTURE"));

  private final Cursor cursor;
  private final QueryParser queries;

  DdlParser(Cursor cursor) {
    this.cursor = cursor;
    this.queries = new QueryParser(cursor);
  }

  DdlResult create() {
    cursor.expect("CREATE");
    boolean replace = cursor.accept("OR", "REPLACE");
    boolean temporary = cursor.accept("TEMPORARY");
    if (cursor.accept("VIEW")) {
      return view(replace);
    }
    for (CatalogEntry.Kind kind : CatalogEntry.Kind.values()) {
      if (!temporary && cursor.accept(kind.name())) {
        return table(kind, replace);
      }
    }
    if (cursor.peek().is("FUNCTION")) {
      throw UserError.of(ErrorCode.UNSUPPORTED, "CREATE FUNCTION is not supported yet")
          .at(cursor.position(cursor.peek()));
    }
    throw cursor.unexpected(List.of("STREAM", "TABLE", "SINK", "VIEW"));
  }

  DdlResult drop() {
    cursor.expect("DROP");
    cursor.accept("TEMPORARY");
    for (String kind : List.of("STREAM", "TABLE", "SINK", "VIEW")) {
      if (cursor.accept(kind)) {
        boolean ifExists = cursor.accept("IF", "EXISTS");
        String name = cursor.name("a name").value();
        end();
        return new DdlResult(
            "DROP " + kind,
            name,
            false,
            ifExists,
            Optional.empty(),
            Optional.of(kind),
            Optional.empty(),
            Map.of());
      }
    }
    throw cursor.unexpected(List.of("STREAM", "TABLE", "SINK", "VIEW"));
  }

  private void end() {
    if (!cursor.atEnd()) {
      throw cursor.unexpected(List.of("end of statement"));
    }
  }

  private DdlResult view(boolean replace) {
    boolean ifNotExists = cursor.accept("IF", "NOT", "EXISTS");
    String name = cursor.name("a view name").value();
    List<String> columns = cursor.accept("(") ? names() : List.of();
    cursor.expect("AS");
    int start = cursor.peek().start();
    SqlNode query = cursor.query(start, cursor.text().length());
    return new DdlResult(
        "CREATE VIEW",
        name,
        replace,
        ifNotExists,
        Optional.of(new CatalogEntry.View(name, cursor.text(), query, columns)),
        Optional.empty(),
        Optional.empty(),
        Map.of());
  }

  /** Names up to the closing bracket. */
  private List<String> names() {
    List<String> names = new ArrayList<>();
    do {
      names.add(cursor.name("a column name").value());
    } while (cursor.accept(","));
    cursor.expect(")");
    return names;
  }

  private DdlResult table(CatalogEntry.Kind kind, boolean replace) {
    boolean ifNotExists = cursor.accept("IF", "NOT", "EXISTS");
    Token nameToken = cursor.name("a name");
    Columns columns = new Columns();
    if (cursor.accept("(")) {
      do {
        column(columns);
      } while (cursor.accept(","));
      cursor.expect(")");
    }
    List<String> partitionKeys = List.of();
    if (cursor.accept("PARTITIONED", "BY")) {
      cursor.expect("(");
      partitionKeys = names();
    }
    cursor.expect("WITH");
    Map<String, dev.sluice.error.SourcePosition> places = new LinkedHashMap<>();
    Map<String, String> options = options(places);
    String connector = options.remove("connector");
    if (connector == null) {
      throw UserError.of(
              ErrorCode.MISSING_OPTION,
              "option 'connector' of '" + nameToken.value() + "' is missing")
          .withHint("add 'connector' = '…'; SHOW CONNECTORS lists them")
          .at(cursor.position(nameToken));
    }
    Optional<ParsedQuery> query = Optional.empty();
    if (kind == CatalogEntry.Kind.SINK && cursor.accept("AS")) {
      query = Optional.of(queries.queryInto(nameToken.value()));
    }
    end();
    CatalogEntry.Table table =
        new CatalogEntry.Table(
            nameToken.value(),
            cursor.text(),
            kind,
            columns.defs,
            columns.watermark,
            columns.primaryKey,
            partitionKeys,
            connector,
            options,
            Set.of(),
            cursor.position(nameToken));
    return new DdlResult(
        "CREATE " + kind,
        table.name(),
        replace,
        ifNotExists,
        Optional.of(table),
        Optional.empty(),
        query,
        places);
  }

  /** What stands between the brackets. */
  private static final class Columns {
    private final List<ColumnDef> defs = new ArrayList<>();
    private Optional<CatalogEntry.WatermarkDef> watermark = Optional.empty();
    private List<String> primaryKey = List.of();
  }

  private void column(Columns columns) {
    if (cursor.accept("PRIMARY", "KEY")) {
      cursor.expect("(");
      columns.primaryKey = names();
      notEnforced();
      return;
    }
    if (cursor.peek().is("WATERMARK") && cursor.peek(1).is("FOR")) {
      columns.watermark = Optional.of(watermark());
      return;
    }
    Token name = cursor.name("a column name");
    if (columns.defs.stream().anyMatch(c -> c.name().equalsIgnoreCase(name.value()))) {
      throw UserError.of(
              ErrorCode.DUPLICATE_OBJECT, "column '" + name.value() + "' is declared twice")
          .at(cursor.position(name));
    }
    if (cursor.accept("AS")) {
      int start = cursor.peek().start();
      int end = cursor.skipTo(COLUMN_ENDS);
      columns.defs.add(new ColumnDef.Computed(name.value(), cursor.expression(start, end)));
      return;
    }
    dev.sluice.type.DataType type = TypeParser.type(cursor);
    if (cursor.accept("METADATA")) {
      String key = cursor.accept("FROM") ? cursor.string("a metadata key") : name.value();
      boolean virtual = cursor.accept("VIRTUAL");
      columns.defs.add(new ColumnDef.Metadata(name.value(), type, key, virtual));
      return;
    }
    if (cursor.accept("PRIMARY", "KEY")) {
      notEnforced();
      columns.primaryKey = List.of(name.value());
    }
    columns.defs.add(new ColumnDef.Physical(name.value(), type));
  }

  private void notEnforced() {
    if (cursor.accept("NOT")) {
      cursor.expect("ENFORCED");
    }
  }

  private CatalogEntry.WatermarkDef watermark() {
    cursor.expect("WATERMARK", "FOR");
    String column = cursor.name("a column name").value();
    cursor.expect("AS");
    int start = cursor.peek().start();
    int end = cursor.skipTo(WATERMARK_ENDS);
    SqlNode expression = cursor.expression(start, end);
    Optional<Long> idle = Optional.empty();
    Optional<Long> skew = Optional.empty();
    boolean more = true;
    while (more) {
      if (cursor.accept("IDLE", "AFTER")) {
        idle = Optional.of(interval(List.of(List.of(","), List.of("MAX", "FUTURE"))));
      } else if (cursor.accept("MAX", "FUTURE")) {
        cursor.expect("SKEW");
        skew = Optional.of(interval(List.of(List.of(","), List.of("IDLE", "AFTER"))));
      } else {
        more = false;
      }
    }
    return new CatalogEntry.WatermarkDef(column, expression, idle, skew);
  }

  /** An interval literal up to one of {@code stops}, in microseconds. */
  long interval(List<List<String>> stops) {
    Token first = cursor.peek();
    int start = first.start();
    int end = cursor.skipTo(stops);
    SqlNode node = cursor.expression(start, end);
    if (node instanceof SqlIntervalLiteral literal) {
      SqlIntervalLiteral.IntervalValue value =
          literal.getValueAs(SqlIntervalLiteral.IntervalValue.class);
      if (value.getIntervalQualifier().isYearMonth()) {
        throw UserError.of(ErrorCode.LITERAL, "an interval of months or years has no fixed length")
            .at(cursor.position(first));
      }
      return BigDecimal.valueOf(SqlParserUtil.intervalToMillis(value)).longValueExact() * 1000;
    }
    throw UserError.of(ErrorCode.LITERAL, "expected an interval such as INTERVAL '5' SECOND")
        .at(cursor.position(start, Math.max(start, end - 1)));
  }

  private Map<String, String> options(Map<String, dev.sluice.error.SourcePosition> places) {
    cursor.expect("(");
    Map<String, String> options = new LinkedHashMap<>();
    do {
      Token key = cursor.peek();
      String name = key.kind() == Token.Kind.STRING ? cursor.string("an option") : optionWord();
      cursor.expect("=");
      String value = cursor.string("a quoted value");
      if (options.put(name, value) != null) {
        throw UserError.of(ErrorCode.SYNTAX, "option '" + name + "' is given twice")
            .at(cursor.position(key));
      }
      places.put(name, cursor.position(key));
    } while (cursor.accept(","));
    cursor.expect(")");
    return options;
  }

  private String optionWord() {
    StringBuilder name = new StringBuilder(cursor.name("an option").value());
    while (cursor.peek().is(".") || cursor.peek().is("-")) {
      name.append(cursor.take().text()).append(cursor.name("an option").value());
    }
    return name.toString();
  }
}
