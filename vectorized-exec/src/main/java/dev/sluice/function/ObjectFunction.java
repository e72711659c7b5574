package dev.sluice.function;

/**
 * A function over values as objects, bound to the types of a call: Boolean, Long, Double,
 * BigDecimal, {@link Text}, {@code Object[]} of an array's elements, a row's fields or a map's keys
 * and values in turn, or null for NULL. Stateless; called by compiled programs on any thread.
 */
@FunctionalInterface
public interface ObjectFunction {
  /** The result; arguments are left alone. */
  Object apply(Object[] arguments);
}
