package dev.sluice.planner.validate;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
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
  /** Stands between the texts of one argument. */
  public static final String BETWEEN = "\u0001";

  /** Operands: the op column, pairs of kinds and codes, keys, and what errors do. */
  public static final int OP = 1;

  public static final int MAPPING = 2;
  public static final int KEYS = 3;
  public static final int HANDLING = 4;
  private static final int COUNT = 5;

  public static final SqlOperator TO_CHANGELOG = new ToChangelog();
  public static final SqlOperator FROM_CHANGELOG = new FromChangelog();

  private ChangelogFunctions() {}

  /** The keys of the partition, the name of the new column, then the input's other columns. */
  private static final class ToChangelog extends SqlWindowTableFunction {
    ToChangelog() {
      super("TO_CHANGELOG", new Operands("TO_CHANGELOG(TABLE table [, DESCRIPTOR(new column)])"));
    }

    @Override
    public SqlReturnTypeInference getRowTypeInference() {
      return binding -> {
        RelDataTypeFactory types = binding.getTypeFactory();
        List<String> keys = texts(binding, KEYS);
        RelDataTypeFactory.Builder made = types.builder();
        keys(binding, made);
        requireFree(name(binding), binding.getOperandType(0));
        made.add(
            name(binding),
            types.createTypeWithNullability(types.createSqlType(SqlTypeName.VARCHAR), false));
        for (RelDataTypeField field : binding.getOperandType(0).getFieldList()) {
          if (keys.stream().noneMatch(field.getName()::equalsIgnoreCase)) {
            made.add(field);
          }
        }
        return made.build();
      };
    }
  }

  private static void requireFree(String name, RelDataType row) {
    if (row.getFieldNames().stream().anyMatch(name::equalsIgnoreCase)) {
      throw UserError.of(
              ErrorCode.INVALID_QUERY,
              "the table of TO_CHANGELOG has a column '" + name + "' already")
          .withHint("call the new one otherwise: op => DESCRIPTOR(kind)");
    }
  }

  private static void keys(SqlOperatorBinding binding, RelDataTypeFactory.Builder made) {
    for (String key : texts(binding, KEYS)) {
      binding.getOperandType(0).getFieldList().stream()
          .filter(field -> field.getName().equalsIgnoreCase(key))
          .forEach(made::add);
    }
  }

  private static String name(SqlOperatorBinding binding) {
    return texts(binding, OP).stream().findFirst().orElse("op");
  }

  private static List<String> texts(SqlOperatorBinding binding, int operand) {
    String text =
        binding instanceof SqlCallBinding call && call.operand(operand) instanceof SqlLiteral given
            ? given.getValueAs(String.class)
            : "";
    return split(text);
  }

  /** The texts that an argument joins. */
  public static List<String> split(String text) {
    return text.isEmpty() ? List.of() : List.of(text.split(BETWEEN, -1));
  }

  /** The keys of the partition, then the input's other columns without the op column. */
  private static final class FromChangelog extends SqlWindowTableFunction {
    FromChangelog() {
      super("FROM_CHANGELOG", new Operands("FROM_CHANGELOG(TABLE table [, DESCRIPTOR(column)])"));
    }

    @Override
    public SqlReturnTypeInference getRowTypeInference() {
      return FromChangelog::rowType;
    }

    private static RelDataType rowType(SqlOperatorBinding binding) {
      List<String> keys = texts(binding, KEYS);
      RelDataTypeFactory.Builder rest = binding.getTypeFactory().builder();
      keys(binding, rest);
      String op = name(binding);
      for (RelDataTypeField field : binding.getOperandType(0).getFieldList()) {
        if (!field.getName().equalsIgnoreCase(op)
            && keys.stream().noneMatch(field.getName()::equalsIgnoreCase)) {
          rest.add(field);
        }
      }
      return rest.build();
    }
  }

  private record Operands(String signature) implements SqlOperandMetadata {
    @Override
    public List<RelDataType> paramTypes(RelDataTypeFactory types) {
      return Collections.nCopies(COUNT, types.createSqlType(SqlTypeName.ANY));
    }

    @Override
    public List<String> paramNames() {
      return List.of("INPUT", "OP", "OP_MAPPING", "KEYS", "ERROR_HANDLING");
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
      return SqlOperandCountRanges.of(COUNT);
    }

    @Override
    public String getAllowedSignatures(SqlOperator operator, String name) {
      return signature;
    }
  }
}
