package dev.sluice.planner.validate;

import dev.sluice.connector.Options;
import dev.sluice.error.DidYouMean;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.planner.parse.ParsedQuery.Positions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.calcite.rel.RelNode;
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
 * Moves {@code /*+ STATE_TTL('alias' = '1 d') *}{@code /} of a SELECT to the tables it names, where
 * it survives validation, and refuses every other hint. Changes the tree in place. One per query.
 */
public final class StateHints extends SqlBasicVisitor<Void> {
  private static final String STATE_TTL = "STATE_TTL";

  private final Positions positions;

  StateHints(Positions positions) {
    this.positions = positions;
  }

  static HintStrategyTable strategies() {
    return HintStrategyTable.builder().hintStrategy(STATE_TTL, HintPredicates.TABLE_SCAN).build();
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

  @Override
  public Void visit(SqlCall call) {
    if (call instanceof SqlTableRef table) {
      SqlNodeList hints = table.operand(1);
      if (!hints.isEmpty() && !name(hints.get(0)).equals(STATE_TTL)) {
        throw unknown((SqlHint) hints.get(0));
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

  private UserError unknown(SqlHint hint) {
    return UserError.of(ErrorCode.UNSUPPORTED, "hint " + hint.getName() + " is not supported")
        .withHint("joins take STATE_TTL('alias' = '1 d') and LOOKUP('table' = 'alias', …)")
        .at(positions.of(hint.getParserPosition()));
  }

  private void apply(SqlHint hint, SqlSelect select) {
    if (name(hint).equals(JoinHints.LOOKUP)) {
      return;
    }
    if (!name(hint).equals(STATE_TTL)) {
      throw unknown(hint);
    }
    boolean pairs = hint.getOptionFormat() == SqlHint.HintOptionFormat.KV_LIST;
    if (!pairs || !(select.getFrom() instanceof SqlJoin join)) {
      throw UserError.of(
              ErrorCode.INVALID_QUERY, "STATE_TTL names tables of a join and how long to keep rows")
          .withHint(
              pairs
                  ? "without a join, SET 'state.ttl' = '1 d'"
                  : "write STATE_TTL('a' = '1 d', 'b' = '2 h')")
          .at(positions.of(hint.getParserPosition()));
    }
    for (Map.Entry<String, String> entry : hint.getOptionKVPairs().entrySet()) {
      checkDuration(entry.getValue(), hint);
      List<String> known = new ArrayList<>();
      if (!mark(join, entry.getKey(), entry.getValue(), known)) {
        throw UserError.of(
                ErrorCode.UNKNOWN_OBJECT,
                "STATE_TTL: no table of this join is called '" + entry.getKey() + "'")
            .withHint(
                DidYouMean.hint(
                    entry.getKey(), known, "tables that can be named: " + String.join(", ", known)))
            .at(positions.of(hint.getParserPosition()));
      }
    }
  }

  private void checkDuration(String text, SqlHint hint) {
    try {
      Options.parseDuration(text);
    } catch (IllegalArgumentException e) {
      throw UserError.of(ErrorCode.INVALID_QUERY, "STATE_TTL: '" + text + "' is no duration")
          .withHint("write a number and a unit: 10 min, 2 h, 1 d")
          .at(positions.of(hint.getParserPosition()))
          .causedBy(e);
    }
  }

  /** Whether a table of that alias was found, and now has the hint. */
  private boolean mark(SqlJoin join, String alias, String duration, List<String> known) {
    SqlNode left = marked(join.getLeft(), alias, duration, known);
    boolean found = left != join.getLeft();
    join.setLeft(left);
    SqlNode right = marked(join.getRight(), alias, duration, known);
    found |= right != join.getRight();
    join.setRight(right);
    for (SqlNode side : List.of(join.getLeft(), join.getRight())) {
      found |= side instanceof SqlJoin inner && mark(inner, alias, duration, known);
    }
    return found;
  }

  private static SqlNode marked(SqlNode from, String alias, String duration, List<String> known) {
    if (from instanceof SqlIdentifier table) {
      String name = table.names.get(table.names.size() - 1);
      known.add(name);
      return name.equalsIgnoreCase(alias) ? withHint(table, duration) : from;
    }
    if (from.getKind() == SqlKind.AS
        && from instanceof SqlCall as
        && as.operand(0) instanceof SqlIdentifier table) {
      String name = as.operand(1).toString();
      known.add(name);
      if (name.equalsIgnoreCase(alias)) {
        List<SqlNode> operands = new ArrayList<>(as.getOperandList());
        operands.set(0, withHint(table, duration));
        return as.getOperator().createCall(as.getParserPosition(), operands);
      }
    }
    return from;
  }

  private static SqlNode withHint(SqlIdentifier table, String duration) {
    SqlParserPos at = table.getParserPosition();
    SqlHint hint =
        new SqlHint(
            at,
            new SqlIdentifier(STATE_TTL, at),
            SqlNodeList.of(SqlLiteral.createCharString(duration, at)),
            SqlHint.HintOptionFormat.LITERAL_LIST);
    return new SqlTableRef(at, table, SqlNodeList.of(hint));
  }
}
