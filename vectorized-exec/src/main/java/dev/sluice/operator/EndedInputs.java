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
 * Which inputs have ended. Every task saves it under every key group: of those read back an input
 * has ended if it had for all. Single-threaded.
 */
final class EndedInputs {
  static final String PART = "ended";
  private static final int LAYOUT = 1;
  private static final DataType WORD = DataType.of(Kind.BIGINT).notNull();
  private static final Schema SCHEMA = Schema.of(new Field("inputs", WORD));

  private long mask;

  void end(int input) {
    mask |= 1L << input;
  }

  boolean has(int input) {
    return (mask >> input & 1) != 0;
  }

  void save(StateWriter state, BufferAllocator allocator) {
    StateWriter.Part part = state.part(PART, LAYOUT, SCHEMA);
    try (BatchBuilder builder = new BatchBuilder(SCHEMA, allocator);
        RecordBatch row = builder.add(RowKind.INSERT, mask).build()) {
      for (int group = 0; group < KeyGroups.COUNT; group++) {
        if (state.wants(group)) {
          part.write(group, row.share());
        }
      }
    }
  }

  void restore(StateReader state) {
    if (state.version(PART).isEmpty()) {
      return;
    }
    mask = -1L;
    state.read(PART, (batch, group) -> take(batch));
  }

  private void take(RecordBatch batch) {
    try (batch) {
      for (int i = 0; i < batch.rowCount(); i++) {
        mask &= Cells.word(batch.vector(0), WORD, batch.position(i));
      }
    }
  }
}
