package dev.sluice.function.user;

import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.udf.Row;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.Period;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which SQL type a Java type stands for.
 *
 * <pre>
 * boolean, byte, short, int, long, float, double and their boxes   BOOLEAN … DOUBLE
 * BigDecimal                DECIMAL(38, 18)       String           STRING
 * byte[]                    BYTES                 LocalDate        DATE
 * LocalTime                 TIME(3)               LocalDateTime    TIMESTAMP(6)
 * Instant                   TIMESTAMP_LTZ(6)      Duration         INTERVAL DAY TO SECOND
 * Period                    INTERVAL YEAR TO MONTH
 * T[], List, Collection     ARRAY                 Map              MAP
 * a record, or a class with public fields          ROW
 * </pre>
 */
public final class JavaTypes {
  private static final Map<Class<?>, DataType> PLAIN =
      Map.ofEntries(
          Map.entry(boolean.class, DataType.of(Kind.BOOLEAN).notNull()),
          Map.entry(Boolean.class, DataType.of(Kind.BOOLEAN)),
          Map.entry(byte.class, DataType.of(Kind.TINYINT).notNull()),
          Map.entry(Byte.class, DataType.of(Kind.TINYINT)),
          Map.entry(short.class, DataType.of(Kind.SMALLINT).notNull()),
          Map.entry(Short.class, DataType.of(Kind.SMALLINT)),
          Map.entry(int.class, DataType.of(Kind.INTEGER).notNull()),
          Map.entry(Integer.class, DataType.of(Kind.INTEGER)),
          Map.entry(long.class, DataType.of(Kind.BIGINT).notNull()),
          Map.entry(Long.class, DataType.of(Kind.BIGINT)),
          Map.entry(float.class, DataType.of(Kind.FLOAT).notNull()),
          Map.entry(Float.class, DataType.of(Kind.FLOAT)),
          Map.entry(double.class, DataType.of(Kind.DOUBLE).notNull()),
          Map.entry(Double.class, DataType.of(Kind.DOUBLE)),
          Map.entry(BigDecimal.class, DataType.decimal(38, 18)),
          Map.entry(String.class, DataType.string()),
          Map.entry(byte[].class, DataType.of(Kind.VARBINARY, Integer.MAX_VALUE)),
          Map.entry(LocalDate.class, DataType.of(Kind.DATE)),
          Map.entry(LocalTime.class, DataType.of(Kind.TIME, 3)),
          Map.entry(LocalDateTime.class, DataType.timestamp(6)),
          Map.entry(Instant.class, DataType.of(Kind.TIMESTAMP_LTZ, 6)),
          Map.entry(Duration.class, DataType.of(Kind.INTERVAL_DAY)),
          Map.entry(Period.class, DataType.of(Kind.INTERVAL_MONTH)));

  private JavaTypes() {}

  /** The SQL type; empty if there is none, or the Java type says too little. */
  public static Optional<DataType> dataType(Type type) {
    return dataType(type, 0);
  }

  private static Optional<DataType> dataType(Type type, int depth) {
    if (depth > 10) {
      return Optional.empty(); // a class that holds itself
    }
    Class<?> erased = erase(type);
    if (PLAIN.containsKey(erased)) {
      return Optional.of(PLAIN.get(erased));
    }
    if (isList(erased)) {
      return element(type).flatMap(e -> dataType(e, depth + 1)).map(DataType::array);
    }
    if (Map.class.isAssignableFrom(erased)) {
      Optional<DataType> key = argument(type, 0).flatMap(t -> dataType(t, depth + 1));
      Optional<DataType> value = argument(type, 1).flatMap(t -> dataType(t, depth + 1));
      return key.isPresent() && value.isPresent()
          ? Optional.of(DataType.map(key.get(), value.get()))
          : Optional.empty();
    }
    List<Member> members = members(erased);
    List<Field> fields = new ArrayList<>();
    for (Member member : members) {
      Optional<DataType> field = dataType(member.type(), depth + 1);
      if (field.isEmpty()) {
        return Optional.empty();
      }
      fields.add(new Field(member.name(), field.get()));
    }
    return fields.isEmpty() ? Optional.empty() : Optional.of(DataType.row(fields));
  }

  static boolean isList(Class<?> type) {
    return type.isArray() || Collection.class.isAssignableFrom(type);
  }

  /** The type of the elements of an array or collection. */
  static Optional<Type> element(Type type) {
    if (type instanceof GenericArrayType array) {
      return Optional.of(array.getGenericComponentType());
    }
    Class<?> erased = erase(type);
    return erased.isArray() ? Optional.of(erased.getComponentType()) : argument(type, 0);
  }

  static Optional<Type> argument(Type type, int index) {
    return type instanceof ParameterizedType parameterized
            && parameterized.getActualTypeArguments().length > index
        ? Optional.of(parameterized.getActualTypeArguments()[index])
        : Optional.empty();
  }

  /** A part of a record or of a class with public fields. */
  record Member(String name, Type type) {}

  /** The parts of a record or of a class with public fields; none of other classes. */
  static List<Member> members(Class<?> type) {
    List<Member> members = new ArrayList<>();
    if (type.isRecord()) {
      for (RecordComponent component : type.getRecordComponents()) {
        members.add(new Member(component.getName(), component.getGenericType()));
      }
      return members;
    }
    boolean plain =
        type.isPrimitive()
            || type.isInterface()
            || type.isEnum()
            || type == Row.class
            || type.getName().startsWith("java.");
    if (!plain) {
      for (java.lang.reflect.Field field : type.getFields()) {
        if (!Modifier.isStatic(field.getModifiers())) {
          members.add(new Member(field.getName(), field.getGenericType()));
        }
      }
    }
    return members;
  }

  /** The class behind a type. */
  public static Class<?> erase(Type type) {
    if (type instanceof Class<?> plain) {
      return plain;
    }
    if (type instanceof ParameterizedType parameterized) {
      return erase(parameterized.getRawType());
    }
    if (type instanceof GenericArrayType array) {
      return erase(array.getGenericComponentType()).arrayType();
    }
    if (type instanceof TypeVariable<?> variable) {
      return erase(variable.getBounds()[0]);
    }
    return erase(((WildcardType) type).getUpperBounds()[0]);
  }
}
