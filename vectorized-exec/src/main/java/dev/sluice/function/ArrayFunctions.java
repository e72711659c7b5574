package dev.sluice.function;

import static dev.sluice.function.FunctionSpec.Param.ANY;
import static dev.sluice.function.FunctionSpec.Param.ARRAY;
import static dev.sluice.function.FunctionSpec.Param.BOOLEAN;
import static dev.sluice.function.FunctionSpec.Param.INTEGER;
import static dev.sluice.function.FunctionSpec.Param.STRING;

import dev.sluice.function.FunctionSpec.Signature;
import dev.sluice.function.ObjectFunctions.Definition;
import dev.sluice.type.DataType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/** Functions of arrays, named and meant as Flink's. Stateless. */
final class ArrayFunctions {
  private static final DataType INT = DataType.of(DataType.Kind.INTEGER);
  private static final Signature LIKE_FIRST = Signature.likeArgument(0, ARRAY);
  private static final Signature TWO =
      Signature.likeArgument(Signature.LEAST_RESTRICTIVE, ARRAY, ARRAY);
  private static final Signature WITH_ELEMENT =
      Signature.likeArgument(Signature.ARRAY_WITH, ARRAY, ANY);

  private ArrayFunctions() {}

  static List<Definition> all() {
    List<Definition> all = new ArrayList<>(changing());
    all.addAll(looking());
    return all;
  }

  private static List<Definition> changing() {
    return List.of(
        Definition.alike(
            "ARRAY_APPEND",
            WITH_ELEMENT,
            "The array with one more element at its end.",
            "CARDINALITY(ARRAY_APPEND(ARRAY[1, 2], 3)) = 3",
            a -> a[0] == null ? null : append((Object[]) a[0], a[1])),
        Definition.alike(
            "ARRAY_PREPEND",
            WITH_ELEMENT,
            "The array with one more element at its start.",
            "ARRAY_PREPEND(ARRAY[1, 2], 0)[1] = 0",
            a -> a[0] == null ? null : append(new Object[] {a[1]}, (Object[]) a[0])),
        Definition.alike(
            "ARRAY_CONCAT",
            Signature.likeArgument(Signature.LEAST_RESTRICTIVE, ARRAY).asVariadic(),
            "The arrays one after the other; NULL if one is.",
            "ARRAY_CONCAT(ARRAY[1], ARRAY[2, 3])[3] = 3",
            ArrayFunctions::concat),
        Definition.alike(
            "ARRAY_DISTINCT",
            LIKE_FIRST,
            "The array with each element once, where it came first.",
            "CARDINALITY(ARRAY_DISTINCT(ARRAY[1, 2, 1])) = 2",
            a -> a[0] == null ? null : distinct(Arrays.asList((Object[]) a[0]))),
        Definition.alike(
            "ARRAY_EXCEPT",
            TWO,
            "The elements of the first array that are not in the second, each once.",
            "ARRAY_EXCEPT(ARRAY[1, 2, 3], ARRAY[2])[2] = 3",
            a -> both(a, false)),
        Definition.alike(
            "ARRAY_INTERSECT",
            TWO,
            "The elements that are in both arrays, each once, in the order of the first.",
            "CARDINALITY(ARRAY_INTERSECT(ARRAY[1, 2, 3], ARRAY[3, 2])) = 2",
            a -> both(a, true)),
        Definition.alike(
            "ARRAY_UNION",
            TWO,
            "The elements of both arrays, each once.",
            "CARDINALITY(ARRAY_UNION(ARRAY[1, 2], ARRAY[2, 3])) = 3",
            a ->
                a[0] == null || a[1] == null
                    ? null
                    : distinct(Arrays.asList((Object[]) concat(a)))),
        Definition.alike(
            "ARRAY_REMOVE",
            Signature.likeArgument(0, ARRAY, ANY),
            "The array without the elements that equal a value, NULL included.",
            "CARDINALITY(ARRAY_REMOVE(ARRAY[1, 2, 1], 1)) = 1",
            a -> a[0] == null ? null : without((Object[]) a[0], a[1])),
        Definition.alike(
            "ARRAY_REVERSE",
            LIKE_FIRST,
            "The array backwards.",
            "ARRAY_REVERSE(ARRAY[1, 2])[1] = 2",
            a -> a[0] == null ? null : reversed((Object[]) a[0])),
        Definition.of(
            "ARRAY_SLICE",
            Signature.likeArgument(0, ARRAY, INTEGER, INTEGER).withOptional(1),
            "The elements from one position to another (both included, counted from 1, or from the"
                + " end if negative); to the end if only the first is given.",
            "ARRAY_SLICE(ARRAY[1, 2, 3, 4], 2, -2)[2] = 3",
            ArrayFunctions::slice),
        Definition.of(
            "ARRAY_SORT",
            Signature.likeArgument(0, ARRAY, BOOLEAN, BOOLEAN).withOptional(2),
            "The array in ascending order, or descending if the second argument is FALSE; NULLs"
                + " come first if ascending, else last, or as the third argument says.",
            "ARRAY_SORT(ARRAY[2, 3, 1], FALSE)[1] = 3",
            ArrayFunctions::sort));
  }

  private static List<Definition> looking() {
    return List.of(
        Definition.of(
            "ARRAY_JOIN",
            Signature.of(DataType.string(), ARRAY, STRING, STRING).withOptional(1),
            "The texts of an array with a delimiter between them; NULLs are left out, or"
                + " replaced by the third argument.",
            "ARRAY_JOIN(ARRAY['a', 'b'], '-') = 'a-b'",
            ArrayFunctions::join),
        Definition.of(
            "ARRAY_MAX",
            Signature.likeArgument(Signature.ELEMENT, ARRAY),
            "The greatest element, NULLs left out.",
            "ARRAY_MAX(ARRAY[1, 3, 2]) = 3",
            a -> a[0] == null ? null : extreme((Object[]) a[0], 1)),
        Definition.of(
            "ARRAY_MIN",
            Signature.likeArgument(Signature.ELEMENT, ARRAY),
            "The least element, NULLs left out.",
            "ARRAY_MIN(ARRAY[2, 1, 3]) = 1",
            a -> a[0] == null ? null : extreme((Object[]) a[0], -1)),
        Definition.alike(
            "ARRAY_POSITION",
            Signature.of(INT, ARRAY, ANY),
            "Where an element comes first, counted from 1; 0 if it is not there.",
            "ARRAY_POSITION(ARRAY['a', 'b'], 'b') = 2",
            a -> a[0] == null || a[1] == null ? null : (long) indexOf((Object[]) a[0], a[1]) + 1),
        Definition.of(
            "ELEMENT",
            Signature.likeArgument(Signature.ELEMENT, ARRAY),
            "The only element of an array, NULL if it is empty; an error if there are more.",
            "ELEMENT(ARRAY[7]) = 7",
            a -> a[0] == null ? null : only((Object[]) a[0])));
  }

  private static Object[] append(Object[] first, Object... more) {
    Object[] all = Arrays.copyOf(first, first.length + more.length);
    System.arraycopy(more, 0, all, first.length, more.length);
    return all;
  }

  private static Object[] append(Object[] array, Object element) {
    return append(array, new Object[] {element});
  }

  private static Object concat(Object[] arrays) {
    List<Object> all = new ArrayList<>();
    for (Object array : arrays) {
      if (array == null) {
        return null;
      }
      all.addAll(Arrays.asList((Object[]) array));
    }
    return all.toArray();
  }

  private static int indexOf(Object[] array, Object wanted) {
    for (int i = 0; i < array.length; i++) {
      if (NestedValues.same(array[i], wanted)) {
        return i;
      }
    }
    return -1;
  }

  private static Object[] distinct(List<Object> elements) {
    List<Object> kept = new ArrayList<>();
    for (Object element : elements) {
      if (kept.stream().noneMatch(k -> NestedValues.same(k, element))) {
        kept.add(element);
      }
    }
    return kept.toArray();
  }

  private static Object both(Object[] arguments, boolean inSecond) {
    if (arguments[0] == null || arguments[1] == null) {
      return null;
    }
    Object[] second = (Object[]) arguments[1];
    List<Object> kept = new ArrayList<>();
    for (Object element : (Object[]) arguments[0]) {
      if (indexOf(second, element) >= 0 == inSecond) {
        kept.add(element);
      }
    }
    return distinct(kept);
  }

  private static Object[] without(Object[] array, Object unwanted) {
    return Arrays.stream(array).filter(e -> !NestedValues.same(e, unwanted)).toArray();
  }

  private static Object[] reversed(Object[] array) {
    List<Object> elements = Arrays.asList(array.clone());
    Collections.reverse(elements);
    return elements.toArray();
  }

  private static Object slice(Object[] arguments) {
    if (Arrays.asList(arguments).contains(null)) {
      return null;
    }
    Object[] array = (Object[]) arguments[0];
    long start = (Long) arguments[1];
    long end = arguments.length > 2 ? (Long) arguments[2] : array.length;
    long from = Math.max(start < 0 ? array.length + start + 1 : start, start < 0 ? 0 : 1);
    long to = Math.min(end < 0 ? array.length + end + 1 : Math.max(end, 1), array.length);
    if (from < 1) {
      from = 1;
    }
    return from > to ? new Object[0] : Arrays.copyOfRange(array, (int) from - 1, (int) to);
  }

  private static Object sort(Object[] arguments) {
    if (Arrays.asList(arguments).contains(null)) {
      return null;
    }
    boolean ascending = arguments.length < 2 || (Boolean) arguments[1];
    boolean nullsFirst = arguments.length < 3 ? ascending : (Boolean) arguments[2];
    Comparator<Object> order = NestedValues::compare;
    Comparator<Object> directed = ascending ? order : order.reversed();
    Object[] sorted = ((Object[]) arguments[0]).clone();
    Arrays.sort(
        sorted, nullsFirst ? Comparator.nullsFirst(directed) : Comparator.nullsLast(directed));
    return sorted;
  }

  private static Object join(Object[] arguments) {
    if (Arrays.asList(arguments).contains(null)) {
      return null;
    }
    StringBuilder text = new StringBuilder();
    boolean first = true;
    for (Object element : (Object[]) arguments[0]) {
      Object shown = element == null && arguments.length > 2 ? arguments[2] : element;
      if (shown != null) {
        text.append(first ? "" : arguments[1]).append(shown);
        first = false;
      }
    }
    return Text.of(text.toString());
  }

  private static Object extreme(Object[] array, int sign) {
    Object best = null;
    for (Object element : array) {
      if (element != null && (best == null || NestedValues.compare(element, best) * sign > 0)) {
        best = element;
      }
    }
    return best;
  }

  private static Object only(Object[] array) {
    if (array.length > 1) {
      throw new EvalError("ELEMENT of an array of " + array.length + " elements");
    }
    return array.length == 0 ? null : array[0];
  }
}
