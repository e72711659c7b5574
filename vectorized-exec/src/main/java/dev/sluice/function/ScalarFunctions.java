package dev.sluice.function;

import dev.sluice.function.FunctionSpec.Kind;
import dev.sluice.function.FunctionSpec.Nulls;
import dev.sluice.function.FunctionSpec.Param;
import dev.sluice.function.FunctionSpec.Signature;
import dev.sluice.type.DataType;
import java.lang.reflect.Method;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The scalar functions that are Java methods, see {@link Sql}. Safe for use by any thread. */
public final class ScalarFunctions {
  private static final Map<String, List<Method>> METHODS = collect();

  private ScalarFunctions() {}

  private static Map<String, List<Method>> collect() {
    Map<String, List<Method>> map = new TreeMap<>();
    Stream.of(
            StringFunctions.class,
            RegexpFunctions.class,
            DigestFunctions.class,
            MathFunctions.class,
            TimeFunctions.class,
            JsonFunctions.class)
        .flatMap(c -> Stream.of(c.getDeclaredMethods()))
        .filter(m -> m.isAnnotationPresent(Sql.class))
        .sorted(Comparator.comparing(Method::toString))
        .forEach(
            m ->
                map.computeIfAbsent(m.getAnnotation(Sql.class).value()[0], k -> new ArrayList<>())
                    .add(m));
    return map;
  }

  /** The specs of all of them. */
  static List<FunctionSpec> specs() {
    List<FunctionSpec> specs = new ArrayList<>();
    METHODS.forEach(
        (name, methods) -> {
          Method main =
              methods.stream()
                  .filter(m -> !m.getAnnotation(Sql.class).doc().isEmpty())
                  .findFirst()
                  .orElseThrow(() -> new IllegalStateException("no doc of " + name));
          Sql sql = main.getAnnotation(Sql.class);
          Set<String> aliases = new LinkedHashSet<>(List.of(sql.value()));
          aliases.remove(name);
          Set<Signature> signatures = new LinkedHashSet<>();
          methods.forEach(m -> signatures.add(signature(m)));
          specs.add(
              new FunctionSpec(
                  name,
                  List.copyOf(aliases),
                  Kind.SCALAR,
                  List.copyOf(signatures),
                  methods.stream().anyMatch(ScalarFunctions::mayBeNull)
                      ? Nulls.NULLABLE
                      : Nulls.STRICT,
                  sql.deterministic(),
                  category(main),
                  sql.doc(),
                  sql.example()));
        });
    return specs;
  }

  private static String category(Method method) {
    String owner = method.getDeclaringClass().getSimpleName();
    return owner.substring(0, owner.indexOf("Functions")).toLowerCase(java.util.Locale.ROOT);
  }

  /** Whether the method may return null for NULL. */
  public static boolean mayBeNull(Method method) {
    return method.getAnnotation(Sql.class).nullable();
  }

  /** Whether a Java parameter is handed in rather than an argument. */
  public static boolean isInjected(Class<?> type) {
    return type == Buffer.class || type == EvalContext.class;
  }

  private static List<Param> params(Method method) {
    Sql sql = method.getAnnotation(Sql.class);
    if (sql.args().length > 0) {
      return List.of(sql.args());
    }
    List<Param> params = new ArrayList<>();
    for (Class<?> type : method.getParameterTypes()) {
      if (!isInjected(type)) {
        params.add(
            type == long.class
                ? Param.INTEGER
                : type == double.class || type == BigDecimal.class
                    ? Param.NUMERIC
                    : type == boolean.class ? Param.BOOLEAN : Param.STRING);
      }
    }
    return params;
  }

  private static Signature signature(Method method) {
    Sql sql = method.getAnnotation(Sql.class);
    Param[] params = params(method).toArray(new Param[0]);
    if (sql.result().equals("ARG0")) {
      return Signature.likeArgument(0, params);
    }
    return Signature.of(result(sql.result(), method.getReturnType()), params);
  }

  private static DataType result(String name, Class<?> type) {
    return switch (name) {
      case "INTEGER" -> DataType.of(DataType.Kind.INTEGER);
      case "BIGINT" -> DataType.of(DataType.Kind.BIGINT);
      case "DATE" -> DataType.of(DataType.Kind.DATE);
      case "TIME(0)" -> DataType.of(DataType.Kind.TIME, 0);
      case "TIMESTAMP(3)" -> DataType.timestamp(3);
      case "TIMESTAMP_LTZ(3)" -> DataType.of(DataType.Kind.TIMESTAMP_LTZ, 3);
      default ->
          type == long.class || type == Long.class
              ? DataType.of(DataType.Kind.BIGINT)
              : type == double.class
                  ? DataType.of(DataType.Kind.DOUBLE)
                  : type == boolean.class ? DataType.of(DataType.Kind.BOOLEAN) : DataType.string();
    };
  }

  /** The overload that takes arguments of these types best. */
  public static Optional<Method> find(String name, List<DataType> arguments) {
    String known = FunctionCatalog.find(name).map(FunctionSpec::name).orElse(name);
    Method best = null;
    int bestScore = -1;
    for (Method method : METHODS.getOrDefault(known, List.of())) {
      int score = score(method, arguments);
      if (score > bestScore) {
        bestScore = score;
        best = method;
      }
    }
    return Optional.ofNullable(best);
  }

  private static int score(Method method, List<DataType> arguments) {
    List<Class<?>> types =
        Stream.of(method.getParameterTypes()).filter(t -> !isInjected(t)).toList();
    if (types.size() != arguments.size()) {
      return -1;
    }
    int score = 0;
    for (int i = 0; i < types.size(); i++) {
      Class<?> type = types.get(i);
      DataType.Kind kind = arguments.get(i).kind();
      boolean text = kind == DataType.Kind.VARCHAR || kind == DataType.Kind.VARBINARY;
      boolean takesText = type == Text.class || type == String.class;
      if (kind == DataType.Kind.NULL) {
        continue;
      }
      if (text != takesText || (kind == DataType.Kind.BOOLEAN) != (type == boolean.class)) {
        return -1;
      }
      if (type == long.class) {
        score += kind.isApproximate() || kind == DataType.Kind.DECIMAL ? 0 : 2;
      } else if (type == double.class) {
        score += kind.isApproximate() ? 2 : 1;
      } else if (type == BigDecimal.class) {
        score += kind == DataType.Kind.DECIMAL ? 3 : kind.isApproximate() ? 0 : 1;
      }
    }
    return score;
  }
}
