package dev.sluice.function;

import dev.sluice.type.DataType;
import java.util.List;
import java.util.Optional;

/**
 * What is known of a function: the one source of the planner's signatures, the manual, SHOW
 * FUNCTIONS and completion. A value; safe for use by any thread.
 *
 * @param name the SQL name in capitals, also its id in plans
 * @param aliases other names for the same thing
 * @param kind scalar or aggregate
 * @param signatures the accepted argument lists
 * @param nulls when the result is NULL
 * @param deterministic whether equal arguments give equal results
 * @param category heading in the manual: string, math, time, json, conditional, collection,
 *     aggregate
 * @param description one or two sentences
 * @param example a call and its result, for instance {@code SPLIT_INDEX('a/b', '/', 1) = 'b'}
 */
public record FunctionSpec(
    String name,
    List<String> aliases,
    Kind kind,
    List<Signature> signatures,
    Nulls nulls,
    boolean deterministic,
    String category,
    String description,
    String example) {
  /** Scalar or aggregate. */
  public enum Kind {
    SCALAR,
    AGGREGATE
  }

  /** When a result is NULL. */
  public enum Nulls {
    /** NULL exactly if an argument is NULL. */
    STRICT,
    /** May be NULL whatever the arguments. */
    NULLABLE,
    /** Never NULL. */
    NEVER
  }

  /** What an argument may be. */
  public enum Param {
    ANY,
    BOOLEAN,
    INTEGER,
    NUMERIC,
    STRING,
    BINARY,
    DATE,
    TIME,
    /** TIMESTAMP or TIMESTAMP_LTZ. */
    TIMESTAMP,
    INTERVAL,
    ARRAY,
    MAP,
    ROW
  }

  /**
   * One accepted argument list.
   *
   * @param params the parameters
   * @param optional how many of the last parameters may be left out
   * @param variadic whether the last parameter may be repeated
   * @param fixedResult the result type; or else
   * @param resultOfArgument the argument whose type is the result's, or one of the negative rules
   */
  public record Signature(
      List<Param> params,
      int optional,
      boolean variadic,
      Optional<DataType> fixedResult,
      int resultOfArgument) {
    /** The least restrictive type of all arguments. */
    public static final int LEAST_RESTRICTIVE = -1;

    /** The element type of argument 0. */
    public static final int ELEMENT = -2;

    /** An array of the keys, the values, or rows of the two, of the map that argument 0 is. */
    public static final int ARRAY_OF_KEYS = -3;

    public static final int ARRAY_OF_VALUES = -4;
    public static final int ARRAY_OF_ENTRIES = -5;

    /** A map from the elements of argument 0 to those of argument 1. */
    public static final int MAP_OF_ARRAYS = -6;

    /** Argument 0 with elements that may be argument 1, too. */
    public static final int ARRAY_WITH = -7;

    public Signature {
      params = List.copyOf(params);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Signature that
          && params.equals(that.params)
          && optional == that.optional
          && variadic == that.variadic
          && fixedResult.equals(that.fixedResult)
          && resultOfArgument == that.resultOfArgument;
    }

    @Override
    public int hashCode() {
      return 31 * params.size() + resultOfArgument;
    }

    public static Signature of(DataType result, Param... params) {
      return new Signature(List.of(params), 0, false, Optional.of(result), 0);
    }

    /** A signature whose result has the type of argument {@code argument} or by a rule. */
    public static Signature likeArgument(int argument, Param... params) {
      return new Signature(List.of(params), 0, false, Optional.empty(), argument);
    }

    public Signature withOptional(int count) {
      return new Signature(params, count, variadic, fixedResult, resultOfArgument);
    }

    public Signature asVariadic() {
      return new Signature(params, optional, true, fixedResult, resultOfArgument);
    }
  }

  public FunctionSpec {
    aliases = List.copyOf(aliases);
    signatures = List.copyOf(signatures);
  }
}
