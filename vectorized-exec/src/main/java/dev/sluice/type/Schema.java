package dev.sluice.type;

import dev.sluice.type.DataType.Field;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;

/**
 * The ordered columns of a relation. A value. Names keep their case; {@link #indexOf} ignores it,
 * an exact match winning over an inexact one.
 */
public record Schema(List<Field> fields) {
  public Schema {
    fields = List.copyOf(fields);
  }

  @Override
  public boolean equals(Object other) {
    return this == other || other instanceof Schema schema && fields.equals(schema.fields);
  }

  @Override
  public int hashCode() {
    return fields.hashCode();
  }

  public static Schema of(Field... fields) {
    return new Schema(List.of(fields));
  }

  public int size() {
    return fields.size();
  }

  public Field field(int index) {
    return fields.get(index);
  }

  public DataType type(int index) {
    return fields.get(index).type();
  }

  public List<String> names() {
    return fields.stream().map(Field::name).toList();
  }

  public OptionalInt indexOf(String name) {
    for (int i = 0; i < fields.size(); i++) {
      if (fields.get(i).name().equals(name)) {
        return OptionalInt.of(i);
      }
    }
    String wanted = name.toLowerCase(Locale.ROOT);
    for (int i = 0; i < fields.size(); i++) {
      if (fields.get(i).name().toLowerCase(Locale.ROOT).equals(wanted)) {
        return OptionalInt.of(i);
      }
    }
    return OptionalInt.empty();
  }

  /** The schema of the columns at {@code indices}, in that order. */
  public Schema project(List<Integer> indices) {
    return new Schema(indices.stream().map(fields::get).toList());
  }

  /** This schema followed by {@code more}. */
  public Schema append(Field... more) {
    java.util.ArrayList<Field> all = new java.util.ArrayList<>(fields);
    all.addAll(List.of(more));
    return new Schema(all);
  }
}
