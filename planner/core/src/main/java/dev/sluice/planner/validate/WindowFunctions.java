package dev.sluice.planner.validate;

import java.util.Collections;
import java.util.List;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.rel.type.RelDataTypeField;
import org.apache.calcite.sql.SqlAggFunction;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlCallBinding;
import org.apache.calcite.sql.SqlHopTableFunction;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlOperandCountRange;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.SqlOperatorBinding;
import org.apache.calcite.sql.SqlTumbleTableFunction;
import org.apache.calcite.sql.SqlUtil;
import org.apache.calcite.sql.SqlWindowTableFunction;
import org.apache.calcite.sql.fun.SqlBasicAggFunction;
import org.apache.calcite.sql.type.OperandTypes;
import org.apache.calcite.sql.type.ReturnTypes;
import org.apache.calcite.sql.type.SqlOperandCountRanges;
import org.apache.calcite.sql.type.SqlOperandMetadata;
import org.apache.calcite.sql.type.SqlReturnTypeInference;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.type.SqlTypeUtil;
import org.apache.calcite.util.Static;

/**
 * The window table functions. Calcite's give {@code window_start} and {@code window_end}; ours add
 * {@code window_time}, and CUMULATE, which takes its arguments as HOP does (step, then size).
 */
public final class WindowFunctions {
  public static final SqlOperator TUMBLE = new Tumble();
  public static final SqlOperator HOP = new Hop();
  public static final SqlOperator CUMULATE = new Cumulate();

  private WindowFunctions() {}

  public static final SqlOperator SESSION = new Session();

  /** TUMBLE and HOP over a number of rows. */
  public static final SqlOperator COUNT_TUMBLE = new CountWindowFunction("$TUMBLE_ROWS");

  public static final SqlOperator COUNT_HOP = new CountWindowFunction("$HOP_ROWS");

  /**
   * The end of a group's window, as an aggregate. Calcite takes SESSION_END for the start, and adds
   * the size for TUMBLE_END, which is wrong for days in a zone with daylight saving.
   */
  public static final SqlAggFunction WINDOW_END =
      SqlBasicAggFunction.create(
          "$WINDOW_END", SqlKind.OTHER_FUNCTION, ReturnTypes.ARG0, OperandTypes.ANY);

  /**
   * The input's columns, {@code window_start} and {@code window_end} as times by the session's
   * clock, and {@code window_time} of the time column's type.
   */
  private static RelDataType rowType(SqlOperatorBinding binding) {
    RelDataType row = binding.getOperandType(0);
    RelDataTypeFactory types = binding.getTypeFactory();
    RelDataType time = timeType(binding, row, types);
    RelDataType bound = types.createSqlType(SqlTypeName.TIMESTAMP, time.getPrecision());
    return types
        .builder()
        .kind(row.getStructKind())
        .addAll(row.getFieldList())
        .add("window_start", bound)
        .add("window_end", bound)
        .add("window_time", types.createTypeWithNullability(time, false))
        .build();
  }

  private static RelDataType timeType(
      SqlOperatorBinding binding, RelDataType row, RelDataTypeFactory types) {
    if (binding instanceof SqlCallBinding call
        && call.operand(1) instanceof SqlCall descriptor
        && descriptor.getOperandList().get(0) instanceof SqlIdentifier column) {
      RelDataTypeField field =
          row.getField(column.names.get(column.names.size() - 1), false, false);
      if (field != null && SqlTypeUtil.isTimestamp(field.getType())) {
        return field.getType();
      }
    }
    return types.createSqlType(SqlTypeName.TIMESTAMP, 3);
  }

  private static final class Tumble extends SqlTumbleTableFunction {
    @Override
    public SqlReturnTypeInference getRowTypeInference() {
      return WindowFunctions::rowType;
    }
  }

  private static class Hop extends SqlHopTableFunction {
    @Override
    public SqlReturnTypeInference getRowTypeInference() {
      return WindowFunctions::rowType;
    }
  }

  private static final class Cumulate extends Hop {
    @Override
    public String getName() {
      return "CUMULATE";
    }
  }

  /** {@code SESSION(data, DESCRIPTOR(time), [DESCRIPTOR(keys),] gap)}. */
  private static final class Session extends SqlWindowTableFunction {
    Session() {
      super("SESSION", new SessionOperands());
    }

    @Override
    public SqlReturnTypeInference getRowTypeInference() {
      return WindowFunctions::rowType;
    }
  }

  private static final class SessionOperands implements SqlOperandMetadata {
    @Override
    public List<RelDataType> paramTypes(RelDataTypeFactory types) {
      return Collections.nCopies(4, types.createSqlType(SqlTypeName.ANY));
    }

    @Override
    public List<String> paramNames() {
      return List.of("DATA", "TIMECOL", "KEY", "GAP");
    }

    @Override
    public boolean isOptional(int i) {
      return i == 2;
    }

    @Override
    public boolean checkOperandTypes(SqlCallBinding binding, boolean throwOnFailure) {
      int last = binding.getOperandCount() - 1;
      boolean fits =
          binding.operand(1).getKind() == SqlKind.DESCRIPTOR
              && SqlTypeUtil.isInterval(binding.getOperandType(last));
      if (!fits && throwOnFailure) {
        throw binding.newValidationSignatureError();
      }
      if (fits && last == 3) {
        requireColumns(binding, 2);
      }
      return fits;
    }

    static void requireColumns(SqlCallBinding binding, int operand) {
      List<String> known = binding.getOperandType(0).getFieldNames();
      for (SqlNode key : ((SqlCall) binding.operand(operand)).getOperandList()) {
        String name = ((SqlIdentifier) key).names.get(((SqlIdentifier) key).names.size() - 1);
        if (known.stream().noneMatch(name::equalsIgnoreCase)) {
          throw SqlUtil.newContextException(
              key.getParserPosition(), Static.RESOURCE.unknownIdentifier(name));
        }
      }
    }

    @Override
    public SqlOperandCountRange getOperandCountRange() {
      return SqlOperandCountRanges.between(3, 4);
    }

    @Override
    public String getAllowedSignatures(SqlOperator operator, String name) {
      return "SESSION(TABLE table [PARTITION BY keys], DESCRIPTOR(time), gap)";
    }
  }

  /**
   * {@code TUMBLE(data, slide, size [, DESCRIPTOR(keys)])} over numbers of rows: made by {@link
   * WindowShorthand} only, its name is none that can be written. Its bounds are numbers of rows.
   */
  public static final class CountWindowFunction extends SqlWindowTableFunction {
    CountWindowFunction(String name) {
      super(name, new CountOperands());
    }

    @Override
    public SqlReturnTypeInference getRowTypeInference() {
      return binding -> {
        RelDataType row = binding.getOperandType(0);
        RelDataTypeFactory types = binding.getTypeFactory();
        return types
            .builder()
            .kind(row.getStructKind())
            .addAll(row.getFieldList())
            .add("window_start", SqlTypeName.BIGINT)
            .add("window_end", SqlTypeName.BIGINT)
            .build();
      };
    }
  }

  private static final class CountOperands implements SqlOperandMetadata {
    @Override
    public List<RelDataType> paramTypes(RelDataTypeFactory types) {
      return Collections.nCopies(4, types.createSqlType(SqlTypeName.ANY));
    }

    @Override
    public List<String> paramNames() {
      return List.of("DATA", "SLIDE", "SIZE", "KEY");
    }

    @Override
    public boolean isOptional(int i) {
      return i == 3;
    }

    @Override
    public boolean checkOperandTypes(SqlCallBinding binding, boolean throwOnFailure) {
      if (binding.getOperandCount() > 3) {
        SessionOperands.requireColumns(binding, 3);
      }
      return true;
    }

    @Override
    public SqlOperandCountRange getOperandCountRange() {
      return SqlOperandCountRanges.between(3, 4);
    }

    @Override
    public String getAllowedSignatures(SqlOperator operator, String name) {
      return name + "(TABLE table [PARTITION BY keys], ROWS n)";
    }
  }
}
