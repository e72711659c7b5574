package dev.sluice.format;

import dev.sluice.batch.RecordBatch;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Kind;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;

/**
 * Rows as people read them: {@code +I[1, abc, null]}, arrays as {@code [1, 2]}, maps as {@code
 * {k=v}}, rows inside as {@code (1, 2)}. Not meant to be read back. Single-threaded with its
 * writer.
 */
public final class RowText {
  private RowText() {}

  /** Appends the row at {@code position} of {@code batch}, with the sign of its kind. */
  public static void row(RecordBatch batch, int position, TextWriter out) {
    out.put(batch.kind(position).sign());
    out.put('[');
    for (int i = 0; i < batch.schema().size(); i++) {
      if (i > 0) {
        out.put(", ");
      }
      value(batch.schema().type(i), batch.vector(i), position, out);
    }
    out.put(']');
  }

  /** The text on one line, without what would steer a terminal: such characters as escapes. */
  public static String printable(String text) {
    int at = 0;
    while (at < text.length() && !Character.isISOControl(text.charAt(at))) {
      at++;
    }
    if (at == text.length()) {
      return text;
    }
    StringBuilder out = new StringBuilder(text.length() + 16).append(text, 0, at);
    for (; at < text.length(); at++) {
      char c = text.charAt(at);
      if (Character.isISOControl(c)) {
        out.append(
            c == '\n'
                ? "\\n"
                : c == '\r' ? "\\r" : c == '\t' ? "\\t" : String.format("\\x%02x", (int) c));
      } else {
        out.append(c);
      }
    }
    return out.toString();
  }

  /** Appends one value, {@code null} if it is NULL. */
  public static void value(DataType type, FieldVector vector, int position, TextWriter out) {
    if (type.kind() == Kind.NULL || vector.isNull(position)) {
      out.put("null");
    } else if (!type.kind().isNested()) {
      out.putScalar(type, vector, position);
    } else if (type.kind() == Kind.ROW) {
      struct((StructVector) vector, type, position, out);
    } else {
      list((ListVector) vector, type, position, out);
    }
  }

  private static void struct(StructVector vector, DataType type, int position, TextWriter out) {
    out.put('(');
    for (int i = 0; i < type.children().size(); i++) {
      if (i > 0) {
        out.put(", ");
      }
      value(
          type.children().get(i).type(), (FieldVector) vector.getChildByOrdinal(i), position, out);
    }
    out.put(')');
  }

  private static void list(ListVector vector, DataType type, int position, TextWriter out) {
    boolean map = type.kind() == Kind.MAP;
    out.put(map ? '{' : '[');
    int start = vector.getElementStartIndex(position);
    for (int k = start; k < vector.getElementEndIndex(position); k++) {
      if (k > start) {
        out.put(", ");
      }
      if (map) {
        StructVector entries = (StructVector) vector.getDataVector();
        value(type.children().get(0).type(), (FieldVector) entries.getChildByOrdinal(0), k, out);
        out.put('=');
        value(type.children().get(1).type(), (FieldVector) entries.getChildByOrdinal(1), k, out);
      } else {
        value(type.children().get(0).type(), vector.getDataVector(), k, out);
      }
    }
    out.put(map ? '}' : ']');
  }
}
