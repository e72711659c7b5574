package dev.sluice.planner.validate;

import java.util.Collections;
import java.util.List;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.rel.type.RelDataTypeField;
import org.apache.calcite.sql.SqlCallBinding;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlOperandCountRange;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.SqlOperatorBinding;
import org.apache.calcite.sql.SqlWindowTableFunction;
import org.apache.calcite.sql.type.SqlOperandCountRanges;
import org.apache.calcite.sql.type.SqlOperandMetadata;
import org.apache.calcite.sql.type.SqlReturnTypeInference;
import org.apache.calcite.sql.type.SqlTypeName;

/** The table functions that turn changes into rows and back. */
public final class ChangelogFunctions {
  public static final SqlOperator TO_CHANGELOG = new ToChangelog();
  public static final SqlOperator FROM_CHANGELOG = new FromChangelog();

  private ChangelogFunctions() {}

  /** {@code TO_CHANGELOG(data, 'op')}: the name of the new column, then the input's columns. */
  private static final class ToChangelog extends SqlWindowTableFunction {
    ToChangelog() {
      super("TO_CHANGELOG", new Operands("TO_CHANGELOG(TABLE table [, DESCRIPTOR(new column)])"));
    }

    @Override
    public SqlReturnTypeInference getRowTypeInference() {
      return binding -> {
        RelDataTypeFactory types = binding.getTypeFactory();
        return types
            .builder()
            .add(
                name(binding),
                types.createTypeWithNullability(types.createSqlType(SqlTypeName.VARCHAR), false))
            .addAll(binding.getOperandType(0).getFieldList())
            .build();
      };
    }
  }

  private static String name(SqlOperatorBinding binding) {
    return binding instanceof SqlCallBinding call && call.operand(1) instanceof SqlLiteral literal
        ? literal.getValueAs(String.class)
        : "op";
  }

  /** {@code FROM_CHANGELOG(data, 'op')}: the input's columns without that one. */
  private static final class FromChangelog extends SqlWindowTableFunction {
    FromChangelog() {
      super("FROM_CHANGELOG", new Operands("FROM_CHANGELOG(TABLE table [, DESCRIPTOR(column)])"));
    }

    @Override
    public SqlReturnTypeInference getRowTypeInference() {
      return FromChangelog::rowType;
    }

    private static RelDataType rowType(SqlOperatorBinding binding) {
      RelDataType row = binding.getOperandType(0);
      RelDataTypeFactory.Builder rest = binding.getTypeFactory().builder();
      String op = name(binding);
      for (RelDataTypeField field : row.getFieldList()) {
        if (!field.getName().equalsIgnoreCase(op)) {
          rest.add(field);
        }
      }
      return rest.build();
    }
  }

  private record Operands(String signature) implements SqlOperandMetadata {
    @Override
    public List<RelDataType> paramTypes(RelDataTypeFactory types) {
      return Collections.nCopies(2, types.createSqlType(SqlTypeName.ANY));
    }

    @Override
    public List<String> paramNames() {
      return List.of("INPUT", "OP");
    }

    @Override
    public boolean checkOperandTypes(SqlCallBinding binding, boolean throwOnFailure) {
      boolean fits = binding.operand(1) instanceof SqlLiteral;
      if (!fits && throwOnFailure) {
        throw binding.newValidationSignatureError();
      }
      return fits;
    }

    @Override
    public SqlOperandCountRange getOperandCountRange() {
      return SqlOperandCountRanges.of(2);
    }

    @Override
    public String getAllowedSignatures(SqlOperator operator, String name) {
      return signature;
    }
  }
}
