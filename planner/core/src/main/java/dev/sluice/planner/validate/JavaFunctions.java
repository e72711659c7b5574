package dev.sluice.planner.validate;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.function.user.UserClass;
import dev.sluice.function.user.UserCode;
import dev.sluice.function.user.UserMethod;
import dev.sluice.planner.catalog.Catalog;
import dev.sluice.planner.catalog.FunctionDef;
import dev.sluice.planner.catalog.JavaFunctionDef;
import dev.sluice.planner.catalog.JavaFunctionDef.Overload;
import dev.sluice.planner.catalog.SqlTypes;
import dev.sluice.planner.parse.TypeText;
import dev.sluice.type.DataType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.sql.SqlAggFunction;
import org.apache.calcite.sql.SqlCallBinding;
import org.apache.calcite.sql.SqlFunction;
import org.apache.calcite.sql.SqlFunctionCategory;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlOperandCountRange;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.SqlOperatorBinding;
import org.apache.calcite.sql.SqlOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.type.SqlOperandCountRanges;
import org.apache.calcite.sql.type.SqlOperandTypeChecker;
import org.apache.calcite.sql.util.SqlOperatorTables;
import org.apache.calcite.util.Optionality;

/** Functions of Java classes: reading a class, and the operator that the validator sees. */
public final class JavaFunctions {
  private JavaFunctions() {}

  /**
   * The function with its methods read from its class.
   *
   * @param workingDirectory base of relative paths
   * @throws UserError at the declaration if the class cannot be read or is no function
   */
  public static JavaFunctionDef read(JavaFunctionDef declared, Path workingDirectory) {
    try (UserCode.Lease lease = UserCode.lease()) {
      List<String> jars =
          declared.jars().stream().map(j -> absolute(j, workingDirectory).toString()).toList();
      UserClass read = UserClass.of(UserCode.load(declared.className(), jars));
      List<Overload> overloads = new ArrayList<>();
      for (UserMethod method : read.methods()) {
        overloads.add(overload(read, method));
      }
      return new JavaFunctionDef(
          declared.name(),
          declared.text(),
          declared.className(),
          jars,
          declared.position(),
          read.kind(),
          overloads,
          read.merges());
    } catch (UserError e) {
      throw e.position().isPresent() ? e : e.at(declared.position());
    }
  }

  private static Path absolute(String jar, Path workingDirectory) {
    String path = jar.startsWith("file://") ? jar.substring("file://".length()) : jar;
    return workingDirectory.resolve(path).toAbsolutePath().normalize();
  }

  private static Overload overload(UserClass read, UserMethod method) {
    List<Optional<DataType>> params = new ArrayList<>();
    List<Boolean> hinted = new ArrayList<>();
    for (UserMethod.Param param : method.params()) {
      params.add(param.hint().map(TypeText::parse).or(param::type));
      hinted.add(param.hint().isPresent());
    }
    DataType result =
        read.resultHint(method)
            .map(TypeText::parse)
            .or(() -> read.resultType(method))
            .orElseThrow(
                () ->
                    UserError.of(
                            ErrorCode.UNSUPPORTED,
                            "the result of "
                                + read.type().getName()
                                + "."
                                + method.descriptor()
                                + " is a "
                                + read.result(method).getTypeName()
                                + ", for which there is no SQL type")
                        .withHint(
                            "name one: @FunctionHint(output = @DataTypeHint(\"ROW<a INT>\"))"));
    return new Overload(method, params, hinted, result, read.retracts(method));
  }

  /** The operators of the Java functions in a catalog. */
  static SqlOperatorTable table(Catalog catalog) {
    List<SqlOperator> operators = new ArrayList<>();
    for (FunctionDef function : catalog.functions()) {
      if (function instanceof JavaFunctionDef java) {
        operators.add(
            java.kind() == UserClass.Kind.AGGREGATE ? new Aggregate(java) : new Scalar(java));
      }
    }
    return SqlOperatorTables.of(operators);
  }

  /** The function behind an operator, if it is a Java class. */
  public static Optional<JavaFunctionDef> of(SqlOperator operator) {
    if (operator instanceof Scalar scalar) {
      return Optional.of(scalar.function);
    }
    return operator instanceof Aggregate aggregate
        ? Optional.of(aggregate.function)
        : Optional.empty();
  }

  private static RelDataType resultType(JavaFunctionDef function, SqlOperatorBinding binding) {
    List<DataType> arguments = arguments(binding);
    // The operand checker has refused what fits no method.
    Overload overload = function.resolve(arguments).orElse(function.overloads().get(0));
    DataType result =
        function.kind() == UserClass.Kind.TABLE
            ? DataType.array(overload.result().notNull()).notNull()
            : overload.result();
    boolean nullable = function.kind() == UserClass.Kind.AGGREGATE || result.nullable();
    for (int i = 0; i < arguments.size(); i++) {
      nullable |= overload.method().strictAt(i) && arguments.get(i).nullable();
    }
    return SqlTypes.toCalcite(result.withNullable(nullable), binding.getTypeFactory());
  }

  private static List<DataType> arguments(SqlOperatorBinding binding) {
    return binding.collectOperandTypes().stream().map(SqlTypes::fromCalcite).toList();
  }

  private static final class Scalar extends SqlFunction {
    private final transient JavaFunctionDef function;

    Scalar(JavaFunctionDef function) {
      super(
          function.name(),
          SqlKind.OTHER_FUNCTION,
          binding -> resultType(function, binding),
          null,
          new Checker(function),
          SqlFunctionCategory.USER_DEFINED_FUNCTION);
      this.function = function;
    }
  }

  private static final class Aggregate extends SqlAggFunction {
    private final transient JavaFunctionDef function;

    Aggregate(JavaFunctionDef function) {
      super(
          function.name(),
          new SqlIdentifier(function.name(), SqlParserPos.ZERO),
          SqlKind.OTHER_FUNCTION,
          binding -> resultType(function, binding),
          null,
          new Checker(function),
          SqlFunctionCategory.USER_DEFINED_FUNCTION,
          false,
          false,
          Optionality.FORBIDDEN);
      this.function = function;
    }
  }

  /** Accepts what fits one of the methods. */
  private static final class Checker implements SqlOperandTypeChecker {
    private final JavaFunctionDef function;

    Checker(JavaFunctionDef function) {
      this.function = function;
    }

    @Override
    public boolean checkOperandTypes(SqlCallBinding binding, boolean throwOnFailure) {
      boolean fits = function.resolve(arguments(binding)).isPresent();
      if (!fits && throwOnFailure) {
        throw binding.newValidationSignatureError();
      }
      return fits;
    }

    @Override
    public SqlOperandCountRange getOperandCountRange() {
      return SqlOperandCountRanges.any();
    }

    @Override
    public String getAllowedSignatures(SqlOperator operator, String name) {
      return function.signature();
    }
  }
}
