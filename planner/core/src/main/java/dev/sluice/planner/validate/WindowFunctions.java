package dev.sluice.planner.validate;

import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.sql.SqlHopTableFunction;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.SqlTumbleTableFunction;
import org.apache.calcite.sql.type.SqlReturnTypeInference;

/**
 * The window table functions. Calcite's give {@code window_start} and {@code window_end}; ours add
 * {@code window_time}, and CUMULATE, which takes its arguments as HOP does (step, then size).
 */
public final class WindowFunctions {
  public static final SqlOperator TUMBLE = new Tumble();
  public static final SqlOperator HOP = new Hop();
  public static final SqlOperator CUMULATE = new Cumulate();

  private WindowFunctions() {}

  private static SqlReturnTypeInference withWindowTime(SqlReturnTypeInference inner) {
    return binding -> {
      RelDataType row = inner.inferReturnType(binding);
      RelDataType end = row.getFieldList().get(row.getFieldCount() - 1).getType();
      return binding
          .getTypeFactory()
          .builder()
          .kind(row.getStructKind())
          .addAll(row.getFieldList())
          .add("window_time", end)
          .build();
    };
  }

  private static final class Tumble extends SqlTumbleTableFunction {
    @Override
    public SqlReturnTypeInference getRowTypeInference() {
      return withWindowTime(super.getRowTypeInference());
    }
  }

  private static class Hop extends SqlHopTableFunction {
    @Override
    public SqlReturnTypeInference getRowTypeInference() {
      return withWindowTime(super.getRowTypeInference());
    }
  }

  private static final class Cumulate extends Hop {
    @Override
    public String getName() {
      return "CUMULATE";
    }
  }
}
