package dev.sluice.udf;

/**
 * One value from many rows. Besides these methods it has one or more {@code public void
 * accumulate(ACC, …)}; it may have {@code retract(ACC, …)}, without which it takes rows that only
 * ever get added, and {@code merge(ACC, Iterable<ACC>)}.
 *
 * <p>The accumulator is state: a class with a public constructor without parameters whose public
 * fields are all there is to it, or a number, a string or a collection of such.
 *
 * @param <T> the result
 * @param <ACC> the accumulator
 */
public abstract class AggregateFunction<T, ACC> extends UserDefinedFunction {
  /** An empty accumulator. */
  public abstract ACC createAccumulator();

  /** The result so far; null for NULL. */
  public abstract T getValue(ACC accumulator);
}
