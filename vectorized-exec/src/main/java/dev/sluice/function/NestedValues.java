package dev.sluice.function;

import java.math.BigDecimal;
import java.util.Arrays;

/** Equality and order of values as objects, see {@link ObjectFunction}. Stateless. */
public final class NestedValues {
  private NestedValues() {}

  /** Equality; NULLs equal each other. Of maps the entries stand in the same order. */
  public static boolean same(Object a, Object b) {
    if (a == null || b == null) {
      return a == b;
    }
    if (a instanceof Text text) {
      return text.same((Text) b);
    }
    if (a instanceof BigDecimal number) {
      return number.compareTo((BigDecimal) b) == 0;
    }
    if (a instanceof Double number) {
      return number + 0.0 == (Double) b + 0.0 || number.isNaN() && ((Double) b).isNaN();
    }
    if (!(a instanceof Object[] elements)) {
      return a.equals(b);
    }
    Object[] others = (Object[]) b;
    if (elements.length != others.length) {
      return false;
    }
    for (int i = 0; i < elements.length; i++) {
      if (!same(elements[i], others[i])) {
        return false;
      }
    }
    return true;
  }

  /** Order of two values that are not null; NaN is the greatest number. */
  static int compare(Object a, Object b) {
    if (a instanceof Text text) {
      return text.compare((Text) b);
    }
    if (a instanceof Long number) {
      return Long.compare(number, (Long) b);
    }
    if (a instanceof Double number) {
      return Double.compare(number + 0.0, (Double) b + 0.0);
    }
    if (a instanceof BigDecimal number) {
      return number.compareTo((BigDecimal) b);
    }
    if (a instanceof Boolean truth) {
      return Boolean.compare(truth, (Boolean) b);
    }
    throw new EvalError("arrays, maps and rows have no order");
  }

  /** A map of keys and values in turn; of equal keys the last value counts. */
  public static Object[] map(Object[] entries) {
    int size = 0;
    for (int i = 0; i < entries.length; i += 2) {
      if (entries[i] == null) {
        throw new EvalError("a map key is NULL");
      }
      int at = 0;
      while (at < size && !same(entries[at], entries[i])) {
        at += 2;
      }
      entries[at] = entries[i];
      entries[at + 1] = entries[i + 1];
      size = Math.max(size, at + 2);
    }
    return size == entries.length ? entries : Arrays.copyOf(entries, size);
  }
}
