package dev.sluice.operator;

import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.ByteArena;
import dev.sluice.batch.Cells;
import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.Rows;
import dev.sluice.function.TimeFunctions;
import dev.sluice.plan.PlanNode;
import dev.sluice.plan.SortKey;
import dev.sluice.plan.TimeAttribute;
import dev.sluice.plan.WindowSpec;
import dev.sluice.state.KeyColumns;
import dev.sluice.state.KeyGroups;
import dev.sluice.state.RowCodec;
import dev.sluice.state.SortedRow;
import dev.sluice.state.StateReader;
import dev.sluice.state.StateWriter;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.RowKind;
import dev.sluice.type.Schema;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Sessions of rows that may be taken back: a row that goes may split a session, or shorten it. So
 * the rows of a key are kept in order of their time, and which sessions they make is asked only
 * when the watermark may have closed one; its rows are then given, for good, and forgotten.
 *
 * <p>A change comes in time if a session of its row alone would be open, or if it touches one that
 * is: an update of a row in the middle of a long session takes back and brings as one.
 */
final class SessionChanges implements Operator {
  private static final String ROWS = "rows";
  private static final int LAYOUT = 1;
  private static final DataType WORD = DataType.of(Kind.BIGINT);

  /** What a key takes besides its rows, about. */
  private static final long KEY_BYTES = 200;

  /** The rows of a key. */
  private static final class Keyed {
    private final SessionStore.Key key;
    private final long number;
    private final TreeMap<SortedRow, SortedRow> rows = new TreeMap<>();

    /** No session of the key ends before. */
    private long due = Long.MAX_VALUE;

    Keyed(SessionStore.Key key, long number) {
      this.key = key;
      this.number = number;
    }

    long due() {
      return due;
    }
  }

  /** A session that is over. */
  private record Closed(long first, long end, long number, List<SortedRow> rows) {}

  private static final Comparator<Closed> BY_END =
      Comparator.comparingLong(Closed::end)
          .thenComparingLong(Closed::first)
          .thenComparingLong(Closed::number);

  private final PlanNode.WindowAssign node;
  private final Schema input;
  private final Schema layout;
  private final DataType timeType;
  private final long gap;
  private final long unit;
  private final RowCodec codec;
  private final KeyColumns keys;
  private final ByteArena keyBytes = new ByteArena(64);
  private final Map<SessionStore.Key, Keyed> byKey = new HashMap<>();
  private final TreeSet<Keyed> byDue =
      new TreeSet<>(Comparator.comparingLong(Keyed::due).thenComparingLong(k -> k.number));
  private final Clock clock = new Clock();
  private long numbers;
  private long rowBytes;
  private Optional<OperatorContext> context = Optional.empty();
  private ZoneId zone = ZoneOffset.UTC;

  SessionChanges(PlanNode.WindowAssign node, WindowSpec.Session spec) {
    this.node = node;
    input = node.input().schema();
    layout = input.append(new Field("$count", WORD.notNull()));
    timeType = input.type(spec.timeColumn());
    gap = spec.gapMicros();
    unit = TimeAttribute.unitMicros(node.input().traits(), timeType);
    codec = new RowCodec(input, List.of(new SortKey(spec.timeColumn(), false, false)));
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
      keys.load(batch, rows);
      int late = 0;
      int unusable = 0;
      for (int i = 0; i < rows.count(); i++) {
        int position = rows.position(i);
        if (batch.vector(node.window().timeColumn()).isNull(position)) {
          unusable += batch.kind(position).adds() ? 1 : 0;
        } else if (!change(keyed(batch, position, keys.hashes()[i]), row(batch, position))) {
          late++;
        }
      }
      if (unusable > 0) {
        context.orElseThrow().count("rows.null-time", unusable);
      }
      if (late > 0) {
        context.orElseThrow().count("rows.late", late);
      }
    }
  }

  private SortedRow row(RecordBatch batch, int position) {
    return new SortedRow(
        codec.key(batch, position),
        codec.row(batch, position),
        batch.kind(position).adds() ? 1 : -1);
  }

  private Keyed keyed(RecordBatch batch, int position, long hash) {
    keyBytes.truncate(0);
    for (int column : node.keys()) {
      Cells.appendNullable(batch.vector(column), input.type(column), position, keyBytes);
    }
    SessionStore.Key key =
        new SessionStore.Key(Arrays.copyOf(keyBytes.array(), keyBytes.length()), hash);
    return byKey.computeIfAbsent(key, k -> new Keyed(k, numbers++));
  }

  /** Whether the change came in time. */
  private boolean change(Keyed keyed, SortedRow row) {
    SortedRow known = keyed.rows.get(row);
    if (known == null && !isOpen(keyed, row)) {
      forgetIfEmpty(keyed);
      return false;
    }
    long due = Math.min(keyed.due, row.firstWord() + gap);
    if (known == null) {
      keyed.rows.put(row, row);
      rowBytes += row.byteSize();
    } else {
      known.add(row.count());
      if (known.count() == 0) {
        keyed.rows.remove(known);
        rowBytes -= known.byteSize();
      }
      due = keyed.rows.isEmpty() ? due : Math.min(due, keyed.rows.firstKey().firstWord() + gap);
    }
    byDue.remove(keyed);
    keyed.due = due;
    if (!forgetIfEmpty(keyed)) {
      byDue.add(keyed);
    }
    return true;
  }

  private boolean forgetIfEmpty(Keyed keyed) {
    if (keyed.rows.isEmpty()) {
      byKey.remove(keyed.key);
    }
    return keyed.rows.isEmpty();
  }

  private boolean isClosed(long end) {
    return clock.watermark() >= end + node.allowedLatenessMicros();
  }

  /** Whether a row would lie in an open session; only rows behind it can make it one. */
  private boolean isOpen(Keyed keyed, SortedRow row) {
    long last = row.firstWord();
    if (!isClosed(last + gap)) {
      return true;
    }
    for (SortedRow next : keyed.rows.tailMap(row, true).keySet()) {
      if (next.firstWord() - last > gap) {
        return false;
      }
      if (next.count() > 0) {
        last = next.firstWord();
        if (!isClosed(last + gap)) {
          return true;
        }
      }
    }
    return false;
  }

  @Override
  public Optional<Waiting> waiting() {
    return byDue.isEmpty()
        ? Optional.empty()
        : Optional.of(new Waiting(byDue.size(), byDue.first().due + node.allowedLatenessMicros()));
  }

  @Override
  public long onWatermark(long time, Output output) {
    clock.advance(time);
    List<Closed> closed = new ArrayList<>();
    while (!byDue.isEmpty() && isClosed(byDue.first().due)) {
      Keyed keyed = byDue.pollFirst();
      take(keyed, closed);
      if (!forgetIfEmpty(keyed)) {
        byDue.add(keyed);
      }
    }
    closed.sort(BY_END);
    give(closed, output);
    return clock.outgoing(node.allowedLatenessMicros() + unit);
  }

  /** Takes the sessions of a key that are over out of its rows, with what was owed before them. */
  private void take(Keyed keyed, List<Closed> closed) {
    List<SortedRow> session = new ArrayList<>();
    long behind = Long.MIN_VALUE;
    for (SortedRow row : keyed.rows.keySet()) {
      boolean apart = !session.isEmpty() && row.firstWord() - last(session) > gap;
      if (apart && !isClosed(last(session) + gap)) {
        break;
      }
      if (apart) {
        behind = close(keyed, session, closed);
        session = new ArrayList<>();
      }
      if (row.count() > 0) {
        session.add(row);
      } else if (session.isEmpty() && isClosed(row.firstWord() + gap)) {
        behind = row.firstWord();
      }
    }
    if (!session.isEmpty() && isClosed(last(session) + gap)) {
      behind = close(keyed, session, closed);
      session = List.of();
    }
    while (!keyed.rows.isEmpty() && keyed.rows.firstKey().firstWord() <= behind) {
      rowBytes -= keyed.rows.pollFirstEntry().getKey().byteSize();
    }
    keyed.due =
        session.isEmpty()
            ? keyed.rows.isEmpty() ? Long.MAX_VALUE : keyed.rows.firstKey().firstWord() + gap
            : last(session) + gap;
  }

  private static long last(List<SortedRow> session) {
    return session.get(session.size() - 1).firstWord();
  }

  private long close(Keyed keyed, List<SortedRow> session, List<Closed> closed) {
    closed.add(new Closed(session.get(0).firstWord(), last(session) + gap, keyed.number, session));
    return last(session);
  }

  private void give(List<Closed> closed, Output output) {
    if (closed.isEmpty()) {
      return;
    }
    context.orElseThrow().count("windows.emitted", closed.size());
    BatchBuilder builder = builder();
    try {
      for (Closed session : closed) {
        for (SortedRow row : session.rows()) {
          for (long copy = 0; copy < row.count(); copy++) {
            write(session, row, builder);
            if (builder.rows() >= context.orElseThrow().batchRows()) {
              output.emit(builder.build());
              builder = builder();
            }
          }
        }
      }
      if (builder.rows() > 0) {
        output.emit(builder.build());
      }
    } finally {
      builder.close();
    }
  }

  private BatchBuilder builder() {
    return new BatchBuilder(node.schema(), context.orElseThrow().allocator());
  }

  private void write(Closed session, SortedRow row, BatchBuilder out) {
    codec.write(row.row(), out);
    long[] bounds = {session.first(), session.end(), session.end() - unit};
    for (int b = 0; b < bounds.length; b++) {
      DataType type = node.schema().type(input.size() + b);
      boolean local = timeType.kind() == Kind.TIMESTAMP_LTZ && type.kind() != Kind.TIMESTAMP_LTZ;
      long word = local ? TimeFunctions.toLocal(bounds[b], zone) : bounds[b];
      Cells.setWord(out.vector(input.size() + b), type, out.rows(), word);
    }
    out.mark(RowKind.INSERT);
  }

  @Override
  public void snapshot(StateWriter state) {
    StateWriter.Part part = state.part(ROWS, LAYOUT, layout);
    TreeMap<Integer, BatchBuilder> byGroup = new TreeMap<>();
    try {
      for (Keyed keyed : byDue) {
        BatchBuilder builder =
            byGroup.computeIfAbsent(
                KeyGroups.of(keyed.key.hash()),
                g -> new BatchBuilder(layout, context.orElseThrow().allocator()));
        for (SortedRow row : keyed.rows.keySet()) {
          codec.write(row.row(), builder);
          Cells.setWord(builder.vector(input.size()), WORD, builder.rows(), row.count());
          builder.mark(RowKind.INSERT);
        }
      }
      byGroup.forEach((group, builder) -> part.write(group, builder.build()));
    } finally {
      byGroup.values().forEach(BatchBuilder::close);
    }
    clock.save(state, context.orElseThrow().allocator());
  }

  @Override
  public void restore(StateReader state) {
    if (clock.restore(state)) {
      state.read(ROWS, (batch, group) -> restore(batch));
    }
  }

  private void restore(RecordBatch batch) {
    try (batch) {
      Rows rows = Rows.of(batch);
      keys.load(batch, rows);
      for (int i = 0; i < rows.count(); i++) {
        int position = rows.position(i);
        Keyed keyed = keyed(batch, position, keys.hashes()[i]);
        long count = Cells.word(batch.vector(input.size()), WORD, position);
        SortedRow row =
            new SortedRow(codec.key(batch, position), codec.row(batch, position), count);
        keyed.rows.put(row, row);
        rowBytes += row.byteSize();
        byDue.remove(keyed);
        keyed.due = Math.min(keyed.due, row.firstWord() + gap);
        byDue.add(keyed);
      }
    }
  }

  @Override
  public long stateBytes() {
    return rowBytes + KEY_BYTES * byKey.size();
  }

  @Override
  public void close() {
    byKey.clear();
    byDue.clear();
  }
}
