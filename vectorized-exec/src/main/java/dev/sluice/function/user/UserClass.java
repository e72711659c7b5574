package dev.sluice.function.user;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.JavaFunction;
import dev.sluice.type.DataType;
import dev.sluice.udf.AggregateFunction;
import dev.sluice.udf.DataTypeHint;
import dev.sluice.udf.FunctionHint;
import dev.sluice.udf.TableFunction;
import dev.sluice.udf.UserDefinedFunction;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What a user's class offers. Immutable.
 *
 * @param methods those a query may call: {@code eval}, or of an aggregate {@code accumulate}
 */
public record UserClass(Class<?> type, Kind kind, List<UserMethod> methods) {
  /** What kind of function it is. */
  public enum Kind {
    SCALAR,
    AGGREGATE,
    TABLE
  }

  public UserClass {
    methods = List.copyOf(methods);
  }

  /**
   * Reads a class.
   *
   * @throws UserError if it is no function
   */
  public static UserClass of(Class<?> type) {
    if (!Modifier.isPublic(type.getModifiers())
        || Modifier.isAbstract(type.getModifiers())
        || type.getCanonicalName() == null) {
      throw refused(type, "is not public, or abstract, or local", "make it a public class");
    }
    if (Arrays.stream(type.getConstructors()).noneMatch(c -> c.getParameterCount() == 0)) {
      throw refused(
          type,
          "has no public constructor without parameters",
          type.isMemberClass() ? "give it one, and make it static" : "give it one");
    }
    Kind kind =
        TableFunction.class.isAssignableFrom(type)
            ? Kind.TABLE
            : find(type, "createAccumulator").isPresent()
                    || AggregateFunction.class.isAssignableFrom(type)
                ? Kind.AGGREGATE
                : Kind.SCALAR;
    String name = kind == Kind.AGGREGATE ? "accumulate" : "eval";
    int skipped = kind == Kind.AGGREGATE ? 1 : 0;
    List<UserMethod> methods =
        Arrays.stream(type.getMethods())
            .filter(m -> m.getName().equals(name) && !m.isBridge())
            .filter(m -> m.getParameterCount() >= skipped)
            .sorted(Comparator.comparing(UserMethod::descriptor))
            .map(m -> UserMethod.of(m, skipped))
            .toList();
    UserClass read = new UserClass(type, kind, methods);
    read.check(name);
    return read;
  }

  private void check(String name) {
    if (methods.isEmpty()) {
      throw refused(
          type,
          "has no public method '" + name + "'",
          kind == Kind.AGGREGATE
              ? "add public void accumulate(ACC accumulator, …)"
              : "add public methods eval, or createAccumulator, accumulate and getValue");
    }
    for (UserMethod method : methods) {
      for (UserMethod.Param param : method.params()) {
        Class<?> erased = JavaTypes.erase(param.java());
        if (param.type().isEmpty() && param.hint().isEmpty() && erased != Object.class) {
          throw refused(
              type,
              "takes a " + param.java().getTypeName() + " in '" + method.descriptor() + "'",
              "no SQL type goes with it; see docs/functions-udf.md for those that do");
        }
      }
    }
    if (kind == Kind.AGGREGATE && find(type, "getValue").isEmpty()) {
      throw refused(type, "has no public method 'getValue'", "add public T getValue(ACC a)");
    }
    if (kind == Kind.AGGREGATE) {
      Method create =
          find(type, "createAccumulator")
              .orElseThrow(
                  () ->
                      refused(
                          type,
                          "has no public method 'createAccumulator'",
                          "add public ACC createAccumulator()"));
      UserState.check(create.getGenericReturnType());
    }
    if (UserDefinedFunction.class.isAssignableFrom(type)
        && !((UserDefinedFunction) newInstance()).isDeterministic()) {
      throw refused(
          type,
          "says that it is not deterministic",
          "a call may be computed more or less often than a query shows it; give equal results for"
              + " equal arguments");
    }
  }

  private Object newInstance() {
    try {
      return type.getConstructor().newInstance();
    } catch (ReflectiveOperationException | LinkageError e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw refused(type, "cannot be made an instance of", String.valueOf(cause));
    }
  }

  private static UserError refused(Class<?> type, String why, String hint) {
    return UserError.of(
            ErrorCode.UNSUPPORTED, "class " + type.getName() + " is no function: it " + why)
        .withHint(hint);
  }

  /** The public method of that name, if there is one; of several the first. */
  public static Optional<Method> find(Class<?> type, String name) {
    return Arrays.stream(type.getMethods())
        .filter(m -> m.getName().equals(name) && !m.isBridge())
        .min(Comparator.comparing(UserMethod::descriptor));
  }

  /** Whether what {@code accumulate} added can be taken back. */
  public boolean retracts(UserMethod accumulate) {
    return UserAggregate.retraction(type, accumulate).isPresent();
  }

  /** Whether accumulators can be merged. */
  public boolean merges() {
    return find(type, "merge").isPresent();
  }

  /** The Java type of the result of {@code method}; of a table function that of a row. */
  public Type result(UserMethod method) {
    return switch (kind) {
      case SCALAR -> method.method().getGenericReturnType();
      case AGGREGATE -> find(type, "getValue").orElseThrow().getGenericReturnType();
      case TABLE -> rowType(type);
    };
  }

  private static Type rowType(Class<?> type) {
    Type up = type.getGenericSuperclass();
    return up instanceof ParameterizedType made && made.getRawType() == TableFunction.class
        ? made.getActualTypeArguments()[0]
        : JavaTypes.erase(up) == Object.class ? Object.class : rowType(JavaTypes.erase(up));
  }

  /** What hints say of the result of {@code method}. */
  public Optional<String> resultHint(UserMethod method) {
    Method declares =
        kind == Kind.AGGREGATE ? find(type, "getValue").orElseThrow() : method.method();
    return Optional.ofNullable(declares.getAnnotation(DataTypeHint.class))
        .or(
            () ->
                Optional.ofNullable(method.method().getAnnotation(FunctionHint.class))
                    .or(() -> Optional.ofNullable(type.getAnnotation(FunctionHint.class)))
                    .map(FunctionHint::output))
        .map(DataTypeHint::value);
  }

  /** The type of the result of {@code method} without hints. */
  public Optional<DataType> resultType(UserMethod method) {
    return JavaTypes.dataType(result(method));
  }

  /** The method that a function of a plan means. */
  public static UserMethod method(JavaFunction function) {
    UserClass read = of(UserCode.load(function.className(), function.jars()));
    return read.methods().stream()
        .filter(m -> m.descriptor().equals(function.method()))
        .findFirst()
        .orElseThrow(
            () ->
                UserError.of(
                        ErrorCode.UNKNOWN_FUNCTION,
                        "class " + function.className() + " has no method " + function.method())
                    .withHint("its jar is not the one that the query was planned with"));
  }
}
