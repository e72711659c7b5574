package dev.sluice.udf;

import java.util.Arrays;

/** A row by position. Its types come from a {@link DataTypeHint} or {@link FunctionHint}. */
public final class Row {
  private final Object[] fields;

  private Row(Object[] fields) {
    this.fields = fields;
  }

  /** A row of those values; null for NULL. */
  public static Row of(Object... values) {
    return new Row(values.clone());
  }

  /** The value of field {@code index}, counted from 0. */
  public Object getField(int index) {
    return fields[index];
  }

  /** Sets field {@code index}, counted from 0. */
  public void setField(int index, Object value) {
    fields[index] = value;
  }

  /** How many fields it has. */
  public int getArity() {
    return fields.length;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Row row && Arrays.deepEquals(fields, row.fields);
  }

  @Override
  public int hashCode() {
    return Arrays.deepHashCode(fields);
  }

  @Override
  public String toString() {
    return Arrays.deepToString(fields);
  }
}
