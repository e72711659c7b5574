package dev.sluice.function.user;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Accumulators as bytes, by their declared types: numbers, strings and times; arrays, collections
 * and maps; enums, records, and objects as all their fields that are neither static nor transient.
 * Classes that know more of themselves are refused when the function is created, not when a
 * snapshot is taken.
 */
final class UserState {
  private static final Set<Class<?>> TEXTS =
      Set.of(
          String.class,
          BigDecimal.class,
          BigInteger.class,
          LocalDate.class,
          LocalTime.class,
          LocalDateTime.class,
          Instant.class);
  private static final Set<Class<?>> NUMBERS =
      Set.of(
          Boolean.class,
          Byte.class,
          Short.class,
          Integer.class,
          Long.class,
          Float.class,
          Double.class,
          Character.class);

  private final Type type;

  UserState(Type type) {
    this.type = type;
  }

  /** Refuses a type whose values cannot be written. */
  static void check(Type type) {
    check(type, type, new HashSet<>());
  }

  private static void check(Type type, Type whole, Set<Type> seen) {
    Class<?> erased = JavaTypes.erase(type);
    if (!seen.add(type) || erased.isPrimitive() || erased.isEnum()) {
      return;
    }
    if (TEXTS.contains(erased) || NUMBERS.contains(erased)) {
      return;
    }
    boolean known = erased.isArray() || empty(erased).isPresent();
    if (known) {
      boolean map = Map.class.isAssignableFrom(erased);
      for (int i = 0; i < (map ? 2 : 1); i++) {
        Optional<Type> part =
            erased.isArray() ? JavaTypes.element(type) : JavaTypes.argument(type, i);
        check(part.orElseThrow(() -> refused(type, whole)), whole, seen);
      }
      return;
    }
    if (erased.isInterface()
        || Modifier.isAbstract(erased.getModifiers())
        || erased.getName().startsWith("java.")
        || !erased.isRecord() && constructor(erased).isEmpty()) {
      throw refused(type, whole);
    }
    for (Type part : parts(erased)) {
      check(part, whole, seen);
    }
  }

  private static UserError refused(Type type, Type whole) {
    return UserError.of(
            ErrorCode.UNSUPPORTED,
            "the accumulator "
                + whole.getTypeName()
                + " cannot be kept as state: it holds a "
                + type.getTypeName())
        .withHint(
            "use numbers, strings, times, List, Map and Set of such, and classes of such with a"
                + " constructor without parameters");
  }

  private static List<Type> parts(Class<?> type) {
    return type.isRecord()
        ? Arrays.stream(type.getRecordComponents()).map(RecordComponent::getGenericType).toList()
        : fields(type).stream().map(Field::getGenericType).toList();
  }

  private static List<Field> fields(Class<?> type) {
    List<Field> fields = new ArrayList<>();
    for (Class<?> c = type; c != null && c != Object.class; c = c.getSuperclass()) {
      Arrays.stream(c.getDeclaredFields())
          .filter(f -> !Modifier.isStatic(f.getModifiers()))
          .filter(f -> !Modifier.isTransient(f.getModifiers()))
          .sorted(Comparator.comparing(Field::getName))
          .forEach(fields::add);
    }
    fields.forEach(f -> f.setAccessible(true));
    return fields;
  }

  private static Optional<Constructor<?>> constructor(Class<?> type) {
    return Arrays.stream(type.getDeclaredConstructors())
        .filter(c -> c.getParameterCount() == 0)
        .findFirst();
  }

  /** An empty collection or map that may stand where {@code type} is declared. */
  private static Optional<Object> empty(Class<?> type) {
    if (type == Map.class || type == HashMap.class) {
      return Optional.of(new HashMap<>());
    }
    if (type == LinkedHashMap.class) {
      return Optional.of(new LinkedHashMap<>());
    }
    if (type == SortedMap.class || type == TreeMap.class) {
      return Optional.of(new TreeMap<>());
    }
    if (type == List.class || type == Collection.class || type == ArrayList.class) {
      return Optional.of(new ArrayList<>());
    }
    if (type == Set.class || type == HashSet.class) {
      return Optional.of(new HashSet<>());
    }
    if (type == LinkedHashSet.class) {
      return Optional.of(new LinkedHashSet<>());
    }
    if (type == SortedSet.class || type == TreeSet.class) {
      return Optional.of(new TreeSet<>());
    }
    if (type == Deque.class || type == ArrayDeque.class) {
      return Optional.of(new ArrayDeque<>());
    }
    return type == PriorityQueue.class ? Optional.of(new PriorityQueue<>()) : Optional.empty();
  }

  byte[] write(Object value) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      write(value, type, out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
    return bytes.toByteArray();
  }

  Object read(byte[] bytes, int from, int to) {
    try (DataInputStream in =
        new DataInputStream(new ByteArrayInputStream(bytes, from, to - from))) {
      return read(type, in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void write(Object value, Type type, DataOutputStream out)
      throws IOException, ReflectiveOperationException {
    Class<?> erased = JavaTypes.erase(type);
    if (!erased.isPrimitive()) {
      out.writeBoolean(value != null);
      if (value == null) {
        return;
      }
    }
    if (erased.isPrimitive() || NUMBERS.contains(erased)) {
      writeNumber(value, out);
    } else if (TEXTS.contains(erased)) {
      byte[] text = value.toString().getBytes(StandardCharsets.UTF_8);
      out.writeInt(text.length);
      out.write(text);
    } else if (erased.isEnum()) {
      out.writeInt(((Enum<?>) value).ordinal());
    } else if (erased.isArray()) {
      int length = Array.getLength(value);
      out.writeInt(length);
      for (int i = 0; i < length; i++) {
        write(Array.get(value, i), JavaTypes.element(type).orElseThrow(), out);
      }
    } else if (value instanceof Map<?, ?> map) {
      out.writeInt(map.size());
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        write(entry.getKey(), JavaTypes.argument(type, 0).orElseThrow(), out);
        write(entry.getValue(), JavaTypes.argument(type, 1).orElseThrow(), out);
      }
    } else if (value instanceof Collection<?> collection) {
      out.writeInt(collection.size());
      for (Object element : collection) {
        write(element, JavaTypes.argument(type, 0).orElseThrow(), out);
      }
    } else if (erased.isRecord()) {
      for (RecordComponent component : erased.getRecordComponents()) {
        component.getAccessor().setAccessible(true);
        write(component.getAccessor().invoke(value), component.getGenericType(), out);
      }
    } else {
      for (Field field : fields(erased)) {
        write(field.get(value), field.getGenericType(), out);
      }
    }
  }

  private static void writeNumber(Object value, DataOutputStream out) throws IOException {
    if (value instanceof Boolean truth) {
      out.writeLong(truth ? 1 : 0);
    } else if (value instanceof Character letter) {
      out.writeLong(letter);
    } else if (value instanceof Double || value instanceof Float) {
      out.writeDouble(((Number) value).doubleValue());
    } else {
      out.writeLong(((Number) value).longValue());
    }
  }

  private static Object read(Type type, DataInputStream in)
      throws IOException, ReflectiveOperationException {
    Class<?> erased = JavaTypes.erase(type);
    if (!erased.isPrimitive() && !in.readBoolean()) {
      return null;
    }
    if (erased.isPrimitive() || NUMBERS.contains(erased)) {
      return readNumber(
          erased.getSimpleName().substring(0, 3).toLowerCase(java.util.Locale.ROOT), in);
    }
    if (TEXTS.contains(erased)) {
      return readText(erased, new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8));
    }
    if (erased.isEnum()) {
      return erased.getEnumConstants()[in.readInt()];
    }
    if (erased.isArray()) {
      Object array = Array.newInstance(erased.getComponentType(), in.readInt());
      for (int i = 0; i < Array.getLength(array); i++) {
        Array.set(array, i, read(JavaTypes.element(type).orElseThrow(), in));
      }
      return array;
    }
    Optional<Object> container = empty(erased);
    return container.isPresent() ? readInto(container.get(), type, in) : readObject(erased, in);
  }

  private static Object readNumber(String kind, DataInputStream in) throws IOException {
    return switch (kind) {
      case "boo" -> in.readLong() != 0;
      case "byt" -> (byte) in.readLong();
      case "sho" -> (short) in.readLong();
      case "int" -> (int) in.readLong();
      case "lon" -> in.readLong();
      case "flo" -> (float) in.readDouble();
      case "dou" -> in.readDouble();
      default -> (char) in.readLong();
    };
  }

  private static Object readText(Class<?> type, String text) throws ReflectiveOperationException {
    if (type == String.class) {
      return text;
    }
    return type == BigDecimal.class || type == BigInteger.class
        ? type.getConstructor(String.class).newInstance(text)
        : type.getMethod("parse", CharSequence.class).invoke(null, text);
  }

  @SuppressWarnings("unchecked")
  private static Object readInto(Object container, Type type, DataInputStream in)
      throws IOException, ReflectiveOperationException {
    int size = in.readInt();
    for (int i = 0; i < size; i++) {
      Object first = read(JavaTypes.argument(type, 0).orElseThrow(), in);
      if (container instanceof Map<?, ?>) {
        Object second = read(JavaTypes.argument(type, 1).orElseThrow(), in);
        ((Map<Object, Object>) container).put(first, second);
      } else {
        ((Collection<Object>) container).add(first);
      }
    }
    return container;
  }

  private static Object readObject(Class<?> type, DataInputStream in)
      throws IOException, ReflectiveOperationException {
    if (type.isRecord()) {
      RecordComponent[] components = type.getRecordComponents();
      Object[] values = new Object[components.length];
      Class<?>[] types = new Class<?>[components.length];
      for (int i = 0; i < values.length; i++) {
        values[i] = read(components[i].getGenericType(), in);
        types[i] = components[i].getType();
      }
      Constructor<?> constructor = type.getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return constructor.newInstance(values);
    }
    Constructor<?> constructor = constructor(type).orElseThrow();
    constructor.setAccessible(true);
    Object made = constructor.newInstance();
    for (Field field : fields(type)) {
      field.set(made, read(field.getGenericType(), in));
    }
    return made;
  }
}
