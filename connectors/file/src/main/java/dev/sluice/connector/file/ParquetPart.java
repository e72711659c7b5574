package dev.sluice.connector.file;

import dev.sluice.batch.RecordBatch;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.Schema;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.DurationVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.IntervalYearVector;
import org.apache.arrow.vector.SmallIntVector;
import org.apache.arrow.vector.TimeMilliVector;
import org.apache.arrow.vector.TimeStampVector;
import org.apache.arrow.vector.TinyIntVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.NonNullableStructVector;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type.Repetition;
import org.apache.parquet.schema.Types;

/** Writes a Parquet file in row groups of at most a million rows. One thread at a time. */
final class ParquetPart implements PartWriter {
  private static final int GROUP_ROWS = 1_000_000;
  private static final int DECIMAL_BYTES = 16;

  private final Row row = new Row();
  private final ParquetWriter<Row> writer;
  private boolean open = true;

  /** The row to write next: a place in a batch. */
  private static final class Row {
    RecordBatch batch;
    int position;
  }

  ParquetPart(Path file, Schema schema, String codec) throws IOException {
    this.writer =
        new Builder(new LocalOutputFile(file), schema)
            .withConf(new PlainParquetConfiguration())
            .withCompressionCodec(
                CompressionCodecName.valueOf(codec.toUpperCase(java.util.Locale.ROOT)))
            .withRowGroupRowCountLimit(GROUP_ROWS)
            .withWriteMode(ParquetFileWriter.Mode.OVERWRITE)
            .build();
  }

  @Override
  public void write(RecordBatch batch, int[] positions, int count) throws IOException {
    row.batch = batch;
    for (int i = 0; i < count; i++) {
      row.position = positions[i];
      writer.write(row);
    }
  }

  @Override
  public long bytes() {
    return writer.getDataSize();
  }

  @Override
  public void flush() {}

  @Override
  public void finish() throws IOException {
    close();
  }

  @Override
  public void close() throws IOException {
    if (open) {
      open = false;
      writer.close();
    }
  }

  private static final class Builder extends ParquetWriter.Builder<Row, Builder> {
    private final Schema schema;

    Builder(OutputFile file, Schema schema) {
      super(file);
      this.schema = schema;
    }

    @Override
    protected Builder self() {
      return this;
    }

    // abstract above, so it must be here as long as Parquet has it
    @Override
    @SuppressWarnings("deprecation")
    protected WriteSupport<Row> getWriteSupport(Configuration configuration) {
      return new Support(schema);
    }

    @Override
    protected WriteSupport<Row> getWriteSupport(ParquetConfiguration configuration) {
      return new Support(schema);
    }
  }

  private static final class Support extends WriteSupport<Row> {
    private final List<Field> fields;
    private RecordConsumer out;

    Support(Schema schema) {
      this.fields = schema.fields();
    }

    @Override
    @SuppressWarnings("deprecation")
    public WriteContext init(Configuration configuration) {
      return context();
    }

    @Override
    public WriteContext init(ParquetConfiguration configuration) {
      return context();
    }

    private WriteContext context() {
      List<org.apache.parquet.schema.Type> types =
          fields.stream()
              .<org.apache.parquet.schema.Type>map(f -> type(f.name(), f.type()))
              .toList();
      return new WriteContext(new MessageType("sluice", types), Map.of());
    }

    @Override
    public void prepareForWrite(RecordConsumer consumer) {
      out = consumer;
    }

    @Override
    public void write(Row row) {
      out.startMessage();
      for (int i = 0; i < fields.size(); i++) {
        field(i, fields.get(i), row.batch.vector(i), row.position);
      }
      out.endMessage();
    }

    private void value(DataType type, FieldVector vector, int at) {
      switch (type.kind()) {
        case BOOLEAN -> out.addBoolean(((BitVector) vector).get(at) != 0);
        case TINYINT -> out.addInteger(((TinyIntVector) vector).get(at));
        case SMALLINT -> out.addInteger(((SmallIntVector) vector).get(at));
        case INTEGER -> out.addInteger(((IntVector) vector).get(at));
        case BIGINT -> out.addLong(((BigIntVector) vector).get(at));
        case FLOAT -> out.addFloat(((Float4Vector) vector).get(at));
        case DOUBLE -> out.addDouble(((Float8Vector) vector).get(at));
        case DECIMAL -> decimal(type, ((DecimalVector) vector).getObject(at).unscaledValue());
        case VARCHAR ->
            out.addBinary(Binary.fromConstantByteArray(((VarCharVector) vector).get(at)));
        case VARBINARY ->
            out.addBinary(Binary.fromConstantByteArray(((VarBinaryVector) vector).get(at)));
        case DATE -> out.addInteger(((DateDayVector) vector).get(at));
        case TIME -> out.addInteger(((TimeMilliVector) vector).get(at));
        case TIMESTAMP, TIMESTAMP_LTZ -> out.addLong(((TimeStampVector) vector).get(at));
        case INTERVAL_MONTH -> out.addInteger(((IntervalYearVector) vector).get(at));
        case INTERVAL_DAY -> out.addLong(DurationVector.get(vector.getDataBuffer(), at));
        case ARRAY -> list((ListVector) vector, type, at, "list");
        case MAP -> list((ListVector) vector, type, at, "key_value");
        case ROW -> {
          out.startGroup();
          fields(type.children(), (NonNullableStructVector) vector, at);
          out.endGroup();
        }
        default -> throw new IllegalStateException("not a type for Parquet: " + type);
      }
    }

    private void fields(List<Field> inner, NonNullableStructVector vector, int at) {
      for (int i = 0; i < inner.size(); i++) {
        field(i, inner.get(i), (FieldVector) vector.getChildByOrdinal(i), at);
      }
    }

    private void field(int index, Field field, FieldVector vector, int at) {
      if (!vector.isNull(at)) {
        out.startField(field.name(), index);
        value(field.type(), vector, at);
        out.endField(field.name(), index);
      }
    }

    private void list(ListVector vector, DataType type, int at, String entry) {
      out.startGroup();
      int start = vector.getElementStartIndex(at);
      int end = vector.getElementEndIndex(at);
      if (end > start) {
        out.startField(entry, 0);
        for (int k = start; k < end; k++) {
          out.startGroup();
          if (type.kind() == Kind.MAP) {
            fields(type.children(), (NonNullableStructVector) vector.getDataVector(), k);
          } else {
            field(0, type.children().get(0), vector.getDataVector(), k);
          }
          out.endGroup();
        }
        out.endField(entry, 0);
      }
      out.endGroup();
    }

    private void decimal(DataType type, BigInteger unscaled) {
      if (type.precision() <= 9) {
        out.addInteger(unscaled.intValueExact());
      } else if (type.precision() <= 18) {
        out.addLong(unscaled.longValueExact());
      } else {
        byte[] bytes = unscaled.toByteArray();
        byte[] padded = new byte[DECIMAL_BYTES];
        java.util.Arrays.fill(
            padded, 0, DECIMAL_BYTES - bytes.length, (byte) (unscaled.signum() < 0 ? -1 : 0));
        System.arraycopy(bytes, 0, padded, DECIMAL_BYTES - bytes.length, bytes.length);
        out.addBinary(Binary.fromConstantByteArray(padded));
      }
    }
  }

  private static org.apache.parquet.schema.Type type(String name, DataType type) {
    Repetition repetition = type.nullable() ? Repetition.OPTIONAL : Repetition.REQUIRED;
    List<Field> inner = type.children();
    return switch (type.kind()) {
      case ROW -> group(repetition, inner).named(name);
      case ARRAY ->
          Types.buildGroup(repetition)
              .as(LogicalTypeAnnotation.listType())
              .addField(group(Repetition.REPEATED, inner).named("list"))
              .named(name);
      case MAP ->
          Types.buildGroup(repetition)
              .as(LogicalTypeAnnotation.mapType())
              .addField(group(Repetition.REPEATED, inner).named("key_value"))
              .named(name);
      default -> primitive(name, type);
    };
  }

  private static Types.GroupBuilder<GroupType> group(Repetition repetition, List<Field> fields) {
    return Types.buildGroup(repetition)
        .addFields(
            fields.stream()
                .map(f -> type(f.name(), f.type()))
                .toArray(org.apache.parquet.schema.Type[]::new));
  }

  private static PrimitiveType primitive(String name, DataType type) {
    Repetition repetition = type.nullable() ? Repetition.OPTIONAL : Repetition.REQUIRED;
    return switch (type.kind()) {
      case BOOLEAN -> Types.primitive(PrimitiveTypeName.BOOLEAN, repetition).named(name);
      case TINYINT ->
          annotated(
              PrimitiveTypeName.INT32, repetition, LogicalTypeAnnotation.intType(8, true), name);
      case SMALLINT ->
          annotated(
              PrimitiveTypeName.INT32, repetition, LogicalTypeAnnotation.intType(16, true), name);
      case INTEGER, INTERVAL_MONTH ->
          Types.primitive(PrimitiveTypeName.INT32, repetition).named(name);
      case BIGINT, INTERVAL_DAY -> Types.primitive(PrimitiveTypeName.INT64, repetition).named(name);
      case FLOAT -> Types.primitive(PrimitiveTypeName.FLOAT, repetition).named(name);
      case DOUBLE -> Types.primitive(PrimitiveTypeName.DOUBLE, repetition).named(name);
      case DECIMAL -> decimal(name, type, repetition);
      case VARCHAR ->
          annotated(PrimitiveTypeName.BINARY, repetition, LogicalTypeAnnotation.stringType(), name);
      case VARBINARY -> Types.primitive(PrimitiveTypeName.BINARY, repetition).named(name);
      case DATE ->
          annotated(PrimitiveTypeName.INT32, repetition, LogicalTypeAnnotation.dateType(), name);
      case TIME ->
          annotated(
              PrimitiveTypeName.INT32,
              repetition,
              LogicalTypeAnnotation.timeType(false, TimeUnit.MILLIS),
              name);
      case TIMESTAMP ->
          annotated(
              PrimitiveTypeName.INT64,
              repetition,
              LogicalTypeAnnotation.timestampType(false, TimeUnit.MICROS),
              name);
      case TIMESTAMP_LTZ ->
          annotated(
              PrimitiveTypeName.INT64,
              repetition,
              LogicalTypeAnnotation.timestampType(true, TimeUnit.MICROS),
              name);
      default -> throw new IllegalStateException("not a flat type: " + type);
    };
  }

  private static PrimitiveType annotated(
      PrimitiveTypeName physical,
      Repetition repetition,
      LogicalTypeAnnotation logical,
      String name) {
    return Types.primitive(physical, repetition).as(logical).named(name);
  }

  private static PrimitiveType decimal(String name, DataType type, Repetition repetition) {
    LogicalTypeAnnotation logical =
        LogicalTypeAnnotation.decimalType(type.scale(), type.precision());
    if (type.precision() > 18) {
      return Types.primitive(PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY, repetition)
          .length(DECIMAL_BYTES)
          .as(logical)
          .named(name);
    }
    return annotated(
        type.precision() <= 9 ? PrimitiveTypeName.INT32 : PrimitiveTypeName.INT64,
        repetition,
        logical,
        name);
  }
}
