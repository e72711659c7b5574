package dev.sluice.function;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Declares a public static method to be a SQL function. Methods of one name are its overloads; the
 * first that has a {@link #doc} documents them all.
 *
 * <p>The Java parameter tells how an argument arrives: {@code long} (integers and times), {@code
 * double}, {@code BigDecimal}, {@code boolean}, {@code String} or {@link Text}; a {@link Buffer} or
 * an {@link dev.sluice.function.EvalContext} is handed in and is no argument. Arguments are never
 * NULL. A method that returns a boxed type or {@code nullable} may return null for NULL.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@interface Sql {
  /** The SQL name, then its aliases. */
  String[] value();

  /** Params of the signature; empty: derived from the Java types. */
  FunctionSpec.Param[] args() default {};

  /** The result: a type name, {@code ARG0} for the type of the first argument, or derived. */
  String result() default "";

  /** Whether null is a possible result though no argument is. */
  boolean nullable() default false;

  boolean deterministic() default true;

  String doc() default "";

  String example() default "";
}
