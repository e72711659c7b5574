package dev.sluice.connector.file;

import dev.sluice.format.ColumnBuilder;
import dev.sluice.type.DataType.Kind;
import java.io.IOException;
import java.math.BigInteger;
import org.apache.parquet.bytes.ByteBufferInputStream;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.ValuesType;
import org.apache.parquet.column.values.ValuesReader;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;

/**
 * A page in one of the rarer encodings, value by value through Parquet's own reader. One thread.
 */
final class GenericValues implements PageValues {
  private final PrimitiveTypeName physical;
  private final ParquetConversion conversion;
  private final ValuesReader values;

  GenericValues(
      ColumnDescriptor descriptor,
      Encoding encoding,
      ParquetConversion conversion,
      ByteBufferInputStream bytes,
      int count)
      throws IOException {
    this.physical = descriptor.getPrimitiveType().getPrimitiveTypeName();
    this.conversion = conversion;
    this.values = encoding.getValuesReader(descriptor, ValuesType.VALUES);
    values.initFromPage(count, bytes);
  }

  @Override
  public void append(ColumnBuilder out, int count) {
    for (int i = 0; i < count; i++) {
      switch (physical) {
        case INT32 -> integer(out, conversion.integer(values.readInteger()));
        case INT64 -> integer(out, conversion.integer(values.readLong()));
        case INT96 -> integer(out, conversion.int96(values.readBytes().getBytes(), 0));
        case BOOLEAN -> out.appendBoolean(values.readBoolean());
        case FLOAT -> out.appendDouble(values.readFloat());
        case DOUBLE -> out.appendDouble(values.readDouble());
        case BINARY, FIXED_LEN_BYTE_ARRAY -> bytes(out, values.readBytes().getBytes());
      }
    }
  }

  private static void integer(ColumnBuilder out, long value) {
    if (out.kind() == Kind.DECIMAL) {
      out.appendDecimal(value);
    } else {
      out.appendLong(value);
    }
  }

  private static void bytes(ColumnBuilder out, byte[] value) {
    if (out.kind() == Kind.DECIMAL) {
      out.appendDecimal(new BigInteger(value));
    } else {
      out.appendBytes(value, 0, value.length);
    }
  }
}
