package dev.sluice.planner.validate;

import dev.sluice.planner.catalog.Catalog;
import dev.sluice.planner.catalog.CatalogEntry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.apache.calcite.sql.SqlBasicCall;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlJoin;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.util.SqlBasicVisitor;

/** The names a query uses, for telling what one of them may have meant. Single-threaded. */
final class QueryNames {
  private static final List<String> WINDOWS = List.of("TUMBLE", "HOP", "CUMULATE", "SESSION");

  private final List<SqlIdentifier> identifiers = new ArrayList<>();
  private final List<SqlBasicCall> calls = new ArrayList<>();
  private final List<String> selectAliases = new ArrayList<>();
  private final List<String> aliases = new ArrayList<>();
  private final List<String> compared = new ArrayList<>();
  private final List<String> using = new ArrayList<>();
  private final Function<CatalogEntry, List<String>> columnsOf;

  /**
   * @param columnsOf the columns of an object as queries see them
   */
  QueryNames(SqlNode query, Function<CatalogEntry, List<String>> columnsOf) {
    this.columnsOf = columnsOf;
    query.accept(new Collector());
  }

  private final class Collector extends SqlBasicVisitor<Void> {
    @Override
    public Void visit(SqlIdentifier id) {
      identifiers.add(id);
      return null;
    }

    @Override
    public Void visit(SqlCall call) {
      if (call instanceof SqlSelect select) {
        for (SqlNode column : select.getSelectList()) {
          alias(column).ifPresent(selectAliases::add);
        }
      }
      alias(call).ifPresent(aliases::add);
      if (call.getKind().belongsTo(SqlKind.COMPARISON)) {
        call.getOperandList().stream()
            .filter(o -> o instanceof SqlIdentifier id && id.isSimple())
            .forEach(o -> compared.add(((SqlIdentifier) o).getSimple()));
      }
      if (call instanceof SqlBasicCall basic) {
        calls.add(basic);
      }
      if (call instanceof SqlJoin join && join.getCondition() instanceof SqlNodeList columns) {
        columns.forEach(column -> using.add(column.toString()));
      }
      return super.visit(call);
    }
  }

  private static Optional<String> alias(SqlNode node) {
    return node.getKind() == SqlKind.AS && ((SqlCall) node).operand(1) instanceof SqlIdentifier id
        ? Optional.of(id.getSimple())
        : Optional.empty();
  }

  /** Whether the query writes the name in double quotes. */
  boolean isQuoted(String name) {
    return identifiers.stream()
        .anyMatch(id -> id.isSimple() && id.getSimple().equals(name) && id.isComponentQuoted(0));
  }

  /** Whether the query compares something with the name. */
  boolean isCompared(String name) {
    return compared.contains(name);
  }

  /** The only window function of the query, if there is just one. */
  Optional<SqlBasicCall> onlyWindow() {
    List<SqlBasicCall> windows = calls.stream().filter(QueryNames::isWindow).toList();
    return windows.size() == 1 ? Optional.of(windows.get(0)) : Optional.empty();
  }

  private static boolean isWindow(SqlBasicCall call) {
    return WINDOWS.contains(call.getOperator().getName().replace("$", "").toUpperCase(Locale.ROOT));
  }

  /** Where a function of that name is called first. */
  Optional<SqlParserPos> placeOf(String function) {
    return calls.stream()
        .filter(c -> plainName(c).equalsIgnoreCase(function))
        .map(SqlNode::getParserPosition)
        .min(
            Comparator.comparingInt(SqlParserPos::getLineNum)
                .thenComparingInt(SqlParserPos::getColumnNum));
  }

  private static String plainName(SqlBasicCall call) {
    return call.getOperator().getName().replace("$", "");
  }

  /** Whether something in FROM is given that name. */
  boolean isTableAlias(String name) {
    return aliases.stream().anyMatch(a -> a.equalsIgnoreCase(name) && !isAlias(a));
  }

  /** Whether a SELECT gives a column that name. */
  boolean isAlias(String name) {
    return selectAliases.stream().anyMatch(name::equalsIgnoreCase);
  }

  /** Whether the query writes the name before a dot. */
  boolean isQualifier(String name) {
    return identifiers.stream()
        .anyMatch(id -> id.names.size() > 1 && id.names.get(0).equalsIgnoreCase(name));
  }

  /** The last part of a name that begins with that one. */
  Optional<String> lastOf(String name) {
    return identifiers.stream()
        .filter(id -> id.names.size() > 1 && id.names.get(0).equalsIgnoreCase(name))
        .map(id -> id.names.get(id.names.size() - 1))
        .findFirst();
  }

  /** Whether a join is made USING the name. */
  boolean isJoinedBy(String name) {
    return using.contains(name);
  }

  /** Objects the query reads, and the names it gives to what it reads. */
  List<String> tables(Catalog catalog) {
    List<String> tables = new ArrayList<>();
    entries(catalog).forEach(e -> tables.add(e.name()));
    aliases.stream().filter(a -> !isAlias(a)).forEach(tables::add);
    return tables;
  }

  /** Columns of the objects the query reads. */
  List<String> columns(Catalog catalog) {
    List<String> columns = new ArrayList<>();
    entries(catalog).forEach(e -> columns.addAll(columnsOf.apply(e)));
    if (calls.stream().anyMatch(QueryNames::isWindow)) {
      columns.addAll(List.of("window_start", "window_end", "window_time"));
    }
    return columns.stream().distinct().toList();
  }

  private List<CatalogEntry> entries(Catalog catalog) {
    return catalog.all().stream()
        .filter(
            e ->
                identifiers.stream()
                    .anyMatch(
                        id ->
                            id.isSimple()
                                && (id.getSimple().equalsIgnoreCase(e.name())
                                    || id.getSimple()
                                        .equalsIgnoreCase(e.name() + Validation.BASE))))
        .toList();
  }

  /** The call of that name at a place. */
  Optional<SqlBasicCall> call(String name, SqlParserPos at) {
    return calls.stream()
        .filter(c -> c.getOperator().getName().replace("$", "").equalsIgnoreCase(name))
        .filter(
            c ->
                c.getParserPosition().getLineNum() == at.getLineNum()
                    && c.getParserPosition().getColumnNum() == at.getColumnNum())
        .findFirst();
  }
}
