package dev.sluice.planner.physical;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.Expr;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Kind;

/** Keys of two inputs in types in which equal values hash alike. Stateless. */
final class JoinKeyTypes {
  private JoinKeyTypes() {}

  /** A key of both sides. */
  record Pair(Expr left, Expr right) {}

  static Pair alike(Expr left, Expr right) {
    DataType a = left.type();
    DataType b = right.type();
    if (hashAlike(a, b)) {
      return new Pair(left, right);
    }
    DataType common = common(a, b);
    return new Pair(cast(left, common), cast(right, common));
  }

  private static boolean hashAlike(DataType a, DataType b) {
    if (a.kind().isInteger() && b.kind().isInteger()
        || a.kind().isApproximate() && b.kind().isApproximate()) {
      return true;
    }
    if (a.kind() != b.kind()) {
      return false;
    }
    return a.kind() == Kind.DECIMAL || a.kind().isNested() ? a.sameApartFromNullability(b) : true;
  }

  private static DataType common(DataType a, DataType b) {
    boolean numbers = isNumber(a) && isNumber(b);
    if (numbers && (a.kind().isApproximate() || b.kind().isApproximate())) {
      return DataType.of(Kind.DOUBLE);
    }
    if (numbers) {
      int scale = Math.max(scale(a), scale(b));
      return DataType.decimal(
          Math.min(38, scale + Math.max(wholeDigits(a), wholeDigits(b))), scale);
    }
    if (a.kind().isTimestamp() || b.kind().isTimestamp()) {
      boolean instants = a.kind() == Kind.TIMESTAMP_LTZ || b.kind() == Kind.TIMESTAMP_LTZ;
      return instants ? DataType.of(Kind.TIMESTAMP_LTZ, 6) : DataType.timestamp(6);
    }
    throw UserError.of(ErrorCode.TYPE_MISMATCH, "cannot join " + a + " with " + b)
        .withHint("cast one side to the type of the other");
  }

  private static boolean isNumber(DataType type) {
    return type.kind().isInteger() || type.kind().isApproximate() || type.kind() == Kind.DECIMAL;
  }

  private static int scale(DataType type) {
    return type.kind() == Kind.DECIMAL ? type.scale() : 0;
  }

  private static int wholeDigits(DataType type) {
    return type.kind() == Kind.DECIMAL ? type.precision() - type.scale() : 19;
  }

  private static Expr cast(Expr expr, DataType type) {
    DataType wanted = type.withNullable(expr.type().nullable());
    return expr.type().sameApartFromNullability(wanted) ? expr : new Expr.Cast(expr, wanted, false);
  }
}
