package dev.sluice.format;

import dev.sluice.batch.Bytes;
import dev.sluice.batch.RecordBatch;
import dev.sluice.connector.MalformedRecord;
import dev.sluice.connector.RowDecoder;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;

/**
 * Decodes one JSON object a record in one pass over its bytes, building only the wanted columns;
 * the rest is stepped over, strings eight bytes at a time. Single-threaded.
 */
final class JsonDecoder implements RowDecoder {
  private static final int MAX_DEPTH = 64;

  private final Schema schema;
  private final boolean failOnMissing;
  private final Value[] columns;
  private final JsonFields fields;
  private byte[] b = {};
  private int end;
  private int rows;
  private byte[] scratch = new byte[256];
  private int tokenFrom;
  private int tokenTo;
  private boolean tokenEscaped;

  /** A column or a part of one: where its values go and, for a ROW, how its fields are found. */
  private static final class Value {
    final ColumnBuilder out;
    final Kind kind;
    final Value[] children;
    final JsonFields fields;

    Value(ColumnBuilder out) {
      this.out = out;
      this.kind = out.kind();
      List<Field> inner = out.type().children();
      this.children = new Value[inner.size()];
      for (int i = 0; i < children.length; i++) {
        children[i] = new Value(out.child(i));
      }
      this.fields =
          new JsonFields(kind == Kind.ROW ? inner.stream().map(Field::name).toList() : List.of());
    }
  }

  JsonDecoder(Schema schema, boolean failOnMissing, BufferAllocator allocator) {
    this.schema = schema;
    this.failOnMissing = failOnMissing;
    List<Value> made = new ArrayList<>();
    for (Field field : schema.fields()) {
      made.add(new Value(new ColumnBuilder(field.name(), field.type(), allocator)));
    }
    this.columns = made.toArray(Value[]::new);
    this.fields = new JsonFields(schema.names());
  }

  @Override
  public void decode(byte[] bytes, int from, int to) throws MalformedRecord {
    b = bytes;
    end = to;
    try {
      int i = blanks(from);
      if (i == end || b[i] != '{') {
        throw new MalformedRecord(
            "", i, "expected a JSON object, saw " + TextParser.shown(b, i, end));
      }
      i = blanks(object(i, columns, fields, rows, 1));
      if (i != end) {
        throw new MalformedRecord(
            "", i, "expected the end of the record, saw " + TextParser.shown(b, i, end));
      }
      rows++;
    } catch (MalformedRecord e) {
      for (Value column : columns) {
        column.out.truncateDeep(rows);
      }
      throw new MalformedRecord(
          e.column().orElse(""), e.at() < from ? 0 : e.at() - from, e.getMessage());
    }
  }

  private int blanks(int from) {
    int i = from;
    while (i < end
        && b[i] <= ' '
        && (b[i] == ' ' || b[i] == '\t' || b[i] == '\r' || b[i] == '\n')) {
      i++;
    }
    return i;
  }

  /**
   * Reads the object at {@code start} into {@code into}, one value each at index {@code row}; gives
   * its end.
   */
  private int object(int start, Value[] into, JsonFields names, int row, int depth)
      throws MalformedRecord {
    int i = blanks(start + 1);
    if (i < end && b[i] == '}') {
      i++;
    } else {
      for (int member = 0; true; member++) {
        if (i >= end || b[i] != '"') {
          throw unexpected(i, "a field name in double quotes");
        }
        int known = names.expected(member, b, i, end);
        int found;
        int next;
        if (known > 0) {
          found = names.expectedField(member);
          next = blanks(i + known);
        } else {
          next = key(i);
          found = names.find(keyBytes, keyFrom, keyTo);
          int colon = blanks(next);
          if (colon >= end || b[colon] != ':') {
            throw unexpected(colon, "':'");
          }
          if (colon == next && keyBytes == b) {
            names.remember(member, b, i, colon + 1, found);
          }
          next = blanks(colon + 1);
        }
        if (found < 0) {
          i = blanks(skip(next, depth));
        } else {
          Value value = into[found];
          if (value.out.size() > row) {
            value.out.truncate(row);
          }
          i = blanks(column(value, next, depth));
        }
        if (i < end && b[i] == ',') {
          i = blanks(i + 1);
        } else if (i < end && b[i] == '}') {
          i++;
          break;
        } else {
          throw unexpected(i, "',' or '}'");
        }
      }
    }
    for (Value value : into) {
      if (value.out.size() == row) {
        missing(value, i - 1);
      }
    }
    return i;
  }

  private int column(Value value, int at, int depth) throws MalformedRecord {
    if (depth > 1 || !value.kind.isNested()) {
      return value(value, at, depth);
    }
    try {
      return value(value, at, depth);
    } catch (MalformedRecord e) {
      throw new MalformedRecord(value.out.name(), e.at(), e.getMessage());
    }
  }

  private void missing(Value value, int at) throws MalformedRecord {
    if (failOnMissing || !value.out.type().nullable()) {
      throw new MalformedRecord(
          value.out.name(),
          at,
          failOnMissing
              ? "the field is missing"
              : "the field is missing and the column is NOT NULL");
    }
    value.out.appendNull();
  }

  private MalformedRecord unexpected(int at, String expected) {
    return new MalformedRecord(
        "", at, "expected " + expected + ", saw " + TextParser.shown(b, at, end));
  }

  private byte[] keyBytes = {};
  private int keyFrom;
  private int keyTo;

  private int key(int quote) throws MalformedRecord {
    int next = string(quote);
    if (tokenEscaped) {
      unescape();
      keyBytes = scratch;
    } else {
      keyBytes = b;
    }
    keyFrom = tokenFrom;
    keyTo = tokenTo;
    return next;
  }

  /**
   * Finds the string that starts with the quote at {@code quote}; gives the index behind its end.
   */
  private int string(int quote) throws MalformedRecord {
    int i = quote + 1;
    tokenEscaped = false;
    while (true) {
      i = Bytes.indexOfEither(b, i, end, (byte) '"', (byte) '\\');
      if (i >= end) {
        throw new MalformedRecord(
            "",
            quote,
            "the text that starts with " + TextParser.shown(b, quote, end) + " has no end");
      }
      if (b[i] == '"') {
        tokenFrom = quote + 1;
        tokenTo = i;
        return i + 1;
      }
      tokenEscaped = true;
      i += 2;
    }
  }

  private int skip(int at, int depth) throws MalformedRecord {
    int c = at < end ? b[at] : 0;
    if (c == '"') {
      return string(at);
    }
    return c == '{' || c == '[' ? skipNested(at, depth) : literal(at);
  }

  private int skipNested(int start, int depth) throws MalformedRecord {
    long objects = 0;
    int open = 0;
    int i = start;
    while (i < end) {
      int c = b[i];
      if (c == '"') {
        i = string(i);
        continue;
      }
      if (c == '{' || c == '[') {
        open++;
        if (depth + open > MAX_DEPTH) {
          throw tooDeep(i);
        }
        objects = objects << 1 | (c == '{' ? 1 : 0);
      } else if (c == '}' || c == ']') {
        if ((objects & 1) != (c == '}' ? 1 : 0)) {
          throw unexpected(i, c == '}' ? "']'" : "'}'");
        }
        objects >>>= 1;
        open--;
        if (open == 0) {
          return i + 1;
        }
      }
      i++;
    }
    throw unexpected(
        end,
        "the end of the value that starts with "
            + TextParser.shown(b, start, Math.min(end, start + 20)));
  }

  private static MalformedRecord tooDeep(int at) {
    return new MalformedRecord("", at, "values are nested deeper than " + MAX_DEPTH);
  }

  /** Steps over a number or a word; gives its end. */
  private int literal(int at) throws MalformedRecord {
    int i = at;
    while (i < end
        && (b[i] >= '0' && b[i] <= '9'
            || b[i] >= 'a' && b[i] <= 'z'
            || b[i] == '.'
            || b[i] == '-'
            || b[i] == '+'
            || b[i] == 'E')) {
      i++;
    }
    boolean number = i > at && (b[at] >= '0' && b[at] <= '9' || b[at] == '-' && i > at + 1);
    if (!number && !is(at, i, "true") && !is(at, i, "false") && !is(at, i, "null")) {
      throw unexpected(at, "a JSON value");
    }
    return i;
  }

  private boolean is(int from, int to, String word) {
    if (to - from != word.length()) {
      return false;
    }
    for (int i = from; i < to; i++) {
      if (b[i] != word.charAt(i - from)) {
        return false;
      }
    }
    return true;
  }

  private int value(Value value, int at, int depth) throws MalformedRecord {
    ColumnBuilder out = value.out;
    int c = at < end ? b[at] : 0;
    if (c == '"') {
      int next = string(at);
      byte[] source = b;
      if (tokenEscaped) {
        unescape();
        source = scratch;
      }
      if (value.kind.isNested()) {
        throw TextParser.malformed(out, out.type().withNullable(true).sql(), b, at, next);
      }
      scalar(out, source, at);
      return next;
    }
    if (c == '{' || c == '[') {
      return nested(value, at, depth);
    }
    int next = literal(at);
    if (b[at] == 'n') {
      if (!out.type().nullable()) {
        throw new MalformedRecord(out.name(), at, "null in a NOT NULL column");
      }
      out.appendNull();
      return next;
    }
    if (value.kind.isNested() || value.kind == Kind.VARBINARY) {
      throw TextParser.malformed(out, out.type().withNullable(true).sql(), b, at, next);
    }
    TextParser.parse(out, b, at, next);
    return next;
  }

  private void scalar(ColumnBuilder out, byte[] source, int at) throws MalformedRecord {
    if (source == b) {
      TextParser.parse(out, source, tokenFrom, tokenTo);
      return;
    }
    try {
      TextParser.parse(out, source, tokenFrom, tokenTo);
    } catch (MalformedRecord e) {
      throw new MalformedRecord(out.name(), at, e.getMessage());
    }
  }

  private int nested(Value value, int at, int depth) throws MalformedRecord {
    if (depth >= MAX_DEPTH) {
      throw tooDeep(at);
    }
    ColumnBuilder out = value.out;
    boolean object = b[at] == '{';
    if (value.kind == Kind.VARCHAR) {
      int next = skipNested(at, depth);
      TextParser.parse(out, b, at, next);
      return next;
    }
    if (object && value.kind == Kind.ROW) {
      int next = object(at, value.children, value.fields, out.size(), depth + 1);
      out.appendStruct();
      return next;
    }
    if (object && value.kind == Kind.MAP || !object && value.kind == Kind.ARRAY) {
      int next = object ? entries(value, at, depth) : elements(value, at, depth);
      out.appendList();
      return next;
    }
    throw TextParser.malformed(out, out.type().withNullable(true).sql(), b, at, end);
  }

  private int elements(Value value, int at, int depth) throws MalformedRecord {
    int i = blanks(at + 1);
    if (i < end && b[i] == ']') {
      return i + 1;
    }
    while (true) {
      i = blanks(value(value.children[0], i, depth + 1));
      if (i < end && b[i] == ',') {
        i = blanks(i + 1);
      } else if (i < end && b[i] == ']') {
        return i + 1;
      } else {
        throw unexpected(i, "',' or ']'");
      }
    }
  }

  private int entries(Value value, int at, int depth) throws MalformedRecord {
    int i = blanks(at + 1);
    if (i < end && b[i] == '}') {
      return i + 1;
    }
    while (true) {
      if (i >= end || b[i] != '"') {
        throw unexpected(i, "a key in double quotes");
      }
      int next = key(i);
      TextParser.parse(value.children[0].out, keyBytes, keyFrom, keyTo);
      next = blanks(next);
      if (next >= end || b[next] != ':') {
        throw unexpected(next, "':'");
      }
      i = blanks(value(value.children[1], blanks(next + 1), depth + 1));
      if (i < end && b[i] == ',') {
        i = blanks(i + 1);
      } else if (i < end && b[i] == '}') {
        return i + 1;
      } else {
        throw unexpected(i, "',' or '}'");
      }
    }
  }

  /** Resolves the escapes of the token into {@code scratch}, where the token then is. */
  private void unescape() throws MalformedRecord {
    if (scratch.length < tokenTo - tokenFrom) {
      scratch = new byte[Math.max(scratch.length * 2, tokenTo - tokenFrom)];
    }
    tokenTo = JsonEscapes.resolve(b, tokenFrom, tokenTo, scratch);
    tokenFrom = 0;
  }

  @Override
  public int rows() {
    return rows;
  }

  /** Forgets all but the first {@code kept} rows since the last {@link #finish()}. */
  void truncate(int kept) {
    rows = kept;
    for (Value column : columns) {
      column.out.truncateDeep(kept);
    }
  }

  @Override
  public RecordBatch finish() {
    RecordBatch batch = finish(schema, Arrays.stream(columns).map(c -> c.out).toList(), rows);
    rows = 0;
    return batch;
  }

  /** The batch of what the builders hold. */
  static RecordBatch finish(Schema schema, List<ColumnBuilder> builders, int rows) {
    FieldVector[] vectors = new FieldVector[builders.size()];
    try {
      for (int i = 0; i < vectors.length; i++) {
        vectors[i] = builders.get(i).finish();
      }
    } catch (RuntimeException | Error e) {
      for (FieldVector vector : vectors) {
        if (vector != null) {
          vector.close();
        }
      }
      throw e;
    }
    return RecordBatch.ofVectors(schema, vectors, rows);
  }

  @Override
  public void close() {
    for (Value column : columns) {
      column.out.close();
    }
  }
}
