package dev.sluice.state;

import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.ByteArena;
import dev.sluice.batch.Cells;
import dev.sluice.batch.Loops;
import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.RowDecoder;
import dev.sluice.batch.RowEncoder;
import dev.sluice.plan.SortKey;
import dev.sluice.type.DataType;
import dev.sluice.type.Schema;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.vector.FieldVector;

/**
 * Rows as bytes: the whole row, and the columns it is ordered by in a form whose unsigned order is
 * theirs. Keeps scratch memory: single-threaded.
 */
public final class RowCodec {
  private final DataType[] types;
  private final List<SortKey> order;
  private final RowEncoder encoder;
  private final RowDecoder decoder;
  private final ByteArena arena = new ByteArena(256);

  /** Rows of {@code schema} ordered by {@code order}. */
  public RowCodec(Schema schema, List<SortKey> order) {
    types = new DataType[schema.size()];
    for (int i = 0; i < types.length; i++) {
      types[i] = schema.type(i);
    }
    this.order = order;
    encoder = new RowEncoder(schema);
    decoder = new RowDecoder(schema);
  }

  /** The order's columns of the row at {@code position}. */
  public byte[] key(RecordBatch batch, int position) {
    arena.truncate(0);
    for (SortKey key : order) {
      FieldVector vector = batch.vector(key.column());
      DataType type = types[key.column()];
      boolean isNull = type.kind() == DataType.Kind.NULL || vector.isNull(position);
      arena.putByte(isNull == key.nullsFirst() ? 0 : 1);
      if (isNull) {
        continue;
      }
      int from = arena.length();
      if (Cells.isWord(type)) {
        arena.putLong(Long.reverseBytes(Cells.word(vector, type, position) ^ Long.MIN_VALUE));
      } else {
        putEscaped(vector, type, position);
      }
      if (key.descending()) {
        byte[] bytes = arena.array();
        for (int i = from; i < arena.length(); i++) {
          bytes[i] = (byte) ~bytes[i];
        }
      }
    }
    return Arrays.copyOf(arena.array(), arena.length());
  }

  /** Zeros are followed by a one, two zeros end the value: no value is the beginning of another. */
  private void putEscaped(FieldVector vector, DataType type, int position) {
    int from = arena.length();
    Cells.appendBytes(vector, type, position, arena);
    byte[] value = Arrays.copyOfRange(arena.array(), from, arena.length());
    arena.truncate(from);
    for (byte b : value) {
      arena.putByte(b);
      if (b == 0) {
        arena.putByte(1);
      }
    }
    arena.putByte(0);
    arena.putByte(0);
  }

  /** A key whose order is that of the numbers. */
  public static byte[] numberKey(long number) {
    ByteArena made = new ByteArena(Long.BYTES);
    made.putLong(Long.reverseBytes(number ^ Long.MIN_VALUE));
    return made.array();
  }

  /** All columns of the row at {@code position}. */
  public byte[] row(RecordBatch batch, int position) {
    arena.truncate(0);
    row(batch, position, arena);
    return Arrays.copyOf(arena.array(), arena.length());
  }

  /** Appends what {@link #row(RecordBatch, int)} gives. */
  public void row(RecordBatch batch, int position, ByteArena out) {
    encoder.append(batch, position, out);
  }

  /** Writes many rows to the first columns of an empty builder; does not count them. */
  public void write(byte[][] rows, int[] at, int count, BatchBuilder out) {
    FieldVector[] to = new FieldVector[types.length];
    for (int c = 0; c < to.length; c++) {
      to[c] = out.vector(c);
    }
    decoder.write(rows, at, count, Loops.identity(types.length), to);
  }

  /** Writes what {@link #row} made to the first columns of {@code out}, as its next row. */
  public void write(byte[] row, BatchBuilder out) {
    write(row, 0, out);
  }

  /** Writes the row that begins at {@code from}. */
  public void write(byte[] row, int from, BatchBuilder out) {
    int at = from;
    for (int c = 0; c < types.length; c++) {
      if (types[c].kind() == DataType.Kind.NULL) {
        at++;
      } else {
        at = Cells.setNullable(out.vector(c), types[c], out.rows(), row, at);
      }
    }
  }
}
