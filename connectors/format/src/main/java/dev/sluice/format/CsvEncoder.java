package dev.sluice.format;

import dev.sluice.batch.RecordBatch;
import dev.sluice.connector.RowEncoder;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.Schema;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.vector.FieldVector;

/** Writes rows as delimited records, quoting only where needed. Single-threaded. */
final class CsvEncoder implements RowEncoder {
  private final List<Field> fields;
  private final byte delimiter;
  private final byte quote;
  private final byte[] nullLiteral;
  private final boolean withHeader;
  private final TextWriter text = new TextWriter();
  private final TextWriter value = new TextWriter();

  CsvEncoder(Schema schema, CsvFormat.Dialect dialect, boolean withHeader) {
    this.fields = schema.fields();
    this.delimiter = dialect.delimiter();
    this.quote = dialect.quote();
    this.nullLiteral = dialect.nullLiteral().orElse("").getBytes(StandardCharsets.UTF_8);
    this.withHeader = withHeader;
  }

  @Override
  public byte[] header() {
    if (!withHeader) {
      return new byte[0];
    }
    text.clear();
    for (int i = 0; i < fields.size(); i++) {
      if (i > 0) {
        text.put(delimiter);
      }
      value.clear();
      value.put(fields.get(i).name());
      putQuotedWhereNeeded(true);
    }
    text.put('\n');
    return Arrays.copyOf(text.array(), text.size());
  }

  @Override
  public void encode(RecordBatch batch, int position, ByteArrayOutputStream out) {
    text.clear();
    for (int i = 0; i < fields.size(); i++) {
      if (i > 0) {
        text.put(delimiter);
      }
      DataType type = fields.get(i).type();
      FieldVector vector = batch.vector(i);
      if (type.kind() == Kind.NULL || vector.isNull(position)) {
        text.put(nullLiteral, 0, nullLiteral.length);
      } else {
        value.clear();
        value.putScalar(type, vector, position);
        putQuotedWhereNeeded(type.kind() == Kind.VARCHAR || type.kind() == Kind.VARBINARY);
      }
    }
    text.writeTo(out);
  }

  private void putQuotedWhereNeeded(boolean freeText) {
    byte[] bytes = value.array();
    int length = value.size();
    boolean needed =
        freeText
            && (length == 0 || Arrays.equals(bytes, 0, length, nullLiteral, 0, nullLiteral.length));
    for (int i = 0; i < length && !needed; i++) {
      byte c = bytes[i];
      needed = c == delimiter || c == quote || c == '\n' || c == '\r';
    }
    if (!needed) {
      text.put(bytes, 0, length);
      return;
    }
    text.put(quote);
    for (int i = 0; i < length; i++) {
      if (bytes[i] == quote) {
        text.put(quote);
      }
      text.put(bytes[i]);
    }
    text.put(quote);
  }
}
