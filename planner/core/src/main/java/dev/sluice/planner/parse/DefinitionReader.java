package dev.sluice.planner.parse;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.SourcePosition;
import dev.sluice.error.UserError;
import dev.sluice.function.user.UserClass;
import dev.sluice.planner.ast.CreateFunction;
import dev.sluice.planner.ast.CreateTable;
import dev.sluice.planner.ast.CreateView;
import dev.sluice.planner.ast.DropObject;
import dev.sluice.planner.ast.TableElement;
import dev.sluice.planner.ast.TableOption;
import dev.sluice.planner.catalog.CatalogEntry;
import dev.sluice.planner.catalog.CatalogEntry.ColumnDef;
import dev.sluice.planner.catalog.FunctionDef;
import dev.sluice.planner.catalog.JavaFunctionDef;
import dev.sluice.planner.catalog.SqlFunctionDef;
import dev.sluice.planner.parser.SluiceParser;
import dev.sluice.planner.parser.SyntaxException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;

/** Makes {@link DdlResult}s of CREATE and DROP trees. Single-threaded. */
final class DefinitionReader {
  /** More than any table that people make; what is wider takes minutes to plan. */
  private static final int MOST_COLUMNS = 10_000;

  private final StatementText text;
  private final QueryReader queries;

  DefinitionReader(StatementText text) {
    this.text = text;
    this.queries = new QueryReader(text);
  }

  DdlResult drop(DropObject drop) {
    return new DdlResult(
        "DROP " + drop.kind(),
        drop.name().getSimple(),
        false,
        drop.ifExists,
        Optional.empty(),
        Optional.of(drop.kind().name()),
        Optional.empty(),
        Map.of());
  }

  DdlResult function(CreateFunction create) {
    if (create.returns().isEmpty()) {
      return function(create, javaFunction(create));
    }
    List<SqlFunctionDef.Parameter> parameters = new ArrayList<>();
    for (TableElement.Physical parameter : create.parameters()) {
      String name = parameter.name().getSimple();
      if (parameters.stream().anyMatch(p -> p.name().equalsIgnoreCase(name))) {
        throw UserError.of(ErrorCode.DUPLICATE_OBJECT, "parameter '" + name + "' is declared twice")
            .at(text.position(parameter.name()));
      }
      parameters.add(new SqlFunctionDef.Parameter(name, parameter.type()));
    }
    SourcePosition position = text.position(create.bodyPosition());
    SqlNode body;
    try {
      body = SluiceParser.expression(create.body());
    } catch (SyntaxException e) {
      throw UserError.of(
              ErrorCode.SYNTAX,
              "'" + create.body() + "' is no expression for function " + create.name().getSimple())
          .at(position)
          .causedBy(e);
    }
    String name = create.name().getSimple();
    return function(
        create,
        new SqlFunctionDef(name, text.text(), parameters, create.returns().get(), body, position));
  }

  private JavaFunctionDef javaFunction(CreateFunction create) {
    for (String jar : create.jars()) {
      if (jar.contains(", ") || jar.isBlank()) {
        throw UserError.of(ErrorCode.UNSUPPORTED, "'" + jar + "' cannot be the path of a jar")
            .withHint("rename it; several jars are JAR 'a.jar', JAR 'b.jar'")
            .at(text.position(create.bodyPosition()));
      }
    }
    return new JavaFunctionDef(
        create.name().getSimple(),
        text.text(),
        create.body().trim(),
        create.jars(),
        text.position(create.bodyPosition()),
        UserClass.Kind.SCALAR,
        List.of(),
        false);
  }

  private static DdlResult function(CreateFunction create, FunctionDef function) {
    return new DdlResult(
        "CREATE FUNCTION",
        function.name(),
        create.getReplace(),
        create.ifNotExists,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Map.of(),
        Optional.of(function),
        Optional.empty());
  }

  DdlResult view(CreateView view) {
    String name = view.name().getSimple();
    return new DdlResult(
        "CREATE VIEW",
        name,
        view.getReplace(),
        view.ifNotExists,
        Optional.of(
            new CatalogEntry.View(
                name,
                text.text(),
                queries.plain(view.query()),
                names(view.columns()),
                text::position)),
        Optional.empty(),
        Optional.empty(),
        Map.of());
  }

  private static List<String> names(SqlNodeList list) {
    return list.getList().stream().map(n -> ((SqlIdentifier) n).getSimple()).toList();
  }

  DdlResult table(CreateTable create) {
    String name = create.name().getSimple();
    SourcePosition position = text.position(create.name());
    CatalogEntry.Kind kind = CatalogEntry.Kind.valueOf(create.kind().name());
    if (create.elements().size() > MOST_COLUMNS) {
      throw UserError.of(
              ErrorCode.UNSUPPORTED,
              "'" + name + "' declares more than " + MOST_COLUMNS + " columns")
          .withHint("put what belongs together into a ROW or MAP column")
          .at(position);
    }
    Columns columns = new Columns();
    create.elements().forEach(columns::add);
    Map<String, SourcePosition> places = new LinkedHashMap<>();
    Map<String, String> options = options(create.options(), places);
    String connector = options.remove("connector");
    if (connector == null && create.like().isEmpty()) {
      throw UserError.of(
              ErrorCode.MISSING_OPTION, "option 'connector' of '" + name + "' is missing")
          .withHint("add 'connector' = '…'; SHOW CONNECTORS lists them")
          .at(position);
    }
    if (create.query().isPresent() && kind == CatalogEntry.Kind.STREAM) {
      throw UserError.of(ErrorCode.NOT_A_SINK, "a stream is only read: no query can fill it")
          .withHint("use CREATE SINK … AS, CREATE TABLE … AS, or CREATE VIEW " + name + " AS …")
          .at(text.position(create.query().get()));
    }
    CatalogEntry.Table table =
        new CatalogEntry.Table(
            name,
            text.text(),
            kind,
            columns.defs,
            columns.watermark,
            columns.primaryKey.map(DefinitionReader::names).orElse(List.of()),
            names(create.partition()),
            connector == null ? "" : connector,
            options,
            Set.of(),
            position,
            text::position);
    return new DdlResult(
            "CREATE " + kind,
            name,
            create.getReplace(),
            create.ifNotExists,
            Optional.of(table),
            Optional.empty(),
            create.query().map(query -> queries.queryInto(create.name(), query)),
            places)
        .withLike(create.like());
  }

  /** What stands between the brackets. */
  private final class Columns {
    private final List<ColumnDef> defs = new ArrayList<>();
    private Optional<CatalogEntry.WatermarkDef> watermark = Optional.empty();
    private Optional<SqlNodeList> primaryKey = Optional.empty();

    void add(TableElement element) {
      if (element instanceof TableElement.Physical column) {
        column(
            column.name(),
            new ColumnDef.Physical(column.name().getSimple(), ColumnTypes.of(column.type(), text)));
      } else if (element instanceof TableElement.Metadata column) {
        column(
            column.name(),
            new ColumnDef.Metadata(
                column.name().getSimple(),
                ColumnTypes.of(column.type(), text),
                column.key(),
                column.virtual()));
      } else if (element instanceof TableElement.Computed column) {
        column(
            column.name(),
            new ColumnDef.Computed(column.name().getSimple(), queries.plain(column.expression())));
      } else if (element instanceof TableElement.PrimaryKey key) {
        once("PRIMARY KEY", element, primaryKey.isPresent());
        primaryKey = Optional.of(key.columns());
      } else if (element instanceof TableElement.Watermark clause) {
        once("WATERMARK", element, watermark.isPresent());
        watermark =
            Optional.of(
                new CatalogEntry.WatermarkDef(
                    clause.column().getSimple(),
                    clause.expression(),
                    clause.idle().map(queries::micros),
                    clause.skew().map(queries::micros)));
      }
    }

    private void column(SqlIdentifier name, ColumnDef def) {
      if (defs.stream().anyMatch(c -> c.name().equalsIgnoreCase(def.name()))) {
        throw UserError.of(
                ErrorCode.DUPLICATE_OBJECT, "column '" + def.name() + "' is declared twice")
            .at(text.position(name));
      }
      defs.add(def);
    }

    private void once(String clause, TableElement element, boolean before) {
      if (before) {
        throw UserError.of(ErrorCode.DUPLICATE_OBJECT, "a second " + clause + " clause")
            .withHint("a table has one " + clause + " at most")
            .at(text.position(element));
      }
    }
  }

  private Map<String, String> options(
      List<TableOption> written, Map<String, SourcePosition> places) {
    Map<String, String> options = new LinkedHashMap<>();
    for (TableOption option : written) {
      SourcePosition position = text.position(option.keyPosition());
      if (options.put(option.key(), option.value()) != null) {
        throw UserError.of(ErrorCode.SYNTAX, "option '" + option.key() + "' is given twice")
            .at(position);
      }
      places.put(option.key(), position);
    }
    return options;
  }
}
