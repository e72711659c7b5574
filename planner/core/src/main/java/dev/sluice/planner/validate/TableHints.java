package dev.sluice.planner.validate;

import dev.sluice.connector.Options;
import dev.sluice.error.DidYouMean;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.SourcePosition;
import dev.sluice.error.UserError;
import dev.sluice.planner.parse.ParsedQuery.Positions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Aggregate;
import org.apache.calcite.rel.core.Filter;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rel.core.TableScan;
import org.apache.calcite.rel.hint.HintPredicates;
import org.apache.calcite.rel.hint.HintStrategyTable;
import org.apache.calcite.rel.hint.RelHint;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlHint;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlJoin;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.SqlTableRef;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.util.SqlBasicVisitor;

/**
 * Moves {@code /*+ STATE_TTL('alias' = '1 d') *}{@code /} and {@code /*+ BROADCAST(alias) *}{@code
 * /} of a SELECT to the tables they name, where they survive validation, and refuses every other
 * hint. Changes the tree in place. One per query.
 */
public final class TableHints extends SqlBasicVisitor<Void> {
  private static final String STATE_TTL = "STATE_TTL";
  private static final String BROADCAST = "BROADCAST";

  private final Positions positions;

  TableHints(Positions positions) {
    this.positions = positions;
  }

  static HintStrategyTable strategies() {
    return HintStrategyTable.builder()
        .hintStrategy(STATE_TTL, HintPredicates.TABLE_SCAN)
        .hintStrategy(BROADCAST, HintPredicates.TABLE_SCAN)
        .build();
  }

  /** How long rows of {@code rel}, a table perhaps filtered and projected, shall be kept. */
  public static Optional<Long> timeToLiveMicros(RelNode rel) {
    if (rel instanceof TableScan scan) {
      for (RelHint hint : scan.getHints()) {
        if (hint.hintName.equals(STATE_TTL)) {
          return Optional.of(Options.parseDuration(hint.listOptions.get(0)).toMillis() * 1000);
        }
      }
    }
    boolean passes = rel instanceof Project || rel instanceof Filter;
    return passes ? timeToLiveMicros(rel.getInput(0)) : Optional.empty();
  }

  /** That a table shall be sent to every task of a join, and where that is said. */
  public record Broadcast(String table, SourcePosition position) {}

  /** What is said of {@code rel}, a table perhaps filtered, projected and aggregated. */
  public static Optional<Broadcast> broadcast(RelNode rel) {
    if (rel instanceof TableScan scan) {
      return scan.getHints().stream()
          .filter(hint -> hint.hintName.equals(BROADCAST))
          .map(TableHints::broadcast)
          .findFirst();
    }
    boolean passes = rel instanceof Project || rel instanceof Filter || rel instanceof Aggregate;
    return passes ? broadcast(rel.getInput(0)) : Optional.empty();
  }

  private static Broadcast broadcast(RelHint hint) {
    return new Broadcast(hint.listOptions.get(0), position(hint));
  }

  /** Where a hint stands. */
  static SourcePosition position(RelHint hint) {
    List<String> said = hint.listOptions;
    int[] at = said.subList(2, 6).stream().mapToInt(Integer::parseInt).toArray();
    return new SourcePosition(said.get(1), at[0], at[1], at[2], at[3]);
  }

  /** What is kept of a hint beside a table: a text, and where the hint stands. */
  private List<String> options(String said, SqlHint hint) {
    SourcePosition at = position(hint);
    return List.of(
        said,
        at.source(),
        Integer.toString(at.line()),
        Integer.toString(at.column()),
        Integer.toString(at.endLine()),
        Integer.toString(at.endColumn()));
  }

  @Override
  public Void visit(SqlCall call) {
    if (call instanceof SqlTableRef table) {
      for (SqlNode hint : (SqlNodeList) table.operand(1)) {
        if (!name(hint).equals(STATE_TTL) && !name(hint).equals(BROADCAST)) {
          throw unknown((SqlHint) hint);
        }
      }
      return null;
    }
    if (call instanceof SqlSelect select && select.hasHints()) {
      for (SqlNode hint : select.getHints()) {
        apply((SqlHint) hint, select);
      }
      select.setHints(SqlNodeList.EMPTY);
    }
    return super.visit(call);
  }

  private static String name(SqlNode hint) {
    return ((SqlHint) hint).getName().toUpperCase(java.util.Locale.ROOT);
  }

  private SourcePosition position(SqlNode hint) {
    return positions.of(hint.getParserPosition());
  }

  private UserError unknown(SqlHint hint) {
    return UserError.of(ErrorCode.UNSUPPORTED, "hint " + hint.getName() + " is not supported")
        .withHint(
            "joins take STATE_TTL('alias' = '1 d'), BROADCAST(alias) and LOOKUP('table' = 'alias',"
                + " …)")
        .at(position(hint));
  }

  private void apply(SqlHint hint, SqlSelect select) {
    String name = name(hint);
    if (name.equals(JoinHints.LOOKUP)) {
      return;
    }
    if (!name.equals(STATE_TTL) && !name.equals(BROADCAST)) {
      throw unknown(hint);
    }
    Map<String, List<String>> tables = name.equals(STATE_TTL) ? durations(hint) : broadcasts(hint);
    if (tables.isEmpty() || !(select.getFrom() instanceof SqlJoin join)) {
      throw misplaced(hint, tables.isEmpty());
    }
    tables.forEach(
        (table, options) -> {
          Marker marker = new Marker(name, table, options);
          marker.mark(join);
          if (!marker.found) {
            throw UserError.of(
                    ErrorCode.UNKNOWN_OBJECT,
                    name + ": no table of this join is called '" + table + "'")
                .withHint(
                    DidYouMean.hint(
                        table,
                        marker.known,
                        "tables that can be named: " + String.join(", ", marker.known)))
                .at(position(hint));
          }
        });
  }

  private UserError misplaced(SqlHint hint, boolean empty) {
    boolean broadcast = name(hint).equals(BROADCAST);
    return UserError.of(
            ErrorCode.INVALID_QUERY,
            broadcast
                ? "BROADCAST names tables of a join that are small"
                : "STATE_TTL names tables of a join and how long to keep rows")
        .withHint(
            broadcast
                ? empty ? "write BROADCAST(t)" : "without a join, leave it out"
                : empty
                    ? "write STATE_TTL('a' = '1 d', 'b' = '2 h')"
                    : "without a join, SET 'state.ttl' = '1 d'")
        .at(position(hint));
  }

  private Map<String, List<String>> durations(SqlHint hint) {
    Map<String, List<String>> tables = new LinkedHashMap<>();
    if (hint.getOptionFormat() == SqlHint.HintOptionFormat.KV_LIST) {
      hint.getOptionKVPairs()
          .forEach(
              (table, duration) -> {
                checkDuration(duration, hint);
                tables.put(table, options(duration, hint));
              });
    }
    return tables;
  }

  private void checkDuration(String text, SqlHint hint) {
    try {
      Options.parseDuration(text);
    } catch (IllegalArgumentException e) {
      throw UserError.of(ErrorCode.INVALID_QUERY, "STATE_TTL: '" + text + "' is no duration")
          .withHint("write a number and a unit: 10 min, 2 h, 1 d")
          .at(position(hint))
          .causedBy(e);
    }
  }

  private Map<String, List<String>> broadcasts(SqlHint hint) {
    Map<String, List<String>> tables = new LinkedHashMap<>();
    if (hint.getOptionFormat() != SqlHint.HintOptionFormat.KV_LIST) {
      hint.getOptionList().forEach(table -> tables.put(table, options(table, hint)));
    }
    return tables;
  }

  /** Puts a hint beside the table of a FROM that it names. */
  private static final class Marker {
    private final String hint;
    private final String alias;
    private final List<String> options;
    private final List<String> known = new ArrayList<>();
    private boolean found;

    Marker(String hint, String alias, List<String> options) {
      this.hint = hint;
      this.alias = alias;
      this.options = options;
    }

    SqlNode mark(SqlNode from) {
      if (from instanceof SqlJoin join) {
        join.setLeft(mark(join.getLeft()));
        join.setRight(mark(join.getRight()));
        return join;
      }
      if (from.getKind() == SqlKind.AS && from instanceof SqlCall as && isTable(as.operand(0))) {
        List<SqlNode> operands = new ArrayList<>(as.getOperandList());
        operands.set(0, marked(as.operand(0), as.operand(1).toString()));
        return as.getOperator().createCall(as.getParserPosition(), operands);
      }
      return isTable(from) ? marked(from, last(table(from))) : from;
    }

    private static boolean isTable(SqlNode node) {
      return node instanceof SqlIdentifier || node instanceof SqlTableRef;
    }

    private static SqlIdentifier table(SqlNode node) {
      return node instanceof SqlTableRef ref ? ref.operand(0) : (SqlIdentifier) node;
    }

    private static String last(SqlIdentifier table) {
      return table.names.get(table.names.size() - 1);
    }

    private SqlNode marked(SqlNode table, String name) {
      known.add(name);
      if (!name.equalsIgnoreCase(alias)) {
        return table;
      }
      found = true;
      SqlParserPos at = table.getParserPosition();
      List<SqlNode> hints = new ArrayList<>();
      if (table instanceof SqlTableRef ref) {
        hints.addAll(((SqlNodeList) ref.operand(1)).getList());
      }
      List<SqlNode> literals = new ArrayList<>();
      options.forEach(option -> literals.add(SqlLiteral.createCharString(option, at)));
      hints.add(
          new SqlHint(
              at,
              new SqlIdentifier(hint, at),
              new SqlNodeList(literals, at),
              SqlHint.HintOptionFormat.LITERAL_LIST));
      return new SqlTableRef(at, table(table), new SqlNodeList(hints, at));
    }
  }
}
