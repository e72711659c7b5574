package dev.sluice.expr;

import dev.sluice.batch.ByteArena;
import dev.sluice.batch.Cells;
import dev.sluice.function.NestedValues;
import dev.sluice.function.Text;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Kind;
import java.math.BigDecimal;
import java.util.Arrays;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;

/**
 * Arrays, maps and rows that an expression makes, as Java objects; generated code calls these. An
 * array is an {@code Object[]} of its elements, a row of its fields, a map of its keys and values
 * in turn. Elements are Boolean, Long, Double, BigDecimal, {@link Text} (never changed again),
 * {@code Object[]}, or null. Stateless.
 */
public final class Nested {
  private static final Object[] NONE = new Object[0];

  private Nested() {}

  /** A map of keys and values in turn; of equal keys the last value counts. */
  public static Object[] map(Object[] entries) {
    return NestedValues.map(entries);
  }

  /** A copy that outlives the row. */
  public static Text keep(Text text) {
    return Text.ofBytes(
        Arrays.copyOfRange(text.data(), text.offset(), text.offset() + text.length()));
  }

  /** Element {@code index}, counted from 1; null if there is none. */
  public static Object element(Object array, long index) {
    Object[] elements = (Object[]) array;
    return index >= 1 && index <= elements.length ? elements[(int) index - 1] : null;
  }

  /** The value of a map's key; null if there is none. */
  public static Object value(Object map, Object key) {
    Object[] entries = (Object[]) map;
    for (int i = 0; i < entries.length; i += 2) {
      if (same(entries[i], key)) {
        return entries[i + 1];
      }
    }
    return null;
  }

  /** Whether an element is equal to {@code wanted}; NULL is found, too. */
  public static boolean contains(Object array, Object wanted) {
    for (Object element : (Object[]) array) {
      if (same(element, wanted)) {
        return true;
      }
    }
    return false;
  }

  /** Equality; NULLs inside equal each other, entries of maps may come in any order. */
  public static boolean same(Object a, Object b, boolean map) {
    return map ? sameEntries((Object[]) a, (Object[]) b) : same(a, b);
  }

  private static boolean sameEntries(Object[] a, Object[] b) {
    if (a.length != b.length) {
      return false;
    }
    for (int i = 0; i < a.length; i += 2) {
      boolean found = false;
      for (int j = 0; j < b.length && !found; j += 2) {
        found = same(a[i], b[j]) && same(a[i + 1], b[j + 1]);
      }
      if (!found) {
        return false;
      }
    }
    return true;
  }

  private static boolean same(Object a, Object b) {
    return NestedValues.same(a, b);
  }

  /** The value at a position of a vector, null if it is NULL. */
  public static Object read(FieldVector vector, DataType type, int position) {
    if (type.kind() == Kind.NULL || vector.isNull(position)) {
      return null;
    }
    return switch (type.kind()) {
      case BOOLEAN -> Cells.word(vector, type, position) != 0;
      case FLOAT, DOUBLE -> Cells.toDouble(Cells.word(vector, type, position));
      case DECIMAL ->
          Result.decimal(vector.getDataBuffer().memoryAddress(), position, type.scale());
      case VARCHAR, VARBINARY -> {
        ByteArena bytes = new ByteArena(16);
        Cells.appendBytes(vector, type, position, bytes);
        yield Text.ofBytes(Arrays.copyOf(bytes.array(), bytes.length()));
      }
      case ROW -> {
        Object[] fields = new Object[type.children().size()];
        for (int i = 0; i < fields.length; i++) {
          FieldVector child = (FieldVector) ((StructVector) vector).getChildByOrdinal(i);
          fields[i] = read(child, type.children().get(i).type(), position);
        }
        yield fields;
      }
      case ARRAY, MAP -> readList((ListVector) vector, type, position);
      default -> Cells.word(vector, type, position);
    };
  }

  private static Object[] readList(ListVector list, DataType type, int position) {
    int from = list.getElementStartIndex(position);
    int count = list.getElementEndIndex(position) - from;
    int width = type.children().size();
    Object[] values = count == 0 ? NONE : new Object[count * width];
    for (int i = 0; i < values.length; i++) {
      FieldVector source =
          type.kind() == Kind.ARRAY
              ? list.getDataVector()
              : (FieldVector) ((StructVector) list.getDataVector()).getChildByOrdinal(i % width);
      values[i] = read(source, type.children().get(i % width).type(), from + i / width);
    }
    return values;
  }

  /** The value of a word as {@link Cells} has it. */
  public static Object ofWord(long word, DataType type) {
    return switch (type.kind()) {
      case BOOLEAN -> word != 0;
      case FLOAT, DOUBLE -> Cells.toDouble(word);
      case DECIMAL -> BigDecimal.valueOf(word, type.scale());
      default -> word;
    };
  }

  /** The value of bytes as {@link Cells} has them. */
  public static Object ofBytes(byte[] source, int from, int to, DataType type) {
    return switch (type.kind()) {
      case VARCHAR, VARBINARY -> Text.ofBytes(Arrays.copyOfRange(source, from, to));
      case DECIMAL -> {
        byte[] big = Arrays.copyOfRange(source, from, from + 16);
        big[0] ^= (byte) 0x80;
        yield new BigDecimal(new java.math.BigInteger(big), type.scale());
      }
      case ROW -> {
        Object[] fields = new Object[type.children().size()];
        ofBytes(source, from, type, fields);
        yield fields;
      }
      default -> {
        int width = type.children().size();
        Object[] values = new Object[ByteArena.intAt(source, from) * width];
        ofBytes(source, from + Integer.BYTES, type, values);
        yield values;
      }
    };
  }

  private static void ofBytes(byte[] source, int from, DataType type, Object[] values) {
    int at = from;
    for (int i = 0; i < values.length; i++) {
      DataType part = type.children().get(i % type.children().size()).type();
      if (source[at++] == 0) {
        continue;
      }
      if (Cells.isWord(part)) {
        values[i] = ofWord(ByteArena.longAt(source, at), part);
        at += Long.BYTES;
      } else {
        int size = ByteArena.intAt(source, at);
        at += Integer.BYTES;
        values[i] = ofBytes(source, at, at + size, part);
        at += size;
      }
    }
  }

  /** Writes a value; positions of lists must ascend. */
  public static void write(FieldVector vector, DataType type, int position, Object value) {
    if (value == null) {
      if (type.kind() != Kind.NULL) {
        vector.setNull(position);
      }
      return;
    }
    switch (type.kind()) {
      case BOOLEAN -> Cells.setWord(vector, type, position, (Boolean) value ? 1 : 0);
      case FLOAT, DOUBLE -> Cells.setWord(vector, type, position, Cells.ofDouble((Double) value));
      case DECIMAL -> Cells.setDecimal(vector, position, (BigDecimal) value);
      case VARCHAR, VARBINARY -> {
        Text text = (Text) value;
        Cells.setBytes(vector, type, position, text.data(), text.offset(), text.length());
      }
      case ROW -> {
        StructVector struct = (StructVector) vector;
        struct.setIndexDefined(position);
        Object[] fields = (Object[]) value;
        for (int i = 0; i < fields.length; i++) {
          FieldVector child = (FieldVector) struct.getChildByOrdinal(i);
          write(child, type.children().get(i).type(), position, fields[i]);
        }
      }
      case ARRAY, MAP -> writeList((ListVector) vector, type, position, (Object[]) value);
      default -> Cells.setWord(vector, type, position, (Long) value);
    }
  }

  private static void writeList(ListVector list, DataType type, int position, Object[] values) {
    int start = list.startNewValue(position);
    int width = type.children().size();
    for (int i = 0; i < values.length; i++) {
      FieldVector target = list.getDataVector();
      if (type.kind() == Kind.MAP) {
        StructVector entries = (StructVector) target;
        entries.setIndexDefined(start + i / width);
        target = (FieldVector) entries.getChildByOrdinal(i % width);
      }
      write(target, type.children().get(i % width).type(), start + i / width, values[i]);
    }
    list.endValue(position, values.length / width);
  }
}
