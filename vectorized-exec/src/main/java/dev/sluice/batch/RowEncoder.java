package dev.sluice.batch;

import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.Schema;
import java.util.Optional;
import org.apache.arrow.memory.util.MemoryUtil;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.NullVector;

/**
 * Rows of a batch as bytes, each column as {@link Cells#appendNullable} has it. Where the columns
 * lie in memory is looked up once a batch, not once a cell. Remembers the batch it saw last without
 * owning it. Single-threaded.
 */
public final class RowEncoder {
  /** How a column lies in memory. */
  private enum Form {
    NULL,
    LONG,
    INT,
    BYTES,
    OTHER
  }

  private final DataType[] types;
  private final Form[] forms;
  private final Form[] now;
  private final FieldVector[] vectors;
  private final long[] validity;
  private final long[] values;
  private final long[] offsets;
  private Optional<RecordBatch> last = Optional.empty();

  /** An encoder of rows of {@code schema}; columns that a batch has behind them are left out. */
  public RowEncoder(Schema schema) {
    int width = schema.size();
    types = new DataType[width];
    forms = new Form[width];
    for (int c = 0; c < width; c++) {
      types[c] = schema.type(c);
      forms[c] = form(types[c].kind());
    }
    now = new Form[width];
    vectors = new FieldVector[width];
    validity = new long[width];
    values = new long[width];
    offsets = new long[width];
  }

  private static Form form(Kind kind) {
    return switch (kind) {
      case NULL -> Form.NULL;
      case BIGINT, TIMESTAMP, TIMESTAMP_LTZ, INTERVAL_DAY -> Form.LONG;
      case INTEGER, DATE, TIME, INTERVAL_MONTH -> Form.INT;
      case VARCHAR, VARBINARY -> Form.BYTES;
      default -> Form.OTHER;
    };
  }

  private void open(RecordBatch batch) {
    last = Optional.of(batch);
    for (int c = 0; c < forms.length; c++) {
      FieldVector vector = batch.vector(c);
      vectors[c] = vector;
      now[c] = vector instanceof NullVector ? Form.NULL : forms[c];
      if (now[c] == Form.NULL || now[c] == Form.OTHER) {
        continue;
      }
      validity[c] = vector.getValidityBuffer().memoryAddress();
      values[c] = vector.getDataBuffer().memoryAddress();
      offsets[c] = now[c] == Form.BYTES ? vector.getOffsetBuffer().memoryAddress() : 0;
    }
  }

  /** Appends the row at {@code position}; cheapest where rows of one batch follow each other. */
  public void append(RecordBatch batch, int position, ByteArena out) {
    if (last.isEmpty() || last.get() != batch) {
      open(batch);
    }
    for (int c = 0; c < now.length; c++) {
      Form form = now[c];
      if (form == Form.OTHER) {
        Cells.appendNullable(vectors[c], types[c], position, out);
      } else if (form == Form.NULL || isNull(validity[c], position)) {
        out.putByte(0);
      } else if (form == Form.LONG) {
        out.putFlaggedLong(MemoryUtil.getLong(values[c] + 8L * position));
      } else if (form == Form.INT) {
        out.putFlaggedLong(MemoryUtil.getInt(values[c] + 4L * position));
      } else {
        appendBytes(offsets[c] + 4L * position, values[c], out);
      }
    }
  }

  private static boolean isNull(long validity, int position) {
    return (MemoryUtil.getByte(validity + (position >> 3)) >> (position & 7) & 1) == 0;
  }

  private static void appendBytes(long bounds, long data, ByteArena out) {
    int from = MemoryUtil.getInt(bounds);
    int count = MemoryUtil.getInt(bounds + 4) - from;
    int at = out.putFlaggedLength(count);
    if (count > 0) {
      MemoryUtil.copyFromMemory(data + from, out.array(), at, count);
    }
  }
}
