package dev.sluice.operator;

import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.ByteArena;
import dev.sluice.batch.Cells;
import dev.sluice.batch.RecordBatch;
import dev.sluice.type.DataType;
import dev.sluice.type.RowKind;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.arrow.memory.BufferAllocator;

/**
 * One key group of an operator on disk: its state as the operator saved it, and the input that has
 * come for it since, in order. Single-threaded.
 */
final class SpilledGroup {
  private static final int LOGGED_ROWS = 4096;

  /** Tags of records: of state a row, or that a chunk begins; of input also that time moved. */
  private static final int ROW = 0;

  private static final int CHUNK = 1;
  private static final int CONTROL = 0x7f;

  private final SpillStore disk;
  private final List<SpillPages> state = new ArrayList<>();
  private final SpillPages log;

  /** What the operator had been told when the state was saved. */
  private long fedWatermark = Long.MIN_VALUE;

  private int fedEnds;

  /** The watermark it let pass then. */
  private long flowed = Long.MIN_VALUE;

  /** The watermark at which it has something to give; never: {@link Long#MAX_VALUE}. */
  private long due = Long.MAX_VALUE;

  private Told logged = new Told(Long.MIN_VALUE, 0);
  private long since;

  /** Rows of state besides what every group has. */
  private long rows;

  SpilledGroup(SpillStore disk) {
    this.disk = disk;
    log = new SpillPages(disk);
  }

  // ---- state

  /**
   * Adds a chunk of part {@code part}; takes ownership.
   *
   * @param own whether it tells of this group's keys, and not of the operator as a whole
   */
  void save(int part, boolean own, RecordBatch chunk) {
    rows += own ? chunk.rowCount() : 0;
    while (state.size() <= part) {
      state.add(new SpillPages(disk));
    }
    SpillPages pages = state.get(part);
    try (chunk) {
      pages.record().putByte(CHUNK);
      for (int i = 0; i < chunk.rowCount(); i++) {
        pages.record().putByte(ROW);
        encode(chunk, chunk.position(i), pages.record());
        pages.end();
      }
    }
  }

  /** The state is complete: what the operator had been told, and what it let pass. */
  void saved(long watermark, int ends, long passed, long nextDue) {
    state.forEach(SpillPages::seal);
    fedWatermark = watermark;
    fedEnds = ends;
    logged = new Told(watermark, ends);
    flowed = passed;
    due = nextDue;
  }

  /** The operator knew when the state was saved that these inputs had ended. */
  void resumeFinished(int ends) {
    fedEnds |= ends;
  }

  /** Gives the chunks of a part; the callee owns them. */
  void readState(int part, Schema layout, BufferAllocator allocator, Consumer<RecordBatch> each) {
    if (part >= state.size()) {
      return;
    }
    Reading reading = new Reading(layout, allocator);
    try {
      state
          .get(part)
          .read(
              (bytes, length) -> {
                int at = 0;
                while (at < length) {
                  if (bytes[at++] == CHUNK) {
                    reading.give(each);
                  } else {
                    at = reading.row(RowKind.INSERT, bytes, at);
                  }
                }
              });
      reading.give(each);
    } finally {
      reading.close();
    }
  }

  /** Whether there is state of keys of its own. */
  boolean hasRows() {
    return rows > 0;
  }

  /** Whether it had let less event time pass than it was told when its state was saved. */
  boolean holdsBack() {
    return hasRows() && flowed < fedWatermark;
  }

  /** Rows of state of keys of its own. */
  long rows() {
    return rows;
  }

  /** Bytes of state on disk. */
  long stateSize() {
    return state.stream().mapToLong(SpillPages::size).sum();
  }

  void clearState() {
    rows = 0;
    state.forEach(SpillPages::clear);
  }

  // ---- input

  /**
   * What an operator is told besides rows.
   *
   * @param watermark event time
   * @param ends by bits the inputs that have ended
   */
  record Told(long watermark, int ends) {}

  /** Adds a row; {@code told}: what the operator had been told before it, if that matters. */
  void log(int input, RecordBatch batch, int position, Optional<Told> told, long nowMicros) {
    if (log.isEmpty()) {
      since = nowMicros;
    }
    ByteArena out = log.record();
    if (told.isPresent() && !told.get().equals(logged)) {
      logged = told.get();
      out.putByte(CONTROL);
      out.putLong(logged.watermark());
      out.putInt(logged.ends());
    }
    out.putByte(input << 2 | batch.kind(position).code());
    encode(batch, position, out);
    log.end();
  }

  /** Takes the input again in its order. */
  interface Replay {
    /** Rows of one input; the callee owns them. */
    void rows(int input, RecordBatch batch);

    /** Time had come to {@code watermark}, and the inputs in {@code ends} had ended. */
    void told(long watermark, int ends);
  }

  void replay(Schema[] inputs, BufferAllocator allocator, Replay to) {
    Reading[] readings = new Reading[inputs.length];
    for (int i = 0; i < inputs.length; i++) {
      readings[i] = new Reading(inputs[i], allocator);
    }
    int[] last = {0};
    try {
      log.read(
          (bytes, length) -> {
            int at = 0;
            while (at < length) {
              int tag = bytes[at++];
              int input = tag == CONTROL ? last[0] : tag >> 2;
              boolean full = readings[last[0]].rows() == LOGGED_ROWS;
              if (full || tag == CONTROL || input != last[0]) {
                int giving = last[0];
                readings[giving].give(batch -> to.rows(giving, batch));
              }
              last[0] = input;
              if (tag == CONTROL) {
                to.told(ByteArena.longAt(bytes, at), ByteArena.intAt(bytes, at + Long.BYTES));
                at += Long.BYTES + Integer.BYTES;
              } else {
                at = readings[input].row(RowKind.of((byte) (tag & 3)), bytes, at);
              }
            }
          });
      readings[last[0]].give(batch -> to.rows(last[0], batch));
    } finally {
      for (Reading reading : readings) {
        reading.close();
      }
    }
    log.clear();
  }

  /** Gives back the memory of input that is not on disk yet. */
  void seal() {
    log.seal();
  }

  /** Since when input has been waiting. */
  long since() {
    return since;
  }

  /** Bytes of input that waits. */
  long logSize() {
    return log.size();
  }

  long fedWatermark() {
    return fedWatermark;
  }

  int fedEnds() {
    return fedEnds;
  }

  long flowed() {
    return flowed;
  }

  /** Everything has been given; nothing is kept. */
  void finish() {
    clearState();
    log.clear();
  }

  /**
   * Whether it has to be brought back.
   *
   * @param ends by bits the inputs that have ended
   * @param ended whether all have
   */
  boolean owes(long watermark, int ends, boolean ended) {
    boolean over = ended || watermark == Long.MAX_VALUE || ends != fedEnds;
    return !log.isEmpty() || hasRows() && (over || watermark > fedWatermark && due <= watermark);
  }

  /** Bytes in memory, about. */
  long byteSize() {
    return log.byteSize() + state.stream().mapToLong(SpillPages::byteSize).sum();
  }

  private static void encode(RecordBatch batch, int position, ByteArena out) {
    Schema schema = batch.schema();
    for (int c = 0; c < schema.size(); c++) {
      Cells.appendNullable(batch.vector(c), schema.type(c), position, out);
    }
  }

  /** A batch that grows while records are read. */
  private static final class Reading implements AutoCloseable {
    private final Schema schema;
    private final BufferAllocator allocator;
    private Optional<BatchBuilder> builder = Optional.empty();

    Reading(Schema schema, BufferAllocator allocator) {
      this.schema = schema;
      this.allocator = allocator;
    }

    int rows() {
      return builder.map(BatchBuilder::rows).orElse(0);
    }

    /** Takes the row that begins at {@code from}; gives the place behind it. */
    int row(RowKind kind, byte[] bytes, int from) {
      if (builder.isEmpty()) {
        builder = Optional.of(new BatchBuilder(schema, allocator));
      }
      BatchBuilder out = builder.get();
      int at = from;
      for (int c = 0; c < schema.size(); c++) {
        DataType type = schema.type(c);
        at =
            type.kind() == DataType.Kind.NULL
                ? at + 1
                : Cells.setNullable(out.vector(c), type, out.rows(), bytes, at);
      }
      out.mark(kind);
      return at;
    }

    void give(Consumer<RecordBatch> each) {
      if (builder.isPresent()) {
        RecordBatch batch = builder.get().build();
        builder = Optional.empty();
        each.accept(batch);
      }
    }

    @Override
    public void close() {
      builder.ifPresent(BatchBuilder::close);
    }
  }
}
