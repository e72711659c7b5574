package dev.sluice.connector.file;

import dev.sluice.connector.ScanRequest;
import dev.sluice.plan.Expr;
import dev.sluice.type.DataType.Kind;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimestampLogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;

/**
 * Tells from the least and greatest values of a row group's columns that no row can pass a filter.
 * Knows AND, OR and comparisons of a column with a constant; anything else may pass. One thread.
 */
record RowGroupFilter(BlockMetaData group, ScanRequest request) {
  /** False only if no row of the group passes. */
  boolean mayMatch(Expr condition) {
    if (!(condition instanceof Expr.Call call)) {
      return true;
    }
    return switch (call.function()) {
      case "AND" -> call.operands().stream().allMatch(this::mayMatch);
      case "OR" -> call.operands().stream().anyMatch(this::mayMatch);
      case "=", "<", "<=", ">", ">=" -> call.operands().size() != 2 || comparison(call);
      default -> true;
    };
  }

  private boolean comparison(Expr.Call call) {
    Expr left = call.operands().get(0);
    Expr right = call.operands().get(1);
    if (left instanceof Expr.ColumnRef column && right instanceof Expr.Literal literal) {
      return compare(call.function(), column, literal);
    }
    if (right instanceof Expr.ColumnRef column && left instanceof Expr.Literal literal) {
      String flipped =
          switch (call.function()) {
            case "<" -> ">";
            case "<=" -> ">=";
            case ">" -> "<";
            case ">=" -> "<=";
            default -> "=";
          };
      return compare(flipped, column, literal);
    }
    return true;
  }

  private boolean compare(String operator, Expr.ColumnRef column, Expr.Literal literal) {
    if (literal.value().isEmpty()) {
      return false;
    }
    Kind kind = column.type().kind();
    String name = request.schema().field(column.index()).name();
    Optional<ColumnChunkMetaData> chunk =
        group.getColumns().stream()
            .filter(c -> c.getPath().size() == 1 && c.getPath().toArray()[0].equalsIgnoreCase(name))
            .findFirst();
    if (chunk.isEmpty() || kind != literal.type().kind()) {
      return true;
    }
    Statistics<?> statistics = chunk.get().getStatistics();
    if (statistics == null || statistics.isEmpty() || !statistics.hasNonNullValue()) {
      return true;
    }
    if (literal.value().get() instanceof Long wanted
        && (kind.isInteger() || kind == Kind.DATE || kind.isTimestamp())) {
      return longs(operator, chunk.get().getPrimitiveType(), statistics, wanted);
    }
    if (literal.value().get() instanceof String wanted && kind == Kind.VARCHAR) {
      return texts(operator, statistics, wanted);
    }
    return true;
  }

  private static boolean longs(
      String operator, PrimitiveType type, Statistics<?> statistics, long wanted) {
    boolean integral =
        type.getPrimitiveTypeName() == PrimitiveTypeName.INT32
            || type.getPrimitiveTypeName() == PrimitiveTypeName.INT64;
    if (!integral) {
      return true;
    }
    long least = ((Number) statistics.genericGetMin()).longValue();
    long greatest = ((Number) statistics.genericGetMax()).longValue();
    if (type.getLogicalTypeAnnotation() instanceof TimestampLogicalTypeAnnotation timestamp) {
      if (timestamp.getUnit() == TimeUnit.MILLIS) {
        least *= 1000;
        greatest *= 1000;
      } else if (timestamp.getUnit() == TimeUnit.NANOS) {
        least = Math.floorDiv(least, 1000L);
        greatest = Math.floorDiv(greatest, 1000L);
      }
      // declared precisions below microseconds truncate what is read, by less than a second
      least -= 1_000_000;
    }
    return within(operator, Long.compare(least, wanted), Long.compare(greatest, wanted));
  }

  private static boolean texts(String operator, Statistics<?> statistics, String wanted) {
    if (!(statistics.genericGetMin() instanceof Binary least)
        || !(statistics.genericGetMax() instanceof Binary greatest)) {
      return true;
    }
    byte[] bytes = wanted.getBytes(StandardCharsets.UTF_8);
    return within(
        operator,
        java.util.Arrays.compareUnsigned(least.getBytes(), bytes),
        java.util.Arrays.compareUnsigned(greatest.getBytes(), bytes));
  }

  private static boolean within(String operator, int least, int greatest) {
    return switch (operator) {
      case "=" -> least <= 0 && greatest >= 0;
      case "<" -> least < 0;
      case "<=" -> least <= 0;
      case ">" -> greatest > 0;
      default -> greatest >= 0;
    };
  }
}
