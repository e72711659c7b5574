package dev.sluice.planner.catalog;

import dev.sluice.error.SourcePosition;
import dev.sluice.function.user.UserClass;
import dev.sluice.function.user.UserMethod;
import dev.sluice.plan.JavaFunction;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A function that a Java class computes.
 *
 * @param className the class's binary name
 * @param jars where the class is: as written until the class is read, then absolute
 * @param kind scalar, aggregate or table function
 * @param overloads its methods; none until the class is read
 * @param merges whether an aggregate's accumulators can be merged
 */
public record JavaFunctionDef(
    String name,
    String text,
    String className,
    List<String> jars,
    SourcePosition position,
    UserClass.Kind kind,
    List<Overload> overloads,
    boolean merges)
    implements FunctionDef {
  private static final List<Kind> NUMBERS =
      List.of(
          Kind.TINYINT,
          Kind.SMALLINT,
          Kind.INTEGER,
          Kind.BIGINT,
          Kind.DECIMAL,
          Kind.FLOAT,
          Kind.DOUBLE);
  private static final List<Kind> TIMES = List.of(Kind.DATE, Kind.TIMESTAMP, Kind.TIMESTAMP_LTZ);
  private static final int NONE = -1;
  private static final int ANY = 50;
  private static final int VARIADIC = 1000;

  /**
   * A method with its SQL types.
   *
   * @param params per parameter its type; empty if it takes any
   * @param hinted per parameter whether the type is exactly the one wanted
   * @param result of a table function the type of a row
   * @param retracts whether an aggregate can take back what this method added
   */
  public record Overload(
      UserMethod method,
      List<Optional<DataType>> params,
      List<Boolean> hinted,
      DataType result,
      boolean retracts) {
    public Overload {
      params = List.copyOf(params);
      hinted = List.copyOf(hinted);
    }

    /** What an argument of {@code given} is converted to before the call. */
    public DataType argument(int index, DataType given) {
      int place = Math.min(index, params.size() - 1);
      DataType wanted = params.get(place).orElse(given);
      boolean nullable = given.nullable() || given.kind() == Kind.NULL;
      if (!hinted.get(place) && wanted.kind() == Kind.DECIMAL) {
        wanted =
            given.kind() == Kind.DECIMAL
                ? given
                : given.kind().isInteger() ? DataType.decimal(19, 0) : wanted;
      }
      boolean same = !hinted.get(place) && sameKinds(wanted, given);
      return same ? given : wanted.withNullable(nullable);
    }

    private int cost(List<DataType> arguments) {
      int fixed = params.size() - (method.variadic() ? 1 : 0);
      if (method.variadic() ? arguments.size() < fixed : arguments.size() != fixed) {
        return NONE;
      }
      int sum = method.variadic() ? VARIADIC : 0;
      for (int i = 0; i < arguments.size(); i++) {
        int place = Math.min(i, params.size() - 1);
        DataType given = arguments.get(i);
        int one = params.get(place).map(p -> JavaFunctionDef.cost(p, given)).orElse(ANY);
        if (one == NONE) {
          return NONE;
        }
        // Of int and Integer the one that fits whether NULL may come.
        boolean fits = method.param(i).nullable() == given.nullable();
        sum += 2 * one + (fits ? 0 : 1);
      }
      return sum;
    }

    String text(String name) {
      List<String> texts = new ArrayList<>();
      params.forEach(p -> texts.add(p.map(t -> t.withNullable(true).sql()).orElse("any type")));
      return name
          + "("
          + String.join(", ", texts)
          + (method.variadic() ? "…" : "")
          + ") RETURNS "
          + result.withNullable(true).sql();
    }
  }

  public JavaFunctionDef {
    jars = List.copyOf(jars);
    overloads = List.copyOf(overloads);
  }

  @Override
  public String signature() {
    return String.join("\n", overloads.stream().map(o -> o.text(name)).toList());
  }

  /** The method for arguments of those types; empty if none fits, or several equally well. */
  public Optional<Overload> resolve(List<DataType> arguments) {
    Optional<Overload> best = Optional.empty();
    int least = Integer.MAX_VALUE;
    for (Overload overload : overloads) {
      int cost = overload.cost(arguments);
      if (cost != NONE && cost < least) {
        best = Optional.of(overload);
        least = cost;
      } else if (cost == least) {
        best = Optional.empty();
      }
    }
    return best;
  }

  /** How a plan names {@code overload}. */
  public JavaFunction function(Overload overload) {
    return new JavaFunction(name, className, overload.method().descriptor(), jars);
  }

  private static boolean sameKinds(DataType a, DataType b) {
    if (a.kind() != b.kind() || a.children().size() != b.children().size()) {
      return false;
    }
    for (int i = 0; i < a.children().size(); i++) {
      if (!sameKinds(a.children().get(i).type(), b.children().get(i).type())) {
        return false;
      }
    }
    return true;
  }

  /** How far {@code given} is from {@code wanted}; {@link #NONE} if it does not do. */
  private static int cost(DataType wanted, DataType given) {
    if (given.kind() == Kind.NULL) {
      return 0;
    }
    if (wanted.kind().isNested() && wanted.kind() == given.kind()) {
      return nested(wanted, given);
    }
    if (wanted.kind() == given.kind()) {
      return 0;
    }
    for (List<Kind> ladder : List.of(NUMBERS, TIMES)) {
      int up = ladder.indexOf(wanted.kind()) - ladder.indexOf(given.kind());
      if (ladder.contains(wanted.kind()) && ladder.contains(given.kind()) && up > 0) {
        return up;
      }
    }
    return wanted.kind() == Kind.TIMESTAMP && given.kind() == Kind.TIMESTAMP_LTZ
        ? TIMES.size()
        : NONE;
  }

  private static int nested(DataType wanted, DataType given) {
    if (wanted.children().size() != given.children().size()) {
      return NONE;
    }
    int sum = 0;
    for (int i = 0; i < wanted.children().size(); i++) {
      int one = cost(wanted.children().get(i).type(), given.children().get(i).type());
      if (one == NONE) {
        return NONE;
      }
      sum += one;
    }
    return sum;
  }
}
