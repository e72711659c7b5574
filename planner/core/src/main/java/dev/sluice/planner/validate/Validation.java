package dev.sluice.planner.validate;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.SourcePosition;
import dev.sluice.error.UserError;
import dev.sluice.planner.ast.ObjectNames;
import dev.sluice.planner.catalog.Catalog;
import dev.sluice.planner.catalog.CatalogEntry;
import dev.sluice.planner.catalog.SqlFunctionDef;
import dev.sluice.planner.catalog.SqlTypes;
import dev.sluice.planner.parse.ParsedQuery.Positions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;
import org.apache.calcite.config.CalciteConnectionConfigImpl;
import org.apache.calcite.config.CalciteConnectionProperty;
import org.apache.calcite.jdbc.CalciteSchema;
import org.apache.calcite.jdbc.JavaTypeFactoryImpl;
import org.apache.calcite.plan.RelOptCluster;
import org.apache.calcite.plan.RelOptTable;
import org.apache.calcite.plan.hep.HepPlanner;
import org.apache.calcite.plan.hep.HepProgram;
import org.apache.calcite.prepare.CalciteCatalogReader;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.RelRoot;
import org.apache.calcite.rel.hint.RelHint;
import org.apache.calcite.rel.logical.LogicalTableScan;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.rel.type.StructKind;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.runtime.CalciteContextException;
import org.apache.calcite.runtime.CalciteException;
import org.apache.calcite.schema.TemporalTable;
import org.apache.calcite.schema.TranslatableTable;
import org.apache.calcite.schema.impl.AbstractSchema;
import org.apache.calcite.schema.impl.AbstractTable;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.util.SqlBasicVisitor;
import org.apache.calcite.sql.util.SqlOperatorTables;
import org.apache.calcite.sql.validate.SqlConformanceEnum;
import org.apache.calcite.sql.validate.SqlDelegatingConformance;
import org.apache.calcite.sql.validate.SqlValidator;
import org.apache.calcite.sql.validate.SqlValidatorScope;
import org.apache.calcite.sql.validate.SqlValidatorUtil;
import org.apache.calcite.sql.validate.implicit.TypeCoercionImpl;
import org.apache.calcite.sql2rel.SqlToRelConverter;

/**
 * Validates parse trees and turns them into Calcite's relational algebra, over the objects of a
 * catalog. One per planning; single-threaded. Mistakes come out as {@link UserError}s at their
 * place in the user's text.
 */
public final class Validation {
  /**
   * Suffix of the relation that holds only a table's stored columns, over which computed ones are
   * typed.
   */
  public static final String BASE = "$base";

  /**
   * Liberal in syntax, but a column is grouped or aggregated, and an alias is no column of its own
   * SELECT.
   */
  private static final SqlDelegatingConformance CONFORMANCE =
      new SqlDelegatingConformance(SqlConformanceEnum.BABEL) {
        @Override
        public boolean isNonStrictGroupBy() {
          return false;
        }

        @Override
        public SelectAliasLookup isSelectAlias() {
          return SelectAliasLookup.UNSUPPORTED;
        }
      };

  /** Does not turn the columns of set operations and VALUES into text to make them alike. */
  private static final class StrictCoercion extends TypeCoercionImpl {
    StrictCoercion(RelDataTypeFactory types, SqlValidator validator) {
      super(types, validator);
    }

    @Override
    public boolean rowTypeCoercion(
        SqlValidatorScope scope, SqlNode query, int column, RelDataType type) {
      return false;
    }
  }

  /** Makes rows whose fields can be named through their column without the table: {@code r.a}. */
  private static final class Types extends JavaTypeFactoryImpl {
    Types() {
      super(SluiceTypeSystem.INSTANCE);
    }

    @Override
    public RelDataType createStructType(List<RelDataType> columns, List<String> names) {
      return createStructType(StructKind.PEEK_FIELDS_NO_EXPAND, columns, names);
    }
  }

  private final Catalog catalog;
  private final ConstantListener constants;
  private final JavaTypeFactoryImpl types = new Types();
  private final RelOptCluster cluster = RelOptCluster.create(planner(), new RexBuilder(types));
  private final Map<String, RelDataType> rowTypes = new HashMap<>();
  private CalciteCatalogReader reader;

  /** Takes what queries compute from constants alone; may refuse it. */
  @FunctionalInterface
  public interface ConstantListener {
    /**
     * @param places where each of {@code values} stands
     */
    void constants(RexBuilder rexBuilder, List<RexNode> values, List<SourcePosition> places);
  }

  public Validation(Catalog catalog, ConstantListener constants) {
    this.catalog = catalog;
    this.constants = constants;
    refresh();
  }

  private static HepPlanner planner() {
    HepPlanner planner = new HepPlanner(HepProgram.builder().build());
    planner.setExecutor(new ExactConstants());
    return planner;
  }

  private void refresh() {
    CalciteSchema root = CalciteSchema.createRootSchema(false, false);
    root.add(
        "STRING", f -> f.createTypeWithNullability(f.createSqlType(SqlTypeName.VARCHAR), true));
    root.add(
        "BYTES", f -> f.createTypeWithNullability(f.createSqlType(SqlTypeName.VARBINARY), true));
    List<CalciteSchema> places =
        List.of(
            root,
            root.add(ObjectNames.DATABASE, new AbstractSchema()),
            root.add(ObjectNames.CATALOG, new AbstractSchema())
                .add(ObjectNames.DATABASE, new AbstractSchema()));
    for (CatalogEntry entry : catalog.all()) {
      if (entry instanceof CatalogEntry.Table table) {
        places.forEach(place -> place.add(table.name(), new Relation(table, false)));
        root.add(table.name() + BASE, new Relation(table, true));
      } else if (entry instanceof CatalogEntry.View view) {
        places.forEach(place -> place.add(view.name(), new ViewRelation(view)));
      }
    }
    Properties properties = new Properties();
    properties.setProperty(CalciteConnectionProperty.CASE_SENSITIVE.camelName(), "false");
    reader =
        new CalciteCatalogReader(
            root, List.of(), types, new CalciteConnectionConfigImpl(properties));
  }

  public RelDataTypeFactory types() {
    return types;
  }

  /** Validates and converts a query; {@code query} is left alone. */
  public RelRoot convert(SqlNode query, Positions positions) {
    SqlNode hinted = query.accept(new TreeCopy());
    // as written: a semi join will be a subquery
    hinted.accept(new TableHints(positions));
    SqlNode copy =
        hinted
            .accept(new FunctionInlining(catalog, positions))
            .accept(new TableFunctionCalls(catalog))
            .accept(new SemiJoins(positions))
            .accept(new NullTreatments(positions))
            .accept(new JsonAggregates())
            .accept(new PercentileCalls(positions))
            .accept(new MatchRewrite(positions))
            .accept(new WindowShorthand(catalog, positions));
    try {
      SqlValidator validator = validator();
      SqlNode validated = validator.validate(copy);
      checkConstants(validated, validator, positions);
      return converter(validator, isRandom(query)).convertQuery(validated, false, true);
    } catch (CalciteContextException e) {
      throw explain(e, query, positions);
    } catch (CalciteException e) {
      // a complaint without a place
      throw mistakes(query, positions).anywhere(e.getMessage()).causedBy(e);
    } catch (SqlTypes.UnsupportedTypeException e) {
      throw UserError.of(ErrorCode.UNSUPPORTED, "type " + e.getMessage() + " is not supported")
          .at(positions.of(query.getParserPosition()));
    } catch (UnsupportedOperationException | IllegalArgumentException | AssertionError e) {
      throw UserError.of(ErrorCode.UNSUPPORTED, "the query uses a construct that is not supported")
          .withDetail(String.valueOf(e.getMessage()))
          .at(positions.of(query.getParserPosition()))
          .causedBy(e);
    } catch (UserError e) {
      throw e;
    } catch (RuntimeException e) {
      // literals within calls are read when they are converted, and wrapped on their way here
      for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
        if (cause instanceof CalciteContextException told) {
          throw explain(told, query, positions);
        }
      }
      throw e;
    }
  }

  /** Where the only window function of a query stands, if it has just one. */
  public static Optional<SqlParserPos> onlyWindow(SqlNode query) {
    return new QueryNames(query, Validation::declaredColumns)
        .onlyWindow()
        .map(SqlNode::getParserPosition);
  }

  /** Where the only table of a query that is read FOR SYSTEM_TIME stands, if it has just one. */
  public static Optional<SqlParserPos> onlySnapshot(SqlNode query) {
    List<SqlParserPos> found = new ArrayList<>();
    query.accept(
        new SqlBasicVisitor<Void>() {
          @Override
          public Void visit(SqlCall call) {
            if (call.getKind() == SqlKind.SNAPSHOT) {
              found.add(call.getParserPosition());
            }
            return super.visit(call);
          }
        });
    return found.size() == 1 ? Optional.of(found.get(0)) : Optional.empty();
  }

  private void checkConstants(SqlNode validated, SqlValidator validator, Positions positions) {
    SqlToRelConverter converter = converter(validator, false);
    List<ConstantParts.Part> parts =
        ConstantParts.of(validated, validator, converter::convertExpression, positions);
    constants.constants(
        cluster.getRexBuilder(),
        parts.stream().map(ConstantParts.Part::value).toList(),
        parts.stream().map(ConstantParts.Part::place).toList());
  }

  /** Whether there is a function of that name already. */
  public static boolean isBuiltIn(String function) {
    return OperatorTables.functionNames().stream().anyMatch(function::equalsIgnoreCase);
  }

  /** Checks that a function's expression has a meaning over its parameters and nothing else. */
  public void check(SqlFunctionDef function) {
    SqlParserPos zero = SqlParserPos.ZERO;
    SqlNodeList values = new SqlNodeList(zero);
    for (SqlFunctionDef.Parameter parameter : function.parameters()) {
      SqlNode value =
          SqlStdOperatorTable.CAST.createCall(zero, SqlLiteral.createNull(zero), parameter.type());
      values.add(
          SqlStdOperatorTable.AS.createCall(
              zero, value, new SqlIdentifier(parameter.name(), zero)));
    }
    SqlNode result = SqlStdOperatorTable.CAST.createCall(zero, function.body(), function.returns());
    SqlNode from = function.parameters().isEmpty() ? null : select(values, null);
    convert(select(SqlNodeList.of(result), from), at -> function.position());
  }

  private static SqlNode select(SqlNodeList columns, SqlNode from) {
    return new SqlSelect(
        SqlParserPos.ZERO,
        null,
        columns,
        from,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null);
  }

  private SqlValidator validator() {
    return SqlValidatorUtil.newValidator(
        SqlOperatorTables.chain(OperatorTables.all(), JavaFunctions.table(catalog)),
        reader,
        types,
        SqlValidator.Config.DEFAULT
            .withConformance(CONFORMANCE)
            .withIdentifierExpansion(true)
            .withTypeCoercionEnabled(true)
            .withTypeCoercionFactory(StrictCoercion::new));
  }

  /** Whether something in a query, or a view it may read, is another value each time. */
  private boolean isRandom(SqlNode query) {
    return RandomFunctions.isCalled(query)
        || catalog.all().stream()
            .anyMatch(e -> e instanceof CatalogEntry.View v && RandomFunctions.isCalled(v.query()));
  }

  /**
   * @param asWritten whether projections stay apart, so that what one computes is not repeated in
   *     the next
   */
  private SqlToRelConverter converter(SqlValidator validator, boolean asWritten) {
    RelOptTable.ViewExpander noViews =
        (rowType, text, schemaPath, viewPath) -> {
          throw new IllegalStateException("views are expanded as relations");
        };
    return new SqlToRelConverter(
        noViews,
        validator,
        reader,
        cluster,
        OverConvertlets.INSTANCE,
        SqlToRelConverter.config()
            .withTrimUnusedFields(false)
            .withExpand(false)
            .withRemoveSortInSubQuery(false)
            .withHintStrategyTable(TableHints.strategies())
            .addRelBuilderConfigTransform(c -> asWritten ? c.withBloat(-1) : c));
  }

  /** The columns of a table as declared, computed ones included. */
  public RelDataType rowType(CatalogEntry.Table table) {
    RelDataType known = rowTypes.get(table.name());
    if (known == null) {
      known = computeRowType(table);
      rowTypes.put(table.name(), known);
    }
    return known;
  }

  private RelDataType computeRowType(CatalogEntry.Table table) {
    RelDataTypeFactory.Builder builder = types.builder();
    for (CatalogEntry.ColumnDef column : table.columns()) {
      if (column instanceof CatalogEntry.ColumnDef.Physical physical) {
        builder.add(physical.name(), SqlTypes.toCalcite(physical.type(), types));
      } else if (column instanceof CatalogEntry.ColumnDef.Metadata metadata) {
        builder.add(metadata.name(), SqlTypes.toCalcite(metadata.type(), types));
      } else if (column instanceof CatalogEntry.ColumnDef.Computed computed) {
        builder.add(computed.name(), expressionType(table, computed.expression()));
      }
    }
    return builder.build();
  }

  private RelDataType baseType(CatalogEntry.Table table) {
    RelDataTypeFactory.Builder builder = types.builder();
    table
        .ref()
        .schema()
        .fields()
        .forEach(f -> builder.add(f.name(), SqlTypes.toCalcite(f.type(), types)));
    return builder.build();
  }

  private RelDataType expressionType(CatalogEntry.Table table, SqlNode expression) {
    return expression(table.name() + BASE, List.of(expression), table::place)
        .getRowType()
        .getFieldList()
        .get(0)
        .getType();
  }

  /** Converts expressions over a relation to a projection of it. */
  public RelNode expression(String relation, List<SqlNode> expressions, Positions positions) {
    SqlParserPos zero = SqlParserPos.ZERO;
    org.apache.calcite.sql.SqlSelect select =
        new org.apache.calcite.sql.SqlSelect(
            zero,
            null,
            new org.apache.calcite.sql.SqlNodeList(expressions, zero),
            new org.apache.calcite.sql.SqlIdentifier(relation, zero),
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null);
    return convert(select, positions).rel;
  }

  private UserError explain(CalciteContextException e, SqlNode query, Positions positions) {
    Throwable cause = e.getCause() == null ? e : e.getCause();
    String message = String.valueOf(cause.getMessage());
    SqlParserPos at =
        new SqlParserPos(e.getPosLine(), e.getPosColumn(), e.getEndPosLine(), e.getEndPosColumn());
    return mistakes(query, positions).of(message, at).causedBy(e);
  }

  private Mistakes mistakes(SqlNode query, Positions positions) {
    return new Mistakes(
        catalog, new QueryNames(query, Validation::declaredColumns), positions, query);
  }

  private static List<String> declaredColumns(CatalogEntry entry) {
    return entry instanceof CatalogEntry.Table table
        ? table.columns().stream().map(CatalogEntry.ColumnDef::name).toList()
        : ((CatalogEntry.View) entry).columns();
  }

  /** A stream, table or sink as Calcite sees it. */
  public final class Relation extends AbstractTable implements TemporalTable {
    private final CatalogEntry.Table table;
    private final boolean base;

    Relation(CatalogEntry.Table table, boolean base) {
      this.table = table;
      this.base = base;
    }

    public CatalogEntry.Table table() {
      return table;
    }

    @Override
    public RelDataType getRowType(RelDataTypeFactory factory) {
      return base ? baseType(table) : rowType(table);
    }

    /** Every table can be looked up as of a time; its versions have no columns for it. */
    @Override
    public String getSysStartFieldName() {
      return "";
    }

    @Override
    public String getSysEndFieldName() {
      return "";
    }
  }

  /** Refuses a view that names more or fewer columns than its query gives. */
  public static void requireCount(CatalogEntry.View view, int given) {
    if (!view.columns().isEmpty() && view.columns().size() != given) {
      throw UserError.of(
              ErrorCode.INVALID_QUERY,
              "view '"
                  + view.name()
                  + "' names "
                  + view.columns().size()
                  + " columns, but its query gives "
                  + given)
          .withHint("name each of them, or none");
    }
  }

  /** A view as Calcite sees it: its query, converted where it is used. */
  private final class ViewRelation extends AbstractTable implements TranslatableTable {
    private final CatalogEntry.View view;
    private RelDataType rowType;

    ViewRelation(CatalogEntry.View view) {
      this.view = view;
    }

    @Override
    public RelDataType getRowType(RelDataTypeFactory factory) {
      if (rowType == null) {
        RelDataType type = convert(view.query(), view.positions()::apply).validatedRowType;
        if (!view.columns().isEmpty()) {
          List<RelDataType> columns = type.getFieldList().stream().map(f -> f.getType()).toList();
          requireCount(view, columns.size());
          type = types.createStructType(columns, view.columns());
        }
        rowType = type;
      }
      return rowType;
    }

    @Override
    public RelNode toRel(RelOptTable.ToRelContext context, RelOptTable relOptTable) {
      RelNode rel =
          hinted(convert(view.query(), view.positions()::apply).project(), context.getTableHints());
      return org.apache.calcite.plan.RelOptUtil.createCastRel(rel, getRowType(types), true);
    }
  }

  /** A view with what hints say of it, which is said of the table it reads. */
  private static RelNode hinted(RelNode view, List<RelHint> hints) {
    if (hints.isEmpty()) {
      return view;
    }
    if (view instanceof LogicalTableScan scan) {
      return scan.withHints(Stream.concat(scan.getHints().stream(), hints.stream()).toList());
    }
    if (view.getInputs().size() != 1) {
      throw UserError.of(
              ErrorCode.UNSUPPORTED, "hints cannot name a view that reads more than one table")
          .withHint("leave the hint out, or name a view of one table")
          .at(TableHints.position(hints.get(0)));
    }
    return view.copy(view.getTraitSet(), List.of(hinted(view.getInput(0), hints)));
  }
}
