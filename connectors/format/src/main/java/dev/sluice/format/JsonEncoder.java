package dev.sluice.format;

import dev.sluice.batch.RecordBatch;
import dev.sluice.connector.RowEncoder;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.Schema;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.TimeStampVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;

/**
 * Writes rows as JSON objects, keys in the order of the columns, without blanks. Single-threaded.
 */
final class JsonEncoder implements RowEncoder {
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  private final List<Field> fields;
  private final boolean iso;
  private final boolean ignoreNulls;
  private final TextWriter text = new TextWriter();
  private final TextWriter inner = new TextWriter();

  JsonEncoder(Schema schema, boolean iso, boolean ignoreNulls) {
    this.fields = schema.fields();
    this.iso = iso;
    this.ignoreNulls = ignoreNulls;
  }

  @Override
  public byte[] header() {
    return new byte[0];
  }

  @Override
  public void encode(RecordBatch batch, int position, ByteArrayOutputStream out) {
    text.clear();
    text.put('{');
    boolean first = true;
    for (int i = 0; i < fields.size(); i++) {
      FieldVector vector = batch.vector(i);
      first = field(fields.get(i), vector, position, first);
    }
    text.put('}');
    text.writeTo(out);
  }

  private boolean field(Field field, FieldVector vector, int position, boolean first) {
    if (ignoreNulls && vector.isNull(position)) {
      return first;
    }
    if (!first) {
      text.put(',');
    }
    byte[] name = field.name().getBytes(StandardCharsets.UTF_8);
    quoted(name, name.length);
    text.put(':');
    value(field.type(), vector, position);
    return false;
  }

  private void value(DataType type, FieldVector vector, int position) {
    if (type.kind() == Kind.NULL || vector.isNull(position)) {
      text.put("null");
      return;
    }
    switch (type.kind()) {
      case BOOLEAN, TINYINT, SMALLINT, INTEGER, BIGINT, DECIMAL, INTERVAL_MONTH, INTERVAL_DAY ->
          text.putScalar(type, vector, position);
      case FLOAT, DOUBLE -> {
        double number =
            type.kind() == Kind.FLOAT
                ? ((Float4Vector) vector).get(position)
                : ((Float8Vector) vector).get(position);
        boolean finite = !Double.isNaN(number) && !Double.isInfinite(number);
        quoteUnless(finite, type, vector, position);
      }
      case VARCHAR -> {
        byte[] bytes = ((VarCharVector) vector).get(position);
        quoted(bytes, bytes.length);
      }
      case TIMESTAMP, TIMESTAMP_LTZ -> {
        text.put('"');
        text.putTimestamp(
            ((TimeStampVector) vector).get(position), type.precision(), iso ? 'T' : ' ');
        text.put(type.kind() == Kind.TIMESTAMP ? "\"" : "Z\"");
      }
      case ARRAY -> array((ListVector) vector, type, position);
      case MAP -> map((ListVector) vector, type, position);
      case ROW -> row((StructVector) vector, type, position);
      default -> quoteUnless(false, type, vector, position);
    }
  }

  private void quoteUnless(boolean plain, DataType type, FieldVector vector, int position) {
    if (!plain) {
      text.put('"');
    }
    text.putScalar(type, vector, position);
    if (!plain) {
      text.put('"');
    }
  }

  private void array(ListVector vector, DataType type, int position) {
    text.put('[');
    int start = vector.getElementStartIndex(position);
    for (int k = start; k < vector.getElementEndIndex(position); k++) {
      if (k > start) {
        text.put(',');
      }
      value(type.children().get(0).type(), vector.getDataVector(), k);
    }
    text.put(']');
  }

  private void map(ListVector vector, DataType type, int position) {
    text.put('{');
    StructVector entries = (StructVector) vector.getDataVector();
    int start = vector.getElementStartIndex(position);
    for (int k = start; k < vector.getElementEndIndex(position); k++) {
      if (k > start) {
        text.put(',');
      }
      inner.clear();
      inner.putScalar(type.children().get(0).type(), (FieldVector) entries.getChildByOrdinal(0), k);
      quoted(inner.array(), inner.size());
      text.put(':');
      value(type.children().get(1).type(), (FieldVector) entries.getChildByOrdinal(1), k);
    }
    text.put('}');
  }

  private void row(StructVector vector, DataType type, int position) {
    text.put('{');
    boolean first = true;
    for (int i = 0; i < type.children().size(); i++) {
      first =
          field(type.children().get(i), (FieldVector) vector.getChildByOrdinal(i), position, first);
    }
    text.put('}');
  }

  private void quoted(byte[] bytes, int length) {
    text.put('"');
    int clean = 0;
    for (int i = 0; i < length; i++) {
      int c = bytes[i];
      if (c == '"' || c == '\\' || c >= 0 && c < ' ') {
        text.put(bytes, clean, i);
        clean = i + 1;
        text.put('\\');
        switch (c) {
          case '"', '\\' -> text.put(c);
          case '\n' -> text.put('n');
          case '\r' -> text.put('r');
          case '\t' -> text.put('t');
          default -> {
            text.put("u00");
            text.put(HEX[c >> 4]);
            text.put(HEX[c & 15]);
          }
        }
      }
    }
    text.put(bytes, clean, length);
    text.put('"');
  }
}
