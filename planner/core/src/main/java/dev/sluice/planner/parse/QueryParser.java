package dev.sluice.planner.parse;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.SourcePosition;
import dev.sluice.error.UserError;
import dev.sluice.plan.Emit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.parser.SqlParserPos;

/** Reads queries with their trailing clauses, and INSERT. Single-threaded. */
final class QueryParser {
  private static final List<List<String>> CLAUSES =
      List.of(
          List.of("EMIT", "ON"),
          List.of("EMIT", "EVERY"),
          List.of("EMIT", "FINAL"),
          List.of("EMIT", "CHANGES"),
          List.of("ALLOWED", "LATENESS"),
          List.of("LATE", "ROWS"),
          List.of("ON", "CONFLICT"));

  private final Cursor cursor;

  QueryParser(Cursor cursor) {
    this.cursor = cursor;
  }

  /** A query from here to the end of the statement. */
  ParsedQuery query() {
    return query(Optional.empty(), Optional.empty());
  }

  /** The query of {@code CREATE SINK target … AS query}. */
  ParsedQuery queryInto(String target) {
    return query(Optional.of(new SqlIdentifier(target, SqlParserPos.ZERO)), Optional.empty());
  }

  ParsedQuery insert() {
    cursor.expect("INSERT", "INTO");
    Token target = cursor.name("a sink");
    SqlIdentifier id = new SqlIdentifier(target.value(), SqlParserPos.ZERO);
    Optional<List<SqlIdentifier>> columns = Optional.empty();
    boolean list =
        cursor.peek().is("(") && !cursor.peek(1).is("SELECT") && !cursor.peek(1).is("WITH");
    if (list) {
      cursor.take();
      List<SqlIdentifier> names = new ArrayList<>();
      do {
        names.add(new SqlIdentifier(cursor.name("a column name").value(), SqlParserPos.ZERO));
      } while (cursor.accept(","));
      cursor.expect(")");
      columns = Optional.of(names);
    }
    return query(Optional.of(id), columns);
  }

  private ParsedQuery query(Optional<SqlIdentifier> target, Optional<List<SqlIdentifier>> columns) {
    int start = cursor.peek().start();
    int end = cursor.skipTo(CLAUSES);
    SqlNode query = cursor.query(start, end);
    QueryOptions options = options();
    return new ParsedQuery(query, options, target, columns, cursor.positions(start));
  }

  private QueryOptions options() {
    Optional<Emit> emit = Optional.empty();
    Optional<SourcePosition> emitPosition = Optional.empty();
    long lateness = 0;
    Optional<String> lateRowsTo = Optional.empty();
    Optional<String> onConflict = Optional.empty();
    while (!cursor.atEnd()) {
      Token first = cursor.peek();
      if (cursor.accept("EMIT")) {
        emit = Optional.of(emit());
        emitPosition = Optional.of(cursor.position(first));
      } else if (cursor.accept("ALLOWED", "LATENESS")) {
        lateness = new DdlParser(cursor).interval(CLAUSES);
      } else if (cursor.accept("LATE", "ROWS")) {
        cursor.expect("TO");
        lateRowsTo = Optional.of(cursor.name("a sink").value());
      } else if (cursor.accept("ON", "CONFLICT")) {
        cursor.expect("DO");
        onConflict =
            Optional.of(
                cursor.name("ERROR, NOTHING or DEDUPLICATE").text().toUpperCase(Locale.ROOT));
        throw UserError.of(ErrorCode.UNSUPPORTED, "ON CONFLICT is not supported yet")
            .at(cursor.position(first));
      } else {
        throw cursor.unexpected(
            List.of("EMIT", "ALLOWED LATENESS", "LATE ROWS TO", "end of statement"));
      }
    }
    return new QueryOptions(emit, emitPosition, lateness, lateRowsTo, onConflict);
  }

  private Emit emit() {
    if (cursor.accept("FINAL") || cursor.accept("ON", "WINDOW", "CLOSE")) {
      return Emit.ON_WINDOW_CLOSE;
    }
    if (cursor.accept("CHANGES") || cursor.accept("ON", "UPDATE")) {
      return Emit.ON_UPDATE;
    }
    if (cursor.accept("EVERY")) {
      return new Emit.Every(new DdlParser(cursor).interval(CLAUSES));
    }
    throw cursor.unexpected(List.of("ON WINDOW CLOSE", "ON UPDATE", "EVERY", "FINAL", "CHANGES"));
  }
}
