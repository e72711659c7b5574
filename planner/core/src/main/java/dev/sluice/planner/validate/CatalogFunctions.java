package dev.sluice.planner.validate;

import dev.sluice.function.FunctionSpec;
import dev.sluice.function.FunctionSpec.Param;
import dev.sluice.function.FunctionSpec.Signature;
import dev.sluice.planner.catalog.SqlTypes;
import java.math.BigDecimal;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.sql.SqlCallBinding;
import org.apache.calcite.sql.SqlFunction;
import org.apache.calcite.sql.SqlFunctionCategory;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlOperandCountRange;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.SqlOperatorBinding;
import org.apache.calcite.sql.type.SqlOperandCountRanges;
import org.apache.calcite.sql.type.SqlOperandTypeChecker;
import org.apache.calcite.sql.type.SqlTypeFamily;
import org.apache.calcite.sql.type.SqlTypeName;

/** Makes Calcite functions of the specs in the function catalog. Stateless. */
final class CatalogFunctions {
  /** Functions that give a DECIMAL fewer digits. */
  private static final Set<String> ROUNDING = Set.of("ROUND", "TRUNCATE");

  /** Functions that take anything with a text for a string. */
  private static final Set<String> WRITING = Set.of("CONCAT", "CONCAT_WS");

  private CatalogFunctions() {}

  /** The scalar function {@code spec} under {@code name} (its name or an alias). */
  static SqlOperator scalar(FunctionSpec spec, String name) {
    return new Scalar(spec, name);
  }

  private static final class Scalar extends SqlFunction {
    private final FunctionSpec spec;

    Scalar(FunctionSpec spec, String name) {
      super(
          name,
          SqlKind.OTHER_FUNCTION,
          binding -> resultType(spec, binding),
          null,
          new Checker(spec),
          SqlFunctionCategory.USER_DEFINED_FUNCTION);
      this.spec = spec;
    }

    @Override
    public boolean isDeterministic() {
      return spec.deterministic();
    }
  }

  private static RelDataType resultType(FunctionSpec spec, SqlOperatorBinding binding) {
    Signature signature =
        spec.signatures().stream()
            .filter(s -> matches(s, binding))
            .findFirst()
            .orElse(spec.signatures().get(0));
    RelDataTypeFactory factory = binding.getTypeFactory();
    List<RelDataType> arguments = binding.collectOperandTypes();
    RelDataType type;
    if (signature.fixedResult().isPresent()) {
      type = SqlTypes.toCalcite(signature.fixedResult().get(), factory);
    } else if (signature.resultOfArgument() < 0) {
      type = byRule(signature.resultOfArgument(), arguments, factory);
    } else if (ROUNDING.contains(spec.name())) {
      type = rounded(binding, factory);
    } else {
      type = arguments.get(signature.resultOfArgument());
    }
    boolean nullable =
        switch (spec.nulls()) {
          case STRICT -> arguments.stream().anyMatch(RelDataType::isNullable) || isObject(type);
          case NULLABLE -> true;
          case NEVER -> false;
        };
    return factory.createTypeWithNullability(type, nullable);
  }

  /** A DECIMAL has the digits it is rounded to, where they are a constant; as in Flink. */
  private static RelDataType rounded(SqlOperatorBinding binding, RelDataTypeFactory factory) {
    RelDataType number = binding.getOperandType(0);
    if (number.getSqlTypeName() != SqlTypeName.DECIMAL) {
      return number;
    }
    boolean given = binding.getOperandCount() > 1;
    if (given && !binding.isOperandLiteral(1, false)) {
      return number;
    }
    BigDecimal places =
        given ? binding.getOperandLiteralValue(1, BigDecimal.class) : BigDecimal.ZERO;
    if (places == null || places.intValue() >= number.getScale()) {
      return number;
    }
    int scale = Math.max(0, places.intValue());
    int whole = number.getPrecision() - number.getScale();
    // rounding up may take one more digit
    int most = factory.getTypeSystem().getMaxPrecision(SqlTypeName.DECIMAL);
    return factory.createSqlType(SqlTypeName.DECIMAL, Math.min(most, 1 + whole + scale), scale);
  }

  /** The type of a result that one of the negative rules of {@link Signature} tells. */
  private static RelDataType byRule(
      int rule, List<RelDataType> arguments, RelDataTypeFactory factory) {
    RelDataType first = arguments.get(0);
    RelDataType element = Optional.ofNullable(first.getComponentType()).orElse(first);
    return switch (rule) {
      case Signature.LEAST_RESTRICTIVE ->
          Optional.ofNullable(factory.leastRestrictive(arguments)).orElse(first);
      case Signature.ELEMENT -> element;
      case Signature.ARRAY_WITH ->
          factory.createArrayType(
              Optional.ofNullable(factory.leastRestrictive(List.of(element, arguments.get(1))))
                  .orElse(element),
              -1);
      case Signature.MAP_OF_ARRAYS -> {
        RelDataType values = arguments.get(1);
        yield factory.createMapType(
            element, Optional.ofNullable(values.getComponentType()).orElse(values));
      }
      default -> ofMap(rule, first, factory);
    };
  }

  private static RelDataType ofMap(int rule, RelDataType map, RelDataTypeFactory factory) {
    RelDataType key = Optional.ofNullable(map.getKeyType()).orElse(map);
    RelDataType value = Optional.ofNullable(map.getValueType()).orElse(map);
    RelDataType element =
        switch (rule) {
          case Signature.ARRAY_OF_KEYS -> key;
          case Signature.ARRAY_OF_VALUES -> value;
          case Signature.ARRAY_OF_ENTRIES ->
              factory.builder().add("key", key).add("value", value).build();
          default -> throw new IllegalArgumentException("no rule " + rule);
        };
    return factory.createArrayType(element, -1);
  }

  /** Results that are objects may be NULL where a strict function finds nothing. */
  private static boolean isObject(RelDataType type) {
    SqlTypeName name = type.getSqlTypeName();
    return SqlTypeName.CHAR_TYPES.contains(name)
        || SqlTypeName.BINARY_TYPES.contains(name)
        || name == SqlTypeName.DECIMAL
        || type.getComponentType() != null
        || type.isStruct();
  }

  private static boolean matches(Signature signature, SqlOperatorBinding binding) {
    int count = binding.getOperandCount();
    int most = signature.variadic() ? Integer.MAX_VALUE : signature.params().size();
    if (count < signature.params().size() - signature.optional() || count > most) {
      return false;
    }
    for (int i = 0; i < count; i++) {
      Param param = signature.params().get(Math.min(i, signature.params().size() - 1));
      if (!accepts(param, binding.getOperandType(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean accepts(Param param, RelDataType type) {
    SqlTypeName name = type.getSqlTypeName();
    if (name == SqlTypeName.NULL || name == SqlTypeName.ANY) {
      return true;
    }
    return switch (param) {
      case ANY -> true;
      case BOOLEAN -> name == SqlTypeName.BOOLEAN;
      case INTEGER -> SqlTypeName.INT_TYPES.contains(name);
      case NUMERIC -> SqlTypeName.NUMERIC_TYPES.contains(name);
      case STRING -> SqlTypeName.CHAR_TYPES.contains(name);
      case BINARY -> SqlTypeName.BINARY_TYPES.contains(name);
      case DATE -> name == SqlTypeName.DATE;
      case TIME -> name == SqlTypeName.TIME;
      case TIMESTAMP ->
          name == SqlTypeName.TIMESTAMP || name == SqlTypeName.TIMESTAMP_WITH_LOCAL_TIME_ZONE;
      case INTERVAL -> SqlTypeName.INTERVAL_TYPES.contains(name);
      case ARRAY -> name == SqlTypeName.ARRAY;
      case MAP -> name == SqlTypeName.MAP;
      case ROW -> name == SqlTypeName.ROW;
    };
  }

  /** Accepts any of the spec's signatures. */
  private static final class Checker implements SqlOperandTypeChecker {
    private final FunctionSpec spec;

    Checker(FunctionSpec spec) {
      this.spec = spec;
    }

    @Override
    public boolean checkOperandTypes(SqlCallBinding binding, boolean throwOnFailure) {
      boolean fits =
          spec.signatures().stream().anyMatch(s -> matches(s, binding))
              || WRITING.contains(spec.name()) && isWritten(binding);
      if (!fits && throwOnFailure) {
        throw binding.newValidationSignatureError();
      }
      return fits;
    }

    /** Whether casts of the arguments that are no strings make the call fit. */
    private static boolean isWritten(SqlCallBinding binding) {
      return binding.isTypeCoercionEnabled()
          && binding
              .getValidator()
              .getTypeCoercion()
              .builtinFunctionCoercion(
                  binding,
                  binding.collectOperandTypes(),
                  Collections.nCopies(binding.getOperandCount(), SqlTypeFamily.CHARACTER));
    }

    @Override
    public SqlOperandCountRange getOperandCountRange() {
      int least =
          spec.signatures().stream()
              .mapToInt(s -> s.params().size() - s.optional())
              .min()
              .orElse(0);
      boolean open = spec.signatures().stream().anyMatch(Signature::variadic);
      int most = spec.signatures().stream().mapToInt(s -> s.params().size()).max().orElse(0);
      return open ? SqlOperandCountRanges.from(least) : SqlOperandCountRanges.between(least, most);
    }

    @Override
    public String getAllowedSignatures(SqlOperator operator, String name) {
      return String.join(
          "\n",
          spec.signatures().stream()
              .map(
                  s ->
                      name
                          + "("
                          + String.join(", ", s.params().stream().map(Param::name).toList())
                          + ")")
              .toList());
    }
  }
}
