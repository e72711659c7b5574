package dev.sluice.planner.validate;

import dev.sluice.function.FunctionCatalog;
import dev.sluice.function.FunctionSpec;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.calcite.sql.SqlFunctionCategory;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.SqlOperatorTable;
import org.apache.calcite.sql.SqlSyntax;
import org.apache.calcite.sql.fun.SqlBasicAggFunction;
import org.apache.calcite.sql.fun.SqlLibraryOperators;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.type.OperandTypes;
import org.apache.calcite.sql.type.ReturnTypes;
import org.apache.calcite.sql.util.SqlOperatorTables;
import org.apache.calcite.sql.validate.SqlNameMatcher;

/** Every operator and function a query may use. Built once; safe for use by any thread. */
final class OperatorTables {
  /** Calcite's functions that ours replace. */
  private static final Set<String> REPLACED =
      Set.of(
          "CBRT",
          "CONTAINS",
          "FIRST_VALUE",
          "JSON_LENGTH",
          "LAST_VALUE",
          "OCTET_LENGTH",
          "POWER",
          "RAND",
          "RAND_INTEGER",
          "ROUND",
          "TRANSLATE",
          "TRUNCATE",
          "TYPEOF",
          "UNIX_TIMESTAMP");

  /** Calcite's functions that nothing computes. */
  private static final Set<String> MISSING =
      Set.of(
          "BITCOUNT",
          "CURRENT_CATALOG",
          "CURRENT_PATH",
          "CURRENT_ROLE",
          "CURRENT_SCHEMA",
          "CURRENT_USER",
          "JSON_DEPTH",
          "JSON_INSERT",
          "JSON_KEYS",
          "JSON_PRETTY",
          "JSON_REMOVE",
          "JSON_REPLACE",
          "JSON_SET",
          "JSON_STORAGE_SIZE",
          "LEFTSHIFT",
          "SESSION_USER",
          "SYSTEM_USER",
          "USER",
          "VARIANTNULL");

  private static final SqlOperatorTable ALL = build();

  private OperatorTables() {}

  static SqlOperatorTable all() {
    return ALL;
  }

  private static SqlOperatorTable build() {
    List<SqlOperator> operators = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (SqlOperator operator : SqlStdOperatorTable.instance().getOperatorList()) {
      if (!hidden(operator)) {
        names.add(operator.getName().toUpperCase(Locale.ROOT));
      }
    }
    operators.add(WindowFunctions.TUMBLE);
    operators.add(WindowFunctions.HOP);
    operators.add(WindowFunctions.CUMULATE);
    operators.add(WindowFunctions.SESSION);
    operators.add(WindowFunctions.COUNT_TUMBLE);
    operators.add(WindowFunctions.COUNT_HOP);
    operators.add(WindowFunctions.WINDOW_END);
    operators.add(MatchRewrite.PREV);
    operators.add(MatchRewrite.NEXT);
    operators.add(JsonAggregates.AGGREGATED);
    operators.addAll(PercentileCalls.OPERATORS);
    operators.add(ChangelogFunctions.TO_CHANGELOG);
    operators.add(ChangelogFunctions.FROM_CHANGELOG);
    operators.add(SqlLibraryOperators.ILIKE);
    operators.add(SqlLibraryOperators.NOT_ILIKE);
    operators.add(SqlLibraryOperators.ARRAY_AGG);
    operators.add(SqlLibraryOperators.BOOL_AND);
    operators.add(SqlLibraryOperators.BOOL_OR);
    operators.add(SqlLibraryOperators.TRY_CAST);
    for (String name : List.of("FIRST_VALUE", "LAST_VALUE")) {
      operators.add(
          SqlBasicAggFunction.create(
                  name,
                  SqlKind.OTHER_FUNCTION,
                  ReturnTypes.ARG0_NULLABLE_IF_EMPTY,
                  OperandTypes.ANY)
              .withAllowsNullTreatment(true));
    }
    for (FunctionSpec spec : FunctionCatalog.all()) {
      if (spec.kind() == FunctionSpec.Kind.SCALAR) {
        addScalar(operators, names, spec, spec.name());
        spec.aliases().forEach(alias -> addScalar(operators, names, spec, alias));
      }
    }
    return new Combined(SqlOperatorTables.of(operators));
  }

  /** Calcite's operators that are ours instead. */
  private static boolean hidden(SqlOperator operator) {
    return operator instanceof org.apache.calcite.sql.SqlWindowTableFunction
        || MISSING.contains(operator.getName())
        || REPLACED.contains(operator.getName()) && isReplaced(operator.getName());
  }

  /** Calcite's standard operators but the hidden ones, then ours. */
  private static final class Combined implements SqlOperatorTable {
    private final SqlOperatorTable own;

    Combined(SqlOperatorTable own) {
      this.own = own;
    }

    @Override
    public void lookupOperatorOverloads(
        SqlIdentifier name,
        SqlFunctionCategory category,
        SqlSyntax syntax,
        List<SqlOperator> found,
        SqlNameMatcher matcher) {
      List<SqlOperator> standard = new ArrayList<>();
      SqlStdOperatorTable.instance()
          .lookupOperatorOverloads(name, category, syntax, standard, matcher);
      standard.removeIf(OperatorTables::hidden);
      found.addAll(standard);
      own.lookupOperatorOverloads(name, category, syntax, found, matcher);
    }

    @Override
    public List<SqlOperator> getOperatorList() {
      List<SqlOperator> all = new ArrayList<>(SqlStdOperatorTable.instance().getOperatorList());
      all.removeIf(OperatorTables::hidden);
      all.addAll(own.getOperatorList());
      return all;
    }
  }

  private static boolean isReplaced(String name) {
    return name.endsWith("_VALUE")
        || FunctionCatalog.find(name).filter(s -> s.kind() == FunctionSpec.Kind.SCALAR).isPresent();
  }

  private static void addScalar(
      List<SqlOperator> operators, Set<String> names, FunctionSpec spec, String name) {
    if (names.add(name.toUpperCase(Locale.ROOT))) {
      operators.add(CatalogFunctions.scalar(spec, name));
    }
  }

  /** The names of all functions, for did-you-mean. */
  static List<String> functionNames() {
    return ALL.getOperatorList().stream()
        .map(SqlOperator::getName)
        .filter(n -> !n.isEmpty() && Character.isLetter(n.charAt(0)))
        .distinct()
        .toList();
  }
}
