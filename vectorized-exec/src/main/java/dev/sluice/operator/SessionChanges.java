package dev.sluice.operator;

import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.ByteArena;
import dev.sluice.batch.Cells;
import dev.sluice.batch.Lane;
import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.Rows;
import dev.sluice.function.TimeFunctions;
import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.PlanNode;
import dev.sluice.plan.SideOutput;
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
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Sessions of rows that may be taken back, or whose results are wanted before they are over: a row
 * that goes may split a session, one that comes may join two. So the rows of a key are kept in
 * order of their time. Which sessions they make is asked when the watermark may have closed one;
 * its rows are then given, for good, and forgotten. Where results update, it is asked after each
 * tick of the keys that changed, and the difference given: rows whose session has other bounds are
 * taken back and come again.
 *
 * <p>A row that is only inserted is late, and joins others, as {@link OpenSessions} says. A change
 * comes in time if a session of its row alone would be open, or if it touches one that is: an
 * update of a row in the middle of a long session takes back and brings as one.
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

    /** Where results update: the rows as they were given. */
    private final TreeMap<SortedRow, Told> told = new TreeMap<>();

    /** The least time of a row that would join one from before, of rows behind a watermark. */
    private final Map<SortedRow, Long> lowers = new HashMap<>();

    private boolean touched;

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

  /** A session of the key of that number. */
  private record Made(long first, long end, long number, List<SortedRow> rows) {}

  /** How often a row was given, and with which bounds. */
  private record Told(long count, long first, long end) {}

  private static final Comparator<Made> BY_END =
      Comparator.comparingLong(Made::end)
          .thenComparingLong(Made::first)
          .thenComparingLong(Made::number);

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
  private final boolean updating;
  private final boolean inserts;
  private final Lane marks = new Lane();

  /** Keys that have changed since their rows were given last. */
  private final List<Keyed> touched = new ArrayList<>();

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
    updating = node.traits().changelog() != ChangelogMode.INSERT_ONLY;
    inserts = node.input().traits().changelog() == ChangelogMode.INSERT_ONLY;
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
      load(batch, rows);
      int[] late = new int[rows.count()];
      int count = 0;
      int unusable = 0;
      for (int i = 0; i < rows.count(); i++) {
        int position = rows.position(i);
        if (batch.vector(node.window().timeColumn()).isNull(position)) {
          if (batch.kind(position).adds()) {
            unusable++;
            late[count++] = position;
          }
        } else if (!take(batch, position, i)) {
          late[count++] = position;
        }
      }
      if (unusable > 0) {
        context.orElseThrow().count("rows.null-time", unusable);
      }
      if (count > 0) {
        // a change is not a row that anybody could count again
        Optional<SideOutput> side = inserts ? node.late() : Optional.empty();
        LateRows.give(batch, Rows.at(late, count), side, context.orElseThrow());
      }
    }
  }

  private void load(RecordBatch batch, Rows rows) {
    keys.load(batch, rows);
    if (inserts && node.rowWatermark().isPresent()) {
      marks.load(batch.vector(node.rowWatermark().getAsInt()), WORD, Lane.Form.WORD, rows);
    }
  }

  /** Whether the row or its change came in time. */
  private boolean take(RecordBatch batch, int position, int place) {
    SortedRow row = row(batch, position);
    long mark = Math.max(clock.watermark(), mark(place));
    if (inserts
        && OpenSessions.isClosed(row.firstWord() + gap, mark, node.allowedLatenessMicros())) {
      return false;
    }
    Keyed keyed = keyed(batch, position, keys.hashes()[place]);
    if (!change(keyed, row)) {
      return false;
    }
    if (mark(place) != Long.MIN_VALUE) {
      keyed.lowers.put(row, lower(row, mark(place)));
    }
    touch(keyed);
    return true;
  }

  private long lower(SortedRow row, long mark) {
    return OpenSessions.lower(row.firstWord(), mark, gap, node.allowedLatenessMicros());
  }

  /** The watermark of its split that the row came behind, if it did. */
  private long mark(int place) {
    return inserts && node.rowWatermark().isPresent() && !marks.isNull(place)
        ? marks.words()[place]
        : Long.MIN_VALUE;
  }

  private void touch(Keyed keyed) {
    if (updating && !keyed.touched) {
      keyed.touched = true;
      touched.add(keyed);
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
    if (known == null && !inserts && !isOpen(keyed, row)) {
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
    boolean empty = keyed.rows.isEmpty() && keyed.told.isEmpty();
    if (empty) {
      byKey.remove(keyed.key);
    }
    return empty;
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
  public void endOfTick(Output output) {
    if (!touched.isEmpty()) {
      settle(touched, output);
      touched.clear();
    }
  }

  @Override
  public long onWatermark(long time, Output output) {
    clock.advance(time);
    List<Made> closed = new ArrayList<>();
    while (!byDue.isEmpty() && isClosed(byDue.first().due)) {
      Keyed keyed = byDue.pollFirst();
      closed.addAll(close(keyed));
      if (!forgetIfEmpty(keyed)) {
        byDue.add(keyed);
      }
    }
    if (!closed.isEmpty()) {
      context.orElseThrow().count("windows.emitted", closed.size());
    }
    if (!updating) {
      closed.sort(BY_END);
      give(closed, output);
    }
    return clock.outgoing(node.allowedLatenessMicros() + unit);
  }

  /** The sessions that a key's rows make, in order. */
  private List<Made> sessions(Keyed keyed) {
    List<Made> found = new ArrayList<>();
    List<SortedRow> rows = new ArrayList<>();
    long lower = Long.MAX_VALUE;
    for (SortedRow row : keyed.rows.descendingKeySet()) {
      if (row.count() > 0) {
        if (!rows.isEmpty() && row.firstWord() < lower) {
          found.add(made(keyed, rows));
          rows = new ArrayList<>();
        }
        rows.add(row);
        lower = Math.min(lower, keyed.lowers.getOrDefault(row, row.firstWord() - gap));
      }
    }
    if (!rows.isEmpty()) {
      found.add(made(keyed, rows));
    }
    Collections.reverse(found);
    return found;
  }

  /** Of rows from the last to the first. */
  private Made made(Keyed keyed, List<SortedRow> rows) {
    Collections.reverse(rows);
    long last = rows.get(rows.size() - 1).firstWord();
    return new Made(rows.get(0).firstWord(), last + gap, keyed.number, rows);
  }

  /** Takes the sessions of a key that are over out of its rows, with what was owed before them. */
  private List<Made> close(Keyed keyed) {
    List<Made> all = sessions(keyed);
    int open = 0;
    while (open < all.size() && isClosed(all.get(open).end())) {
      open++;
    }
    long behind = open == 0 ? Long.MIN_VALUE : all.get(open - 1).end() - gap;
    long next = open == all.size() ? Long.MAX_VALUE : all.get(open).first();
    for (SortedRow row : keyed.rows.keySet()) {
      boolean isOwed = row.count() < 0 && row.firstWord() < next;
      if (isOwed && isClosed(row.firstWord() + gap)) {
        behind = Math.max(behind, row.firstWord());
      }
    }
    while (!keyed.rows.isEmpty() && keyed.rows.firstKey().firstWord() <= behind) {
      SortedRow row = keyed.rows.pollFirstEntry().getKey();
      rowBytes -= row.byteSize();
      keyed.lowers.remove(row);
    }
    while (!keyed.told.isEmpty() && keyed.told.firstKey().firstWord() <= behind) {
      keyed.told.pollFirstEntry();
    }
    if (keyed.rows.isEmpty()) {
      keyed.told.clear();
    }
    keyed.due =
        open < all.size()
            ? all.get(open).end()
            : keyed.rows.isEmpty() ? Long.MAX_VALUE : keyed.rows.firstKey().firstWord() + gap;
    return all.subList(0, open);
  }

  /** Gives what has changed of keys: rows whose bounds are others go before any comes. */
  private void settle(List<Keyed> changed, Output output) {
    try (Emission out = new Emission(output)) {
      List<Map<SortedRow, Told>> now = new ArrayList<>();
      for (Keyed keyed : changed) {
        Map<SortedRow, Told> told = told(keyed);
        now.add(told);
        keyed.told.forEach(
            (row, old) -> out.give(row, old, Optional.ofNullable(told.get(row)), RowKind.DELETE));
      }
      for (int i = 0; i < now.size(); i++) {
        Keyed keyed = changed.get(i);
        now.get(i)
            .forEach(
                (row, made) ->
                    out.give(row, made, Optional.ofNullable(keyed.told.get(row)), RowKind.INSERT));
        keyed.told.clear();
        keyed.told.putAll(now.get(i));
        keyed.touched = false;
        if (forgetIfEmpty(keyed)) {
          byDue.remove(keyed);
        }
      }
      out.flush();
    }
  }

  private Map<SortedRow, Told> told(Keyed keyed) {
    Map<SortedRow, Told> told = new TreeMap<>();
    for (Made session : sessions(keyed)) {
      session
          .rows()
          .forEach(row -> told.put(row, new Told(row.count(), session.first(), session.end())));
    }
    return told;
  }

  private void give(List<Made> closed, Output output) {
    try (Emission out = new Emission(output)) {
      for (Made session : closed) {
        for (SortedRow row : session.rows()) {
          Told told = new Told(row.count(), session.first(), session.end());
          out.give(row, told, Optional.empty(), RowKind.INSERT);
        }
      }
      out.flush();
    }
  }

  /** Rows on their way out. */
  private final class Emission implements AutoCloseable {
    private final Output output;
    private BatchBuilder builder = builder();

    Emission(Output output) {
      this.output = output;
    }

    private BatchBuilder builder() {
      return new BatchBuilder(node.schema(), context.orElseThrow().allocator());
    }

    /** Gives a row as often as {@code other} does not have it with the same bounds. */
    void give(SortedRow row, Told told, Optional<Told> other, RowKind kind) {
      long common =
          other
              .filter(o -> o.first() == told.first() && o.end() == told.end())
              .map(Told::count)
              .orElse(0L);
      for (long copy = common; copy < told.count(); copy++) {
        write(row, told, kind);
        if (builder.rows() >= context.orElseThrow().batchRows()) {
          flush();
        }
      }
    }

    private void write(SortedRow row, Told told, RowKind kind) {
      codec.write(row.row(), builder);
      long[] bounds = {told.first(), told.end(), told.end() - unit};
      for (int b = 0; b < bounds.length; b++) {
        DataType type = node.schema().type(input.size() + b);
        boolean local = timeType.kind() == Kind.TIMESTAMP_LTZ && type.kind() != Kind.TIMESTAMP_LTZ;
        long word = local ? TimeFunctions.toLocal(bounds[b], zone) : bounds[b];
        Cells.setWord(builder.vector(input.size() + b), type, builder.rows(), word);
      }
      builder.mark(kind);
    }

    void flush() {
      if (builder.rows() > 0) {
        output.emit(builder.build());
        builder.close();
        builder = builder();
      }
    }

    @Override
    public void close() {
      builder.close();
    }
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
    Set<Keyed> restored = new LinkedHashSet<>();
    try (batch) {
      Rows rows = Rows.of(batch);
      load(batch, rows);
      for (int i = 0; i < rows.count(); i++) {
        int position = rows.position(i);
        Keyed keyed = keyed(batch, position, keys.hashes()[i]);
        long count = Cells.word(batch.vector(input.size()), WORD, position);
        SortedRow row =
            new SortedRow(codec.key(batch, position), codec.row(batch, position), count);
        keyed.rows.put(row, row);
        rowBytes += row.byteSize();
        if (mark(i) != Long.MIN_VALUE) {
          keyed.lowers.put(row, lower(row, mark(i)));
        }
        byDue.remove(keyed);
        keyed.due = Math.min(keyed.due, row.firstWord() + gap);
        byDue.add(keyed);
        restored.add(keyed);
      }
    }
    if (updating) {
      // state is saved behind the end of a tick: all changes had been given
      restored.forEach(keyed -> keyed.told.putAll(told(keyed)));
    }
  }

  @Override
  public long stateBytes() {
    return (updating ? 2 : 1) * rowBytes + KEY_BYTES * byKey.size();
  }

  @Override
  public void close() {
    byKey.clear();
    byDue.clear();
    touched.clear();
  }
}
