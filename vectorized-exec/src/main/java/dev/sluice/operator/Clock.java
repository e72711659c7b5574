package dev.sluice.operator;

import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.Cells;
import dev.sluice.batch.RecordBatch;
import dev.sluice.state.KeyGroups;
import dev.sluice.state.StateReader;
import dev.sluice.state.StateWriter;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.RowKind;
import dev.sluice.type.Schema;
import org.apache.arrow.memory.BufferAllocator;

/**
 * How far an operator has come in event time, and the arrival number of its next row. Every task
 * saves its own under every key group: of those read back the least watermark and the greatest
 * number are safe. Single-threaded.
 */
final class Clock {
  static final String PART = "clock";
  private static final int LAYOUT = 1;
  private static final DataType WORD = DataType.of(Kind.BIGINT);
  private static final Schema SCHEMA =
      Schema.of(new Field("watermark", WORD.notNull()), new Field("sequence", WORD.notNull()));

  private long watermark = Long.MIN_VALUE;
  private long sequence;

  long watermark() {
    return watermark;
  }

  long sequence() {
    return sequence;
  }

  void advance(long time) {
    watermark = Math.max(watermark, time);
  }

  void arrived(int rows) {
    sequence += rows;
  }

  /** The watermark that flows on when results come {@code lateness} after their time. */
  long outgoing(long lateness) {
    return watermark == Long.MAX_VALUE || watermark < Long.MIN_VALUE + lateness
        ? watermark
        : watermark - lateness;
  }

  void save(StateWriter state, BufferAllocator allocator) {
    StateWriter.Part part = state.part(PART, LAYOUT, SCHEMA);
    try (BatchBuilder builder = new BatchBuilder(SCHEMA, allocator);
        RecordBatch row = builder.add(RowKind.INSERT, watermark, sequence).build()) {
      for (int group = 0; group < KeyGroups.COUNT; group++) {
        if (state.wants(group)) {
          part.write(group, row.share());
        }
      }
    }
  }

  /** Whether there was anything to read. */
  boolean restore(StateReader state) {
    if (state.version(PART).isEmpty()) {
      return false;
    }
    long[] read = {Long.MAX_VALUE, 0};
    state.read(
        PART,
        (batch, group) -> {
          try (batch) {
            for (int i = 0; i < batch.rowCount(); i++) {
              read[0] = Math.min(read[0], Cells.word(batch.vector(0), WORD, batch.position(i)));
              read[1] = Math.max(read[1], Cells.word(batch.vector(1), WORD, batch.position(i)));
            }
          }
        });
    watermark = read[0];
    sequence = read[1];
    return true;
  }
}
