package dev.sluice.function.user;

import dev.sluice.function.EvalError;
import dev.sluice.type.DataType;
import dev.sluice.udf.DataTypeHint;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A public method that a query may call, as seen by SQL: the parameters without an accumulator.
 *
 * @param method the method
 * @param params its parameters; of a variadic method the last is the type of one element
 * @param variadic whether the last parameter takes any number of arguments
 */
public record UserMethod(Method method, List<Param> params, boolean variadic) {
  /**
   * A parameter.
   *
   * @param type what it stands for; empty if any type may come
   */
  public record Param(Type java, Optional<DataType> type, Optional<String> hint) {
    /** Whether it takes NULL. */
    public boolean nullable() {
      return !JavaTypes.erase(java).isPrimitive();
    }
  }

  public UserMethod {
    params = List.copyOf(params);
  }

  static UserMethod of(Method method, int skipped) {
    List<Param> params = new ArrayList<>();
    Parameter[] declared = method.getParameters();
    for (int i = skipped; i < declared.length; i++) {
      Type java = declared[i].getParameterizedType();
      if (method.isVarArgs() && i == declared.length - 1) {
        java = JavaTypes.element(java).orElseThrow();
      }
      params.add(
          new Param(
              java,
              JavaTypes.dataType(java),
              Optional.ofNullable(declared[i].getAnnotation(DataTypeHint.class))
                  .map(DataTypeHint::value)));
    }
    return new UserMethod(method, params, method.isVarArgs());
  }

  /** Name and erased parameter types. */
  public String descriptor() {
    return descriptor(method);
  }

  static String descriptor(Method method) {
    return method.getName()
        + "("
        + String.join(
            ",", Arrays.stream(method.getParameterTypes()).map(Class::getCanonicalName).toList())
        + ")";
  }

  /** The parameter that argument {@code index} goes to. */
  public Param param(int index) {
    return params.get(Math.min(index, params.size() - 1));
  }

  /** Whether a NULL among arguments is never seen by the method: it gives NULL at once. */
  public boolean strictAt(int index) {
    return !param(index).nullable();
  }

  /**
   * What comes out of a call that failed: names the function, the row's arguments, and where in the
   * user's code it was.
   */
  public static RuntimeException failed(
      String function, Throwable failure, Object[] arguments, DataType[] types) {
    if (failure instanceof VirtualMachineError error && !(error instanceof StackOverflowError)) {
      throw error;
    }
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < arguments.length; i++) {
      texts.add(UserValues.text(arguments[i], types[i]));
    }
    StackTraceElement[] trace = failure.getStackTrace();
    String what = failure instanceof EvalError ? failure.getMessage() : failure.toString();
    return new EvalError(
        "function "
            + function
            + " failed for ("
            + String.join(", ", texts)
            + "): "
            + what
            + (trace.length == 0 ? "" : ", at " + trace[0]));
  }
}
