package dev.sluice.planner.validate;

import dev.sluice.error.UserError;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlDataTypeSpec;
import org.apache.calcite.sql.SqlIntervalQualifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.util.SqlBasicVisitor;

/**
 * Where in a query an error stands that was found behind the algebra, which has no positions: at
 * the one call that it can be about, if there is just one. Stateless.
 */
public final class ErrorPlaces {
  private static final Pattern FUNCTION =
      Pattern.compile(
          "(?:the (?:function|aggregate) )?'(\\w+)' (?:of \\(|does not take |gives ).*");
  private static final Pattern CAST =
      Pattern.compile("a cast from .* to (\\w+).* is not supported");

  private static final Set<String> PERCENTILES = Set.of("PERCENTILE", "PERCENTILE_CONT", "MEDIAN");

  private ErrorPlaces() {}

  /** The place of what {@code error} is about. */
  public static Optional<SqlParserPos> of(UserError error, SqlNode query) {
    Matcher function = FUNCTION.matcher(error.summary());
    if (function.matches()) {
      return only(query, call -> name(call).equalsIgnoreCase(function.group(1)));
    }
    if (error.summary().startsWith("PERCENTILE, ")) {
      return only(query, call -> PERCENTILES.contains(name(call)));
    }
    if (error.summary().startsWith("ESCAPE takes ")) {
      return only(query, call -> call.getKind() == SqlKind.LIKE && call.operandCount() > 2);
    }
    Matcher cast = CAST.matcher(error.summary());
    return cast.matches() ? only(query, call -> isCast(call, cast.group(1))) : Optional.empty();
  }

  private static String name(SqlCall call) {
    return call.getOperator().getName().toUpperCase(Locale.ROOT);
  }

  private static boolean isCast(SqlCall call, String type) {
    if (call.getKind() != SqlKind.CAST && call.getKind() != SqlKind.SAFE_CAST) {
      return false;
    }
    SqlNode to = call.operand(1);
    return to instanceof SqlIntervalQualifier
        ? type.equals("INTERVAL")
        : to instanceof SqlDataTypeSpec spec
            && base(spec.getTypeName().getSimple()).equals(base(type));
  }

  /** One name for all names of a type. */
  private static String base(String type) {
    return switch (type.toUpperCase(Locale.ROOT)) {
      case "VARCHAR", "CHAR", "STRING" -> "STRING";
      case "VARBINARY", "BINARY", "BYTES" -> "BYTES";
      case "INT", "INTEGER" -> "INTEGER";
      case "TIMESTAMP_LTZ", "TIMESTAMP_WITH_LOCAL_TIME_ZONE" -> "TIMESTAMP_LTZ";
      default -> type.toUpperCase(Locale.ROOT);
    };
  }

  private static Optional<SqlParserPos> only(SqlNode query, Predicate<SqlCall> wanted) {
    List<SqlParserPos> found = new ArrayList<>();
    query.accept(
        new SqlBasicVisitor<Void>() {
          @Override
          public Void visit(SqlCall call) {
            if (wanted.test(call)) {
              found.add(call.getParserPosition());
            }
            return super.visit(call);
          }
        });
    return found.size() == 1 ? Optional.of(found.get(0)) : Optional.empty();
  }
}
