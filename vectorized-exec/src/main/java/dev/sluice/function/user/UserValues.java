package dev.sluice.function.user;

import dev.sluice.function.EvalError;
import dev.sluice.function.Text;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Kind;
import dev.sluice.udf.Row;
import java.lang.reflect.Array;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.Period;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Values on their way between expressions and users' code. On Sluice's side they are objects:
 * Boolean, Long (integers and times), Double, BigDecimal, {@link Text}, and {@code Object[]} for
 * arrays, rows, and maps (keys and values in turn). Generated code calls these. Stateless.
 */
public final class UserValues {
  private static final long MICROS = 1_000_000;

  private UserValues() {}

  /** The value as a Java object of {@code target}; null stays null. */
  public static Object toJava(Object value, DataType type, Type target) {
    if (value == null) {
      return null;
    }
    return switch (type.kind()) {
      case TINYINT -> ((Long) value).byteValue();
      case SMALLINT -> ((Long) value).shortValue();
      case INTEGER -> ((Long) value).intValue();
      case FLOAT -> ((Double) value).floatValue();
      case VARCHAR -> value.toString();
      case VARBINARY -> bytes((Text) value);
      case DATE -> LocalDate.ofEpochDay((Long) value);
      case TIME -> LocalTime.ofNanoOfDay((Long) value * 1_000_000);
      case TIMESTAMP -> timestamp((Long) value);
      case TIMESTAMP_LTZ -> instant((Long) value);
      case INTERVAL_DAY ->
          Duration.ofSeconds(
              Math.floorDiv((Long) value, MICROS), Math.floorMod((Long) value, MICROS) * 1000);
      case INTERVAL_MONTH -> Period.ofMonths(Math.toIntExact((Long) value));
      case ARRAY -> array((Object[]) value, type.children().get(0).type(), target);
      case MAP -> map((Object[]) value, type, target);
      case ROW -> row((Object[]) value, type, target);
      default -> value;
    };
  }

  private static byte[] bytes(Text text) {
    return Arrays.copyOfRange(text.data(), text.offset(), text.offset() + text.length());
  }

  private static LocalDateTime timestamp(long micros) {
    return LocalDateTime.ofEpochSecond(
        Math.floorDiv(micros, MICROS), (int) Math.floorMod(micros, MICROS) * 1000, ZoneOffset.UTC);
  }

  private static Instant instant(long micros) {
    return Instant.ofEpochSecond(
        Math.floorDiv(micros, MICROS), Math.floorMod(micros, MICROS) * 1000);
  }

  private static Object array(Object[] values, DataType element, Type target) {
    Class<?> erased = JavaTypes.erase(target);
    Type elementTarget = JavaTypes.element(target).orElse(Object.class);
    if (erased.isArray()) {
      Object made = Array.newInstance(erased.getComponentType(), values.length);
      for (int i = 0; i < values.length; i++) {
        Object item = toJava(values[i], element, elementTarget);
        if (item == null && erased.getComponentType().isPrimitive()) {
          throw new EvalError("an array for " + erased.getSimpleName() + " has NULL in it");
        }
        Array.set(made, i, item);
      }
      return made;
    }
    boolean set = Set.class.isAssignableFrom(erased);
    Collection<Object> made = set ? new LinkedHashSet<>() : new ArrayList<>();
    for (Object value : values) {
      made.add(toJava(value, element, elementTarget));
    }
    return made;
  }

  private static Map<Object, Object> map(Object[] entries, DataType type, Type target) {
    Map<Object, Object> made = new LinkedHashMap<>();
    Type key = JavaTypes.argument(target, 0).orElse(Object.class);
    Type value = JavaTypes.argument(target, 1).orElse(Object.class);
    for (int i = 0; i < entries.length; i += 2) {
      made.put(
          toJava(entries[i], type.children().get(0).type(), key),
          toJava(entries[i + 1], type.children().get(1).type(), value));
    }
    return made;
  }

  private static Object row(Object[] fields, DataType type, Type target) {
    Class<?> erased = JavaTypes.erase(target);
    List<JavaTypes.Member> members = JavaTypes.members(erased);
    Object[] values = new Object[fields.length];
    for (int i = 0; i < values.length; i++) {
      Type wanted = i < members.size() ? members.get(i).type() : Object.class;
      values[i] = toJava(fields[i], type.children().get(i).type(), wanted);
    }
    return members.isEmpty() ? Row.of(values) : make(erased, members, values);
  }

  private static Object make(Class<?> type, List<JavaTypes.Member> members, Object[] values) {
    try {
      if (type.isRecord()) {
        Class<?>[] types =
            Arrays.stream(type.getRecordComponents())
                .map(RecordComponent::getType)
                .toArray(Class<?>[]::new);
        return type.getConstructor(types).newInstance(values);
      }
      Object made = type.getConstructor().newInstance();
      for (int i = 0; i < values.length; i++) {
        type.getField(members.get(i).name()).set(made, values[i]);
      }
      return made;
    } catch (ReflectiveOperationException | IllegalArgumentException e) {
      throw new EvalError("no " + type.getSimpleName() + " can be made of a row: " + e);
    }
  }

  /** A Java object as a value of {@code type}; null stays null. */
  public static Object fromJava(Object object, DataType type) {
    if (object == null) {
      return null;
    }
    try {
      return converted(object, type);
    } catch (ClassCastException e) {
      throw new EvalError("a " + object.getClass().getName() + " is no " + type.withNullable(true));
    }
  }

  private static Object converted(Object object, DataType type) {
    return switch (type.kind()) {
      case BOOLEAN -> (Boolean) object;
      case TINYINT, SMALLINT, INTEGER, BIGINT -> ((Number) object).longValue();
      case FLOAT, DOUBLE -> ((Number) object).doubleValue();
      case DECIMAL -> decimal((BigDecimal) object, type);
      case VARCHAR -> Text.of(object.toString());
      case VARBINARY -> Text.ofBytes((byte[]) object);
      case DATE -> ((LocalDate) object).toEpochDay();
      case TIME -> ((LocalTime) object).toNanoOfDay() / 1_000_000;
      case TIMESTAMP -> micros((LocalDateTime) object, type);
      case TIMESTAMP_LTZ -> micros((Instant) object, type);
      case INTERVAL_DAY -> ((Duration) object).toNanos() / 1000;
      case INTERVAL_MONTH -> ((Period) object).toTotalMonths();
      case ARRAY -> elements(object, type.children().get(0).type());
      case MAP -> entries((Map<?, ?>) object, type);
      case ROW -> fields(object, type);
      case NULL -> null;
    };
  }

  private static BigDecimal decimal(BigDecimal value, DataType type) {
    BigDecimal rounded = value.setScale(type.scale(), RoundingMode.HALF_UP);
    if (rounded.precision() > type.precision()) {
      throw new EvalError(value + " is too large for " + type.withNullable(true));
    }
    return rounded;
  }

  private static long micros(LocalDateTime time, DataType type) {
    return cut(time.toEpochSecond(ZoneOffset.UTC), time.getNano(), type);
  }

  private static long micros(Instant time, DataType type) {
    return cut(time.getEpochSecond(), time.getNano(), type);
  }

  private static long cut(long seconds, int nanos, DataType type) {
    long micros = Math.addExact(Math.multiplyExact(seconds, MICROS), nanos / 1000);
    long unit = Math.round(Math.pow(10, 6 - Math.min(6, Math.max(0, type.precision()))));
    return Math.floorDiv(micros, unit) * unit;
  }

  private static Object[] elements(Object object, DataType element) {
    if (object instanceof Collection<?> collection) {
      return collection.stream().map(e -> fromJava(e, element)).toArray();
    }
    Object[] made = new Object[Array.getLength(object)];
    for (int i = 0; i < made.length; i++) {
      made[i] = fromJava(Array.get(object, i), element);
    }
    return made;
  }

  private static Object[] entries(Map<?, ?> map, DataType type) {
    Object[] made = new Object[2 * map.size()];
    int at = 0;
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      if (entry.getKey() == null) {
        throw new EvalError("a map key is NULL");
      }
      made[at++] = fromJava(entry.getKey(), type.children().get(0).type());
      made[at++] = fromJava(entry.getValue(), type.children().get(1).type());
    }
    return made;
  }

  private static Object[] fields(Object object, DataType type) {
    int width = type.children().size();
    Object[] made = new Object[width];
    List<JavaTypes.Member> members = JavaTypes.members(object.getClass());
    int given = object instanceof Row row ? row.getArity() : members.size();
    if (given != width) {
      throw new EvalError("a row of " + given + " fields is no " + type.withNullable(true));
    }
    for (int i = 0; i < width; i++) {
      Object field =
          object instanceof Row row ? row.getField(i) : member(object, members.get(i).name());
      made[i] = fromJava(field, type.children().get(i).type());
    }
    return made;
  }

  private static Object member(Object object, String name) {
    try {
      Class<?> type = object.getClass();
      return type.isRecord()
          ? type.getMethod(name).invoke(object)
          : type.getField(name).get(object);
    } catch (ReflectiveOperationException e) {
      throw new EvalError(name + " of " + object.getClass().getName() + " cannot be read: " + e);
    }
  }

  /** An argument for a message. */
  static String text(Object value, DataType type) {
    Object object = toJava(value, type, Object.class);
    String text = object instanceof byte[] raw ? raw.length + " bytes" : String.valueOf(object);
    String cut = text.length() > 100 ? text.substring(0, 100) + "…" : text;
    return object == null ? "NULL" : type.kind() == Kind.VARCHAR ? "'" + cut + "'" : cut;
  }
}
