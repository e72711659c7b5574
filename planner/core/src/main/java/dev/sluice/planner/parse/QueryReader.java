package dev.sluice.planner.parse;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.SourcePosition;
import dev.sluice.error.UserError;
import dev.sluice.plan.Emit;
import dev.sluice.planner.ast.EmittingQuery;
import dev.sluice.planner.ast.InsertStatement;
import dev.sluice.planner.ast.OutputClause;
import dev.sluice.planner.ast.RowCount;
import java.math.BigDecimal;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlDataTypeSpec;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlIntervalLiteral;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.parser.SqlParserUtil;
import org.apache.calcite.sql.util.SqlBasicVisitor;

/** Makes {@link ParsedQuery}s of trees: checks and collects the clauses behind a query. */
final class QueryReader {
  private final StatementText text;

  /** What the validator and optimizer, for whom each is an expression, still do in seconds. */
  private static final int MOST_LISTED = 50_000;

  QueryReader(StatementText text) {
    this.text = text;
  }

  ParsedQuery query(EmittingQuery query) {
    return query(query, Optional.empty(), Optional.empty(), Map.of());
  }

  /** The query of {@code CREATE SINK target … AS query}. */
  ParsedQuery queryInto(SqlIdentifier target, EmittingQuery query) {
    return query(query, Optional.of(target), Optional.empty(), Map.of());
  }

  ParsedQuery insert(InsertStatement insert) {
    Optional<List<SqlIdentifier>> columns =
        insert
            .columns()
            .map(list -> list.getList().stream().map(SqlIdentifier.class::cast).toList());
    if (insert.overwrite()) {
      throw UserError.of(ErrorCode.UNSUPPORTED, "INSERT OVERWRITE is not supported")
          .withHint(
              "a path that ends in .csv, .json or .parquet is one file, which every run replaces:"
                  + " INSERT INTO; a directory is to be emptied before")
          .at(text.position(insert));
    }
    return query(insert.query(), Optional.of(insert.target()), columns, insert.partition());
  }

  private ParsedQuery query(
      EmittingQuery query,
      Optional<SqlIdentifier> target,
      Optional<List<SqlIdentifier>> columns,
      Map<SqlIdentifier, SqlLiteral> partition) {
    return new ParsedQuery(
        plain(query.query()),
        options(query.clauses(), target.isPresent()),
        target,
        columns,
        partition,
        text::position);
  }

  /** A query or expression, once nothing in it is only parsed so far, nor an unknown type. */
  SqlNode plain(SqlNode node) {
    node.accept(
        new SqlBasicVisitor<Void>() {
          /** The arguments of windows, among them their sizes. */
          private final Set<SqlNode> sizes = Collections.newSetFromMap(new IdentityHashMap<>());

          @Override
          public Void visit(SqlCall call) {
            if (call.getOperator() == RowCount.OPERATOR && !sizes.contains(call)) {
              throw UserError.of(
                      ErrorCode.WINDOW,
                      "ROWS n is the size of a window: TUMBLE and HOP in FROM take it")
                  .withHint("such as FROM TABLE(TUMBLE(TABLE t PARTITION BY k, ROWS 100))")
                  .at(text.position(call));
            }
            if (call.getKind() == SqlKind.COLLECTION_TABLE
                && call.operand(0) instanceof SqlCall function
                && Keywords.isWindow(function.getOperator().getName())) {
              function
                  .getOperandList()
                  .forEach(
                      o ->
                          sizes.add(
                              o.getKind() == SqlKind.ARGUMENT_ASSIGNMENT
                                  ? ((SqlCall) o).operand(0)
                                  : o));
            }
            return super.visit(call);
          }

          @Override
          public Void visit(SqlNodeList list) {
            if (list.size() > MOST_LISTED) {
              throw UserError.of(
                      ErrorCode.SYNTAX,
                      "a list of " + list.size() + " is longer than " + MOST_LISTED)
                  .withHint("put its values into a table and join with it")
                  .at(text.position(list.get(MOST_LISTED)));
            }
            return super.visit(list);
          }

          @Override
          public Void visit(SqlDataTypeSpec type) {
            ColumnTypes.requireKnown(type.getTypeNameSpec(), text);
            return null;
          }
        });
    return node;
  }

  private QueryOptions options(List<OutputClause> clauses, boolean insert) {
    Optional<Emit> emit = Optional.empty();
    Optional<SourcePosition> emitPosition = Optional.empty();
    long lateness = 0;
    Optional<String> lateRowsTo = Optional.empty();
    Optional<SourcePosition> lateRowsPosition = Optional.empty();
    Optional<String> onConflict = Optional.empty();
    Set<String> families = new HashSet<>();
    for (OutputClause clause : clauses) {
      if (!families.add(clause.kind().family())) {
        throw UserError.of(ErrorCode.SYNTAX, clause.kind().family() + " is given twice")
            .at(text.position(clause));
      }
      switch (clause.kind()) {
        case EMIT_ON_WINDOW_CLOSE -> emit = Optional.of(Emit.ON_WINDOW_CLOSE);
        case EMIT_ON_UPDATE -> emit = Optional.of(Emit.ON_UPDATE);
        case EMIT_EVERY -> emit = Optional.of(new Emit.Every(micros(clause.interval())));
        case ALLOWED_LATENESS -> lateness = micros(clause.interval());
        case LATE_ROWS_TO -> {
          lateRowsTo = Optional.of(clause.sink());
          lateRowsPosition = Optional.of(lastWord(text.position(clause), clause.sink()));
        }
        case ON_CONFLICT_ERROR, ON_CONFLICT_NOTHING, ON_CONFLICT_DEDUPLICATE -> {
          if (!insert) {
            throw UserError.of(
                    ErrorCode.UNSUPPORTED,
                    "ON CONFLICT belongs to INSERT: a query has no conflicts")
                .at(text.position(clause));
          }
          onConflict = Optional.of(clause.kind().name().substring("ON_CONFLICT_".length()));
        }
      }
      if (clause.kind().family().equals("EMIT")) {
        emitPosition = Optional.of(text.position(clause));
      }
    }
    return new QueryOptions(emit, emitPosition, lateness, lateRowsTo, lateRowsPosition, onConflict);
  }

  /** The part of a place that its last word takes. */
  private static SourcePosition lastWord(SourcePosition place, String word) {
    return new SourcePosition(
        place.source(),
        place.endLine(),
        Math.max(1, place.endColumn() - word.length() + 1),
        place.endLine(),
        place.endColumn());
  }

  /** The length of an interval literal in microseconds. */
  long micros(SqlNode node) {
    if (!(node instanceof SqlIntervalLiteral literal)) {
      throw UserError.of(ErrorCode.LITERAL, "expected an interval such as INTERVAL '5' SECOND")
          .at(text.position(node));
    }
    SqlIntervalLiteral.IntervalValue value =
        literal.getValueAs(SqlIntervalLiteral.IntervalValue.class);
    if (value.getIntervalQualifier().isYearMonth()) {
      throw UserError.of(ErrorCode.LITERAL, "an interval of months or years has no fixed length")
          .at(text.position(node));
    }
    try {
      return BigDecimal.valueOf(SqlParserUtil.intervalToMillis(value)).longValueExact() * 1000;
    } catch (RuntimeException e) {
      throw UserError.of(
              ErrorCode.LITERAL,
              "'" + value + "' is no interval of " + value.getIntervalQualifier())
          .withHint("write it as in INTERVAL '5' SECOND, or INTERVAL '01:30' MINUTE TO SECOND")
          .at(text.position(node))
          .causedBy(e);
    }
  }
}
