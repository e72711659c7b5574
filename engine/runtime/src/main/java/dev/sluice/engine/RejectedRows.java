package dev.sluice.engine;

import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.RecordBatch;
import dev.sluice.connector.CommonOptions;
import dev.sluice.connector.ReaderContext;
import dev.sluice.engine.sink.SinkFeed;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.operator.RejectedRow;
import dev.sluice.plan.TableRef;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.RowKind;
import dev.sluice.type.Schema;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;
import org.apache.arrow.memory.BufferAllocator;

/**
 * What happens to the records of one source that cannot be decoded, by the table's {@code
 * on-error}. Readers call {@link #rejected} from their threads; the job's thread calls {@link
 * #flush}.
 */
final class RejectedRows implements ReaderContext {
  private static final int SHOWN_BYTES = 200;

  private final TableRef table;
  private final BufferAllocator allocator;
  private final boolean fails;
  private final Optional<SinkFeed> target;
  private final ConcurrentLinkedQueue<RejectedRow> waiting = new ConcurrentLinkedQueue<>();
  private final LongAdder count = new LongAdder();
  private final LongAdder bytes = new LongAdder();

  RejectedRows(TableRef table, Optional<SinkFeed> target, BufferAllocator allocator) {
    this.table = table;
    this.target = target;
    this.allocator = allocator;
    fails = CommonOptions.onError(table).equals("fail");
  }

  @Override
  public BufferAllocator allocator() {
    return allocator;
  }

  @Override
  public void rejected(RejectedRow row) {
    if (fails) {
      throw error(row);
    }
    count.increment();
    if (target.isPresent()) {
      waiting.add(row);
    }
  }

  @Override
  public void setAside(RejectedRow row) {
    if (target.isPresent()) {
      waiting.add(row);
    }
  }

  @Override
  public boolean keepsRows() {
    return target.isPresent();
  }

  private UserError error(RejectedRow row) {
    StringBuilder where = new StringBuilder(row.split());
    row.line().ifPresent(line -> where.append(", line ").append(line));
    where.append(", offset ").append(row.position());
    row.column().ifPresent(column -> where.append(", column '").append(column).append('\''));
    return UserError.of(
            ErrorCode.MALFORMED_ROW, "malformed record in '" + table.name() + "': " + row.reason())
        .withDetail("at " + where + ": " + shown(row.raw()))
        .withHint(
            "set 'on-error' = 'drop' to skip and count such records, or 'on-error' = 'to:<sink>' to"
                + " keep them");
  }

  /** The bytes as text if they are text, else as hex; cut. */
  private static String shown(byte[] raw) {
    int length = Math.min(raw.length, SHOWN_BYTES);
    boolean printable = true;
    for (int i = 0; i < length; i++) {
      printable &= raw[i] >= 0x20 || raw[i] == '\t' || raw[i] < 0;
    }
    String text =
        printable
            ? new String(raw, 0, length, StandardCharsets.UTF_8)
            : "0x" + HexFormat.of().formatHex(raw, 0, length);
    return text + (raw.length > length ? "…" : "");
  }

  @Override
  public void bytesRead(long delta) {
    bytes.add(delta);
  }

  long count() {
    return count.sum();
  }

  long bytes() {
    return bytes.sum();
  }

  /** Gives the rows rejected since the last call to the error sink. */
  void flush() {
    if (target.isEmpty() || waiting.isEmpty()) {
      return;
    }
    List<RejectedRow> rows = new ArrayList<>();
    RejectedRow next = waiting.poll();
    while (next != null) {
      rows.add(next);
      next = waiting.poll();
    }
    target.get().write(0, batch(rows, target.get().table().schema(), allocator));
  }

  private static RecordBatch batch(
      List<RejectedRow> rows, Schema schema, BufferAllocator allocator) {
    try (BatchBuilder builder = new BatchBuilder(schema, allocator)) {
      for (RejectedRow row : rows) {
        Object[] values = new Object[schema.size()];
        for (int i = 0; i < values.length; i++) {
          values[i] =
              value(row, schema.field(i).name().toLowerCase(Locale.ROOT), schema.type(i).kind());
        }
        builder.add(RowKind.INSERT, values);
      }
      return builder.build();
    }
  }

  private static Object value(RejectedRow row, String column, Kind kind) {
    return switch (column) {
      case "source" -> row.source();
      case "split" -> row.split();
      case "position" -> row.position();
      case "line" -> row.line().orElse(null);
      case "column_name" -> row.column().orElse(null);
      case "reason" -> row.reason();
      case "raw" ->
          kind == Kind.VARBINARY
              ? HexFormat.of().formatHex(row.raw())
              : new String(row.raw(), StandardCharsets.UTF_8);
      default -> throw new IllegalStateException("error sink column " + column);
    };
  }
}
