package dev.sluice.function;

import dev.sluice.function.FunctionSpec.Kind;
import dev.sluice.function.FunctionSpec.Nulls;
import dev.sluice.function.FunctionSpec.Signature;
import dev.sluice.type.DataType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Functions over values as objects: those that take or make arrays and maps, or take any type.
 * Constants; safe for use by any thread.
 */
public final class ObjectFunctions {
  private static final Map<String, Definition> ALL = index();

  private ObjectFunctions() {}

  /** Makes a function for the types of a call. */
  @FunctionalInterface
  interface Binding {
    ObjectFunction bind(List<DataType> arguments, DataType result);
  }

  /**
   * One function.
   *
   * @param alike whether array and element arguments are brought to one type first: that of the
   *     result if it is an array, else of the first argument
   */
  record Definition(FunctionSpec spec, boolean alike, Binding binding) {
    static Definition of(
        String name, Signature signature, String doc, String example, ObjectFunction function) {
      return new Definition(
          spec(name, "collection", List.of(signature), doc, example),
          false,
          (types, result) -> function);
    }

    static Definition alike(
        String name, Signature signature, String doc, String example, ObjectFunction function) {
      return new Definition(
          spec(name, "collection", List.of(signature), doc, example),
          true,
          (types, result) -> function);
    }

    static FunctionSpec spec(
        String name, String category, List<Signature> signatures, String doc, String example) {
      return new FunctionSpec(
          name, List.of(), Kind.SCALAR, signatures, Nulls.NULLABLE, true, category, doc, example);
    }
  }

  private static Map<String, Definition> index() {
    Map<String, Definition> all = new TreeMap<>();
    Stream.of(
            ArrayFunctions.all(),
            MapFunctions.all(),
            AnyFunctions.all(),
            JsonMaking.all(),
            Percentiles.all())
        .flatMap(List::stream)
        .forEach(definition -> all.put(definition.spec().name(), definition));
    return all;
  }

  /** The specs of those that users call: names of others begin with a dollar sign. */
  static List<FunctionSpec> specs() {
    return ALL.values().stream()
        .map(Definition::spec)
        .filter(spec -> !spec.name().startsWith("$"))
        .toList();
  }

  /** Whether there is one of that name. */
  public static boolean has(String name) {
    return ALL.containsKey(name);
  }

  /** The function for a call's types; arguments must come in those that {@link #alike} says. */
  public static Optional<ObjectFunction> find(
      String name, List<DataType> arguments, DataType result) {
    return Optional.ofNullable(ALL.get(name)).map(d -> d.binding().bind(arguments, result));
  }

  /** The type that argument {@code index} is brought to before the call, if not its own. */
  public static Optional<DataType> alike(
      String name, List<DataType> arguments, int index, DataType result) {
    if (!ALL.get(name).alike()) {
      return Optional.empty();
    }
    DataType collection =
        result.kind() == DataType.Kind.ARRAY || isMap(result) ? result : arguments.get(0);
    DataType own = arguments.get(index);
    if (own.kind() == DataType.Kind.NULL || collection.children().isEmpty()) {
      return Optional.empty();
    }
    boolean whole = own.kind() == collection.kind() && !takesElement(name, index);
    return Optional.of(whole ? collection : collection.children().get(0).type());
  }

  private static boolean isMap(DataType type) {
    return type.kind() == DataType.Kind.MAP;
  }

  /** Whether a second argument is an element even if it is an array itself. */
  private static boolean takesElement(String name, int index) {
    FunctionSpec.Signature signature = ALL.get(name).spec().signatures().get(0);
    int place = Math.min(index, signature.params().size() - 1);
    return signature.params().get(place) == FunctionSpec.Param.ANY;
  }
}
