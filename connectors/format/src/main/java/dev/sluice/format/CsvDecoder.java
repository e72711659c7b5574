package dev.sluice.format;

import dev.sluice.batch.Bytes;
import dev.sluice.batch.RecordBatch;
import dev.sluice.connector.MalformedRecord;
import dev.sluice.connector.RowDecoder;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.Schema;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;

/** Decodes delimited records field by field, building only the wanted columns. Single-threaded. */
final class CsvDecoder implements RowDecoder {
  private final Schema wanted;
  private final byte delimiter;
  private final byte quote;
  private final byte[] nullLiteral;
  private final boolean literalGiven;
  private final ColumnBuilder[] columns;
  private final int[] columnOfField;
  private byte[] scratch = new byte[256];
  private int valueFrom;
  private int valueTo;
  private byte[] value = {};
  private boolean quoted;
  private int rows;

  CsvDecoder(Schema record, Schema wanted, CsvFormat.Dialect dialect, BufferAllocator allocator) {
    this.wanted = wanted;
    this.delimiter = dialect.delimiter();
    this.quote = dialect.quote();
    this.literalGiven = dialect.nullLiteral().isPresent();
    this.nullLiteral = dialect.nullLiteral().orElse("").getBytes(StandardCharsets.UTF_8);
    this.columnOfField = new int[record.size()];
    Arrays.fill(columnOfField, -1);
    List<ColumnBuilder> made = new ArrayList<>();
    for (Field field : wanted.fields()) {
      int at =
          record
              .indexOf(field.name())
              .orElseThrow(
                  () ->
                      new IllegalStateException(
                          "no field '" + field.name() + "' in " + record.names()));
      columnOfField[at] = made.size();
      made.add(new ColumnBuilder(field.name(), field.type(), allocator));
    }
    this.columns = made.toArray(ColumnBuilder[]::new);
  }

  @Override
  public void decode(byte[] b, int from, int to) throws MalformedRecord {
    try {
      int field = 0;
      int i = from;
      while (true) {
        int column = field < columnOfField.length ? columnOfField[field] : -1;
        int next =
            column >= 0 || i < to && b[i] == quote
                ? field(b, i, to)
                : Bytes.indexOf(b, i, to, delimiter);
        if (column >= 0) {
          append(columns[column], i);
        }
        field++;
        if (next >= to) {
          break;
        }
        i = next + 1;
      }
      if (field != columnOfField.length) {
        throw new MalformedRecord(
            "", to, "expected " + columnOfField.length + " fields, saw " + field);
      }
      rows++;
    } catch (MalformedRecord e) {
      for (ColumnBuilder column : columns) {
        column.truncateDeep(rows);
      }
      throw new MalformedRecord(e.column().orElse(""), Math.max(0, e.at() - from), e.getMessage());
    }
  }

  /**
   * Reads the field at {@code at} into {@code value}; gives the index of the delimiter behind it,
   * or {@code to}.
   */
  private int field(byte[] b, int at, int to) throws MalformedRecord {
    quoted = at < to && b[at] == quote;
    if (!quoted) {
      int end = Bytes.indexOf(b, at, to, delimiter);
      value = b;
      valueFrom = at;
      valueTo = end;
      return end;
    }
    int close = Bytes.indexOf(b, at + 1, to, quote);
    if (close + 1 < to && b[close + 1] == quote) {
      close = doubledQuotes(b, at, to);
    } else {
      value = b;
      valueFrom = at + 1;
      valueTo = close;
    }
    if (close >= to) {
      throw new MalformedRecord(
          "", at, "the quote of " + TextParser.shown(b, at, to) + " is not closed");
    }
    if (close + 1 < to && b[close + 1] != delimiter) {
      throw new MalformedRecord(
          "",
          close + 1,
          "expected a delimiter behind the closing quote, saw "
              + TextParser.shown(b, close + 1, to));
    }
    return close + 1;
  }

  private int doubledQuotes(byte[] b, int at, int to) {
    if (scratch.length < to - at) {
      scratch = new byte[Math.max(scratch.length * 2, to - at)];
    }
    int n = 0;
    int i = at + 1;
    while (i < to) {
      if (b[i] == quote) {
        if (i + 1 < to && b[i + 1] == quote) {
          i++;
        } else {
          break;
        }
      }
      scratch[n++] = b[i++];
    }
    value = scratch;
    valueFrom = 0;
    valueTo = n;
    return i;
  }

  private void append(ColumnBuilder out, int at) throws MalformedRecord {
    boolean string = out.kind() == Kind.VARCHAR;
    int length = valueTo - valueFrom;
    boolean isNull =
        !quoted
            && (length == 0 && (!literalGiven || !string)
                || literalGiven
                    && Arrays.equals(
                        value, valueFrom, valueTo, nullLiteral, 0, nullLiteral.length));
    if (isNull) {
      if (out.type().nullable()) {
        out.appendNull();
        return;
      }
      if (!string || literalGiven) {
        throw new MalformedRecord(out.name(), at, "NULL in a NOT NULL column");
      }
    }
    if (length == 0 && !string && out.kind() != Kind.VARBINARY && out.type().nullable()) {
      out.appendNull();
      return;
    }
    try {
      TextParser.parse(out, value, valueFrom, valueTo);
    } catch (MalformedRecord e) {
      throw new MalformedRecord(out.name(), at, e.getMessage());
    }
  }

  static List<String> texts(byte[] b, int from, int to, CsvFormat.Dialect dialect)
      throws MalformedRecord {
    Schema none = new Schema(List.of());
    List<String> texts = new ArrayList<>();
    try (CsvDecoder decoder = new CsvDecoder(none, none, dialect, null)) {
      int i = from;
      while (true) {
        int next = decoder.field(b, i, to);
        texts.add(
            new String(
                decoder.value,
                decoder.valueFrom,
                decoder.valueTo - decoder.valueFrom,
                StandardCharsets.UTF_8));
        if (next >= to) {
          return texts;
        }
        i = next + 1;
      }
    }
  }

  @Override
  public int rows() {
    return rows;
  }

  @Override
  public RecordBatch finish() {
    RecordBatch batch = JsonDecoder.finish(wanted, Arrays.asList(columns), rows);
    rows = 0;
    return batch;
  }

  @Override
  public void close() {
    for (ColumnBuilder column : columns) {
      column.close();
    }
  }
}
