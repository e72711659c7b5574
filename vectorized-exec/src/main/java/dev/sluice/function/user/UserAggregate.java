package dev.sluice.function.user;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.JavaFunction;
import dev.sluice.type.DataType;
import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * An instance of a user's aggregate, over accumulators that the caller keeps. Values are as in
 * {@link UserValues}. Single-threaded.
 */
public final class UserAggregate {
  private final String name;
  private final UserMethod accumulate;
  private final Object instance;
  private final Method create;
  private final Method value;
  private final Optional<Method> retract;
  private final Optional<Method> merge;
  private final UserState state;
  private final DataType[] arguments;
  private final DataType result;

  /** The aggregate that a plan names, over arguments of those types. */
  public UserAggregate(JavaFunction function, DataType[] arguments, DataType result) {
    name = function.name();
    accumulate = UserClass.method(function);
    Class<?> type = UserCode.load(function.className(), function.jars());
    instance = UserCode.instance(type);
    create = UserClass.find(type, "createAccumulator").orElseThrow();
    value = UserClass.find(type, "getValue").orElseThrow();
    retract = retraction(type, accumulate);
    merge = UserClass.find(type, "merge");
    state = new UserState(create.getGenericReturnType());
    this.arguments = arguments.clone();
    this.result = result;
  }

  /** The method that takes back what {@code accumulate} added. */
  static Optional<Method> retraction(Class<?> type, UserMethod accumulate) {
    return Arrays.stream(type.getMethods())
        .filter(m -> m.getName().equals("retract") && !m.isBridge())
        .filter(m -> Arrays.equals(m.getParameterTypes(), accumulate.method().getParameterTypes()))
        .findFirst();
  }

  public boolean retractable() {
    return retract.isPresent();
  }

  /** An empty accumulator. */
  public Object create() {
    return call(create, List.of());
  }

  /** Adds a row, or takes it back. */
  public void add(Object accumulator, Object[] values, boolean back) {
    for (int i = 0; i < values.length; i++) {
      if (values[i] == null && accumulate.strictAt(i)) {
        return;
      }
    }
    Method method = back ? retract.orElseThrow() : accumulate.method();
    try {
      List<Object> java = new ArrayList<>();
      java.add(accumulator);
      arguments(values, java);
      method.invoke(instance, java.toArray());
    } catch (InvocationTargetException e) {
      throw failed(e.getCause(), values, arguments);
    } catch (ReflectiveOperationException | RuntimeException e) {
      throw failed(e, values, arguments);
    }
  }

  private void arguments(Object[] values, List<Object> java) {
    int fixed = accumulate.params().size() - (accumulate.variadic() ? 1 : 0);
    for (int i = 0; i < fixed; i++) {
      java.add(UserValues.toJava(values[i], arguments[i], accumulate.param(i).java()));
    }
    if (accumulate.variadic()) {
      UserMethod.Param param = accumulate.param(fixed);
      Object rest = Array.newInstance(JavaTypes.erase(param.java()), values.length - fixed);
      for (int i = fixed; i < values.length; i++) {
        Array.set(rest, i - fixed, UserValues.toJava(values[i], arguments[i], param.java()));
      }
      java.add(rest);
    }
  }

  /** Adds what {@code other} holds to {@code accumulator}; {@code other} stays as it is. */
  public void merge(Object accumulator, Object other) {
    Method method =
        merge.orElseThrow(
            () -> new IllegalStateException("an aggregate without merge() is asked to merge"));
    call(method, List.of(accumulator, List.of(other)));
  }

  /** The result. */
  public Object value(Object accumulator) {
    try {
      return UserValues.fromJava(call(value, List.of(accumulator)), result);
    } catch (dev.sluice.function.EvalError e) {
      throw failed(e, new Object[0], new DataType[0]);
    }
  }

  /** The accumulator as bytes. */
  public byte[] bytes(Object accumulator) {
    return state.write(accumulator);
  }

  /** What {@link #bytes} wrote. */
  public Object read(byte[] bytes, int from, int to) {
    return state.read(bytes, from, to);
  }

  private Object call(Method method, List<Object> parameters) {
    try {
      return method.invoke(instance, parameters.toArray());
    } catch (InvocationTargetException e) {
      throw failed(e.getCause(), new Object[0], new DataType[0]);
    } catch (ReflectiveOperationException | RuntimeException e) {
      throw failed(e, new Object[0], new DataType[0]);
    }
  }

  private UserError failed(Throwable failure, Object[] values, DataType[] types) {
    RuntimeException told = UserMethod.failed(name, failure, values, types);
    return UserError.of(ErrorCode.EXPRESSION, String.valueOf(told.getMessage())).causedBy(failure);
  }
}
