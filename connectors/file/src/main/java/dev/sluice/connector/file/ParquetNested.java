package dev.sluice.connector.file;

import dev.sluice.format.ColumnBuilder;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Kind;
import java.math.BigInteger;
import java.util.List;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.Converter;
import org.apache.parquet.io.api.GroupConverter;
import org.apache.parquet.io.api.PrimitiveConverter;
import org.apache.parquet.io.api.RecordMaterializer;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;

/**
 * Reads one nested column row by row through Parquet's own assembly of records: the slower road,
 * for ROW, ARRAY and MAP. One thread.
 */
final class ParquetNested implements ParquetValues {
  private final RecordReader<Boolean> records;
  private final ColumnBuilder top;
  private final List<ColumnPages> pages;

  /** Takes ownership of {@code pages}, which {@code store} gives from. */
  ParquetNested(GroupType file, PageReadStore store, List<ColumnPages> pages, ColumnBuilder out) {
    this.top = out;
    this.pages = pages;
    Root root = new Root(converter(file, out));
    MessageType schema = new MessageType("column", List.<Type>of(file));
    this.records =
        new ColumnIOFactory()
            .getColumnIO(schema)
            .getRecordReader(
                store,
                new RecordMaterializer<Boolean>() {
                  @Override
                  public Boolean getCurrentRecord() {
                    return Boolean.TRUE;
                  }

                  @Override
                  public GroupConverter getRootConverter() {
                    return root;
                  }
                });
  }

  @Override
  public void read(ColumnBuilder out, int count) {
    for (int i = 0; i < count; i++) {
      int before = top.size();
      records.read();
      if (top.size() == before) {
        top.appendNull();
      }
    }
  }

  @Override
  public void close() {
    pages.forEach(ColumnPages::close);
  }

  /** Whether a column of {@code declared} can be read from {@code file}. */
  static boolean fits(Type file, DataType declared) {
    if (file.isPrimitive()) {
      return !file.isRepetition(Type.Repetition.REPEATED)
          && ParquetFiles.fits(file.asPrimitiveType(), declared);
    }
    GroupType group = file.asGroupType();
    return switch (declared.kind()) {
      case ROW ->
          declared.children().stream()
              .allMatch(
                  f -> group.containsField(f.name()) && fits(group.getType(f.name()), f.type()));
      case ARRAY ->
          isRepeatedGroup(group, 1)
              && fits(group.getType(0).asGroupType().getType(0), declared.children().get(0).type());
      case MAP ->
          isRepeatedGroup(group, 2)
              && fits(group.getType(0).asGroupType().getType(0), declared.children().get(0).type())
              && fits(group.getType(0).asGroupType().getType(1), declared.children().get(1).type());
      default -> false;
    };
  }

  private static boolean isRepeatedGroup(GroupType group, int fields) {
    return group.getFieldCount() == 1
        && group.getType(0).isRepetition(Type.Repetition.REPEATED)
        && !group.getType(0).isPrimitive()
        && group.getType(0).asGroupType().getFieldCount() == fields;
  }

  private static Converter converter(Type file, ColumnBuilder out) {
    if (file.isPrimitive()) {
      return new Leaf(file.asPrimitiveType(), out);
    }
    return out.kind() == Kind.ROW
        ? new Fields(file.asGroupType(), out)
        : new Repeated(file.asGroupType(), out);
  }

  private static final class Root extends GroupConverter {
    private final Converter column;

    Root(Converter column) {
      this.column = column;
    }

    @Override
    public Converter getConverter(int field) {
      return column;
    }

    @Override
    public void start() {}

    @Override
    public void end() {}
  }

  /** A ROW; fields of the file that are not declared are read and dropped. */
  private static final class Fields extends GroupConverter {
    private final ColumnBuilder out;
    private final Converter[] converters;

    Fields(GroupType file, ColumnBuilder out) {
      this.out = out;
      this.converters = new Converter[file.getFieldCount()];
      for (int i = 0; i < out.type().children().size(); i++) {
        int at = file.getFieldIndex(out.type().children().get(i).name());
        converters[at] = converter(file.getType(at), out.child(i));
      }
      for (int i = 0; i < converters.length; i++) {
        converters[i] = converters[i] == null ? dropped(file.getType(i)) : converters[i];
      }
    }

    private static Converter dropped(Type file) {
      if (file.isPrimitive()) {
        return new Dropped();
      }
      Converter[] inner =
          file.asGroupType().getFields().stream().map(Fields::dropped).toArray(Converter[]::new);
      return new GroupConverter() {
        @Override
        public Converter getConverter(int field) {
          return inner[field];
        }

        @Override
        public void start() {}

        @Override
        public void end() {}
      };
    }

    @Override
    public Converter getConverter(int field) {
      return converters[field];
    }

    @Override
    public void start() {}

    @Override
    public void end() {
      for (int i = 0; i < out.type().children().size(); i++) {
        if (out.child(i).size() == out.size()) {
          out.child(i).appendNull();
        }
      }
      out.appendStruct();
    }
  }

  private static final class Dropped extends PrimitiveConverter {
    @Override
    public void addBinary(Binary value) {}

    @Override
    public void addBoolean(boolean value) {}

    @Override
    public void addDouble(double value) {}

    @Override
    public void addFloat(float value) {}

    @Override
    public void addInt(int value) {}

    @Override
    public void addLong(long value) {}
  }

  /** An ARRAY or MAP: a group around one repeated group of an element, or of a key and a value. */
  private static final class Repeated extends GroupConverter {
    private final ColumnBuilder out;
    private final GroupConverter entry;

    Repeated(GroupType file, ColumnBuilder out) {
      this.out = out;
      GroupType inner = file.getType(0).asGroupType();
      int parts = out.type().children().size();
      Converter[] converters = new Converter[parts];
      for (int i = 0; i < parts; i++) {
        converters[i] = converter(inner.getType(i), out.child(i));
      }
      this.entry =
          new GroupConverter() {
            private int[] before = new int[parts];

            @Override
            public Converter getConverter(int field) {
              return converters[field];
            }

            @Override
            public void start() {
              for (int i = 0; i < parts; i++) {
                before[i] = out.child(i).size();
              }
            }

            @Override
            public void end() {
              for (int i = 0; i < parts; i++) {
                if (out.child(i).size() == before[i]) {
                  out.child(i).appendNull();
                }
              }
            }
          };
    }

    @Override
    public Converter getConverter(int field) {
      return entry;
    }

    @Override
    public void start() {}

    @Override
    public void end() {
      out.appendList();
    }
  }

  private static final class Leaf extends PrimitiveConverter {
    private final ColumnBuilder out;
    private final ParquetConversion conversion;
    private final boolean int96;

    Leaf(PrimitiveType file, ColumnBuilder out) {
      this.out = out;
      this.conversion = new ParquetConversion(file, out.type());
      this.int96 = file.getPrimitiveTypeName() == PrimitiveTypeName.INT96;
    }

    @Override
    public void addBinary(Binary value) {
      byte[] bytes = value.getBytes();
      if (int96) {
        out.appendLong(conversion.int96(bytes, 0));
      } else if (out.kind() == Kind.DECIMAL) {
        out.appendDecimal(new BigInteger(bytes));
      } else {
        out.appendBytes(bytes, 0, bytes.length);
      }
    }

    @Override
    public void addBoolean(boolean value) {
      out.appendBoolean(value);
    }

    @Override
    public void addDouble(double value) {
      out.appendDouble(value);
    }

    @Override
    public void addFloat(float value) {
      out.appendDouble(value);
    }

    @Override
    public void addInt(int value) {
      addLong(value);
    }

    @Override
    public void addLong(long value) {
      if (out.kind() == Kind.DECIMAL) {
        out.appendDecimal(value);
      } else {
        out.appendLong(conversion.integer(value));
      }
    }
  }
}
