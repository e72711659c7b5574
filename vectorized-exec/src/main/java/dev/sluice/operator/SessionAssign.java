package dev.sluice.operator;

import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.ByteArena;
import dev.sluice.batch.Cells;
import dev.sluice.batch.Lane;
import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.Rows;
import dev.sluice.function.TimeFunctions;
import dev.sluice.plan.PlanNode;
import dev.sluice.plan.TimeAttribute;
import dev.sluice.plan.WindowSpec;
import dev.sluice.state.KeyColumns;
import dev.sluice.state.KeyGroups;
import dev.sluice.state.StateReader;
import dev.sluice.state.StateWriter;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.Schema;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Keeps rows until their session closes, then gives them with its bounds, in order of arrival;
 * sessions in order of end, then of start. A row joins sessions that were open when it came by its
 * own sequence's watermark, so that the answer does not depend on how rows are cut into batches.
 */
final class SessionAssign implements Operator {
  private static final String ROWS = "rows";
  private static final int LAYOUT = 1;
  private static final DataType WORD = DataType.of(Kind.BIGINT);

  private final PlanNode.WindowAssign node;
  private final Schema input;
  private final DataType timeType;
  private final long unit;
  private final SessionStore store;
  private final KeyColumns keys;
  private final ByteArena keyBytes = new ByteArena(64);
  private final Lane times = new Lane();
  private final Lane marks = new Lane();
  private Optional<OperatorContext> context = Optional.empty();
  private ZoneId zone = ZoneOffset.UTC;
  private final Clock clock = new Clock();

  SessionAssign(PlanNode.WindowAssign node, WindowSpec.Session spec) {
    this.node = node;
    input = node.input().schema();
    timeType = input.type(spec.timeColumn());
    unit = TimeAttribute.unitMicros(node.input().traits(), timeType);
    store = new SessionStore(spec.gapMicros(), node.allowedLatenessMicros());
    keys = new KeyColumns(input, node.keys());
  }

  @Override
  public void open(OperatorContext host) {
    context = Optional.of(host);
    zone = host.evalContext().zone();
  }

  @Override
  public void process(int port, RecordBatch batch, Output output) {
    try (batch) {
      Rows rows = Rows.of(batch);
      times.load(batch.vector(node.window().timeColumn()), timeType, Lane.Form.WORD, rows);
      if (node.rowWatermark().isPresent()) {
        marks.load(batch.vector(node.rowWatermark().getAsInt()), WORD, Lane.Form.WORD, rows);
      }
      keys.load(batch, rows);
      int[] late = new int[rows.count()];
      int count = 0;
      int unusable = 0;
      for (int i = 0; i < rows.count(); i++) {
        long time = times.words()[i];
        boolean usable = !times.isNull(i) && time >= -WindowGrid.LIMIT && time <= WindowGrid.LIMIT;
        if (!usable || !add(batch, rows.position(i), i, time)) {
          late[count++] = rows.position(i);
          unusable += usable ? 0 : 1;
        }
      }
      clock.arrived(batch.length());
      if (unusable > 0) {
        context.orElseThrow().count("rows.null-time", unusable);
      }
      if (count > 0) {
        LateRows.give(batch, Rows.at(late, count), node.late(), context.orElseThrow());
      }
    }
  }

  private boolean add(RecordBatch batch, int position, int row, long time) {
    Optional<SessionStore.Session> session =
        store.sessionOf(
            key(batch, position, keys.hashes()[row]), time, Math.max(clock.watermark(), mark(row)));
    session.ifPresent(s -> append(batch, position, clock.sequence() + position, s));
    return session.isPresent();
  }

  /** The watermark of its split that the row came behind, if it did. */
  private long mark(int row) {
    return node.rowWatermark().isPresent() && !marks.isNull(row)
        ? marks.words()[row]
        : Long.MIN_VALUE;
  }

  private SessionStore.Key key(RecordBatch batch, int position, long hash) {
    ByteArena bytes = keyBytes;
    bytes.truncate(0);
    for (int column : node.keys()) {
      Cells.appendNullable(batch.vector(column), input.type(column), position, bytes);
    }
    return new SessionStore.Key(Arrays.copyOf(bytes.array(), bytes.length()), hash);
  }

  private void append(RecordBatch batch, int position, long arrival, SessionStore.Session session) {
    ByteArena rows = session.rows();
    int start = rows.length();
    rows.putInt(0);
    rows.putLong(arrival);
    for (int c = 0; c < input.size(); c++) {
      Cells.appendNullable(batch.vector(c), input.type(c), position, rows);
    }
    int end = rows.length();
    rows.truncate(start);
    rows.putInt(end - start);
    rows.truncate(end);
  }

  @Override
  public Optional<Waiting> waiting() {
    return store.waiting();
  }

  @Override
  public long onWatermark(long time, Output output) {
    clock.advance(time);
    BatchBuilder builder = builder();
    try {
      for (SessionStore.Session session : store.closed(clock.watermark())) {
        context.orElseThrow().count("windows.emitted", 1);
        byte[] source = session.rows().array();
        for (int at = 0; at < session.rows().length(); at += ByteArena.intAt(source, at)) {
          write(session, source, at, builder);
          if (builder.rows() >= context.orElseThrow().batchRows()) {
            output.emit(builder.build());
            builder = builder();
          }
        }
      }
      if (builder.rows() > 0) {
        output.emit(builder.build());
      }
    } finally {
      builder.close();
    }
    return clock.outgoing(node.allowedLatenessMicros() + unit);
  }

  private BatchBuilder builder() {
    return new BatchBuilder(node.schema(), context.orElseThrow().allocator());
  }

  private void write(SessionStore.Session session, byte[] source, int place, BatchBuilder out) {
    int row = out.rows();
    int at = place + SessionStore.HEAD;
    for (int c = 0; c < input.size(); c++) {
      at = Cells.setNullable(out.vector(c), input.type(c), row, source, at);
    }
    long[] bounds = {session.first(), session.end(), session.end() - unit};
    for (int b = 0; b < 3; b++) {
      DataType type = node.schema().type(input.size() + b);
      boolean local = timeType.kind() == Kind.TIMESTAMP_LTZ && type.kind() != Kind.TIMESTAMP_LTZ;
      long word = local ? TimeFunctions.toLocal(bounds[b], zone) : bounds[b];
      Cells.setWord(out.vector(input.size() + b), type, row, word);
    }
    out.advance(1);
  }

  @Override
  public void snapshot(StateWriter state) {
    Schema layout = layout();
    StateWriter.Part part = state.part(ROWS, LAYOUT, layout);
    long number = 0;
    for (SessionStore.Session session : store.all()) {
      try (BatchBuilder builder = new BatchBuilder(layout, context.orElseThrow().allocator())) {
        byte[] source = session.rows().array();
        for (int at = 0; at < session.rows().length(); at += ByteArena.intAt(source, at)) {
          int row = builder.rows();
          int from = at + SessionStore.HEAD;
          Cells.setWord(builder.vector(0), WORD, row, number);
          Cells.setWord(builder.vector(1), WORD, row, ByteArena.longAt(source, at + Integer.BYTES));
          for (int c = 0; c < input.size(); c++) {
            from = Cells.setNullable(builder.vector(c + 2), input.type(c), row, source, from);
          }
          builder.advance(1);
        }
        part.write(KeyGroups.of(session.key().hash()), builder.build());
      }
      number++;
    }
    clock.save(state, context.orElseThrow().allocator());
  }

  private Schema layout() {
    Schema head =
        Schema.of(new Field("$session", WORD.notNull()), new Field("$arrival", WORD.notNull()));
    return head.append(input.fields().toArray(new Field[0]));
  }

  @Override
  public void restore(StateReader state) {
    if (clock.restore(state)) {
      state.read(
          ROWS,
          (batch, group) -> {
            try (batch) {
              restoreRows(batch);
            }
          });
    }
  }

  /** The rows of one key group; a session's rows stand together. */
  private void restoreRows(RecordBatch chunk) {
    int[] columns = IntStream.range(2, chunk.schema().size()).toArray();
    try (RecordBatch batch = chunk.share().project(input, columns)) {
      Rows rows = Rows.of(batch);
      keys.load(batch, rows);
      times.load(batch.vector(node.window().timeColumn()), timeType, Lane.Form.WORD, rows);
      if (node.rowWatermark().isPresent()) {
        marks.load(batch.vector(node.rowWatermark().getAsInt()), WORD, Lane.Form.WORD, rows);
      }
      Optional<SessionStore.Session> session = Optional.empty();
      long number = -1;
      for (int i = 0; i < rows.count(); i++) {
        int position = rows.position(i);
        long own = Cells.word(chunk.vector(0), WORD, position);
        long time = times.words()[i];
        if (own != number || session.isEmpty()) {
          number = own;
          session = Optional.of(store.begin(key(batch, position, keys.hashes()[i]), time, mark(i)));
        } else {
          store.extend(session.get(), time, mark(i));
        }
        long arrival = Cells.word(chunk.vector(1), WORD, position);
        append(batch, position, arrival, session.get());
      }
    }
  }

  @Override
  public long stateBytes() {
    return store.byteSize();
  }

  @Override
  public void close() {
    store.clear();
  }
}
