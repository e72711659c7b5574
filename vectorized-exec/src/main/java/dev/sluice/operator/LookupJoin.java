package dev.sluice.operator;

import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.Rows;
import dev.sluice.batch.Selection;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.JoinKind;
import dev.sluice.plan.LookupCache;
import dev.sluice.plan.LookupJoinNode;
import dev.sluice.state.KeyColumns;
import dev.sluice.state.RowStore;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.arrow.vector.FieldVector;

/**
 * Joins rows with what a table has for their keys when they come: the keys of a batch that are not
 * remembered are asked for at once. What is remembered is no state: it is not saved.
 */
final class LookupJoin implements Operator {
  private static final int CHUNK = 4096;

  private final LookupJoinNode node;
  private final LookupCache cache;
  private final RowStore[] stores = new RowStore[2];
  private Optional<OperatorContext> context = Optional.empty();
  private Optional<JoinPairs> pairs = Optional.empty();
  private Optional<Lookup> door = Optional.empty();
  private long mostBytes = Long.MAX_VALUE;
  private boolean loaded;
  private long loadedAt;
  private long now;

  /** By key of the table: when it was looked up and asked for; 0: not remembered. */
  private long[] written = new long[64];

  private long[] accessed = new long[64];

  /** Which keys are being looked up. */
  private boolean[] wanted = new boolean[64];

  private int[] keyOf = new int[0];
  private int[][] found = new int[2][0];
  private int[] kept = new int[0];
  private int count;

  LookupJoin(LookupJoinNode node) {
    if (node.input().traits().changelog() != ChangelogMode.INSERT_ONLY) {
      throw UserError.of(
          ErrorCode.CHANGELOG, "a lookup join over an updating input is not supported");
    }
    this.node = node;
    cache = node.cache();
    clearInput();
    forget();
  }

  private void clearInput() {
    stores[0] = new RowStore(node.input().schema(), node.inputKeys(), 0, false);
  }

  private void forget() {
    stores[1] = new RowStore(node.tableSchema(), node.tableKeys(), 0, false);
    Arrays.fill(written, 0);
    loaded = false;
  }

  @Override
  public void open(OperatorContext host) {
    context = Optional.of(host);
    pairs =
        Optional.of(
            new JoinPairs(
                node.input().schema(),
                node.tableSchema(),
                node.condition(),
                node.output(),
                node.schema(),
                stores,
                host));
    try (SpillStore disk = host.disk().orElse(null)) {
      mostBytes = disk == null ? Long.MAX_VALUE : disk.mostInMemory();
    }
    int most = Math.max(1, host.batchRows());
    found = new int[2][most];
    kept = new int[most];
  }

  @Override
  public boolean wantsProcessingTime() {
    return true;
  }

  @Override
  public void onProcessingTime(long nowMicros, Output output) {
    now = nowMicros;
    if (loaded && cache.reloadMicros() > 0 && now - loadedAt >= cache.reloadMicros()) {
      forget();
    }
  }

  @Override
  public void process(int input, RecordBatch batch, Output output) {
    try (batch) {
      Rows rows = Rows.of(batch);
      if (rows.count() == 0) {
        return;
      }
      int[] slots = stores[0].keySlots(batch, rows);
      KeyColumns keys = stores[0].lastKeys();
      if (keyOf.length < rows.count()) {
        keyOf = new int[Math.max(1024, rows.count())];
      }
      if (cache.mode() == LookupCache.Mode.FULL) {
        load();
        stores[1].find(keys, keyOf);
      } else {
        lookUp(batch, rows, keys);
      }
      for (int i = 0; i < rows.count(); i++) {
        int row = stores[0].add(slots[i], batch, rows.position(i));
        boolean usable = keyOf[i] != RowStore.NONE && isMatchable(batch, rows.position(i));
        int other = usable ? stores[1].first(keyOf[i]) : RowStore.NONE;
        for (; other != RowStore.NONE; other = stores[1].next(other)) {
          pair(row, other, output);
        }
      }
      flush(output);
      giveLonely(output);
      clearInput();
      shrink();
    }
  }

  private boolean isMatchable(RecordBatch batch, int position) {
    for (int key : node.inputKeys()) {
      if (batch.vector(key).isNull(position)) {
        return false;
      }
    }
    return true;
  }

  private void load() {
    if (!loaded) {
      loaded = true;
      loadedAt = now;
      if (node.upsertKeys().isEmpty()) {
        door().all(batch -> take(batch, false));
      } else {
        RowStore last = new RowStore(node.tableSchema(), node.upsertKeys(), 0, false);
        door().all(batch -> upsert(batch, last));
        takeAll(last);
      }
    }
  }

  /** Takes changes: the last row of a key replaces the one before. */
  private static void upsert(RecordBatch batch, RowStore last) {
    try (batch) {
      Rows rows = Rows.of(batch);
      int[] slots = last.keySlots(batch, rows);
      for (int i = 0; i < rows.count(); i++) {
        if (last.first(slots[i]) != RowStore.NONE) {
          last.remove(last.first(slots[i]));
        }
        if (batch.kind(rows.position(i)).adds()) {
          last.add(slots[i], batch, rows.position(i));
        }
      }
    }
  }

  private void takeAll(RowStore rows) {
    int[] columns = IntStream.range(0, rows.schema().size()).toArray();
    int row = 0;
    while (row < rows.limit()) {
      try (BatchBuilder builder =
          new BatchBuilder(rows.schema(), context.orElseThrow().allocator())) {
        FieldVector[] to = new FieldVector[columns.length];
        for (int c = 0; c < to.length; c++) {
          to[c] = builder.vector(c);
        }
        for (; row < rows.limit() && builder.rows() < CHUNK; row++) {
          if (rows.isLive(row)) {
            rows.write(row, columns, to, builder.rows());
            builder.advance(1);
          }
        }
        take(builder.build(), false);
      }
    }
  }

  private Lookup door() {
    if (door.isEmpty()) {
      door = Optional.of(context.orElseThrow().lookup(node));
    }
    return door.get();
  }

  /** Looks up the keys of rows that are not remembered. */
  private void lookUp(RecordBatch batch, Rows rows, KeyColumns keys) {
    RowStore table = stores[1];
    int[] slots = table.slots(keys);
    System.arraycopy(slots, 0, keyOf, 0, rows.count());
    grow(table.keys());
    int[] positions = new int[rows.count()];
    int[] asked = new int[rows.count()];
    int n = 0;
    for (int i = 0; i < rows.count(); i++) {
      int key = keyOf[i];
      int position = rows.position(i);
      if (!wanted[key] && !isFresh(key) && isMatchable(batch, position)) {
        wanted[key] = true;
        written[key] = 0;
        removeRows(key);
        asked[n] = key;
        positions[n++] = position;
      }
      accessed[key] = now;
    }
    context.orElseThrow().count("lookup.hits", rows.count() - n);
    if (n == 0) {
      return;
    }
    context.orElseThrow().count("lookup.keys", n);
    int[] columns = node.inputKeys().stream().mapToInt(k -> k).toArray();
    RecordBatch missing =
        batch.share().select(new Selection(positions, n)).project(node.keySchema(), columns);
    door().rows(missing, some -> take(some, true));
    for (int i = 0; i < n; i++) {
      wanted[asked[i]] = false;
      boolean has = table.first(asked[i]) != RowStore.NONE;
      // time 0 is that of a clock that has not been told yet
      written[asked[i]] = has || cache.missingKeys() ? Math.max(1, now) : 0;
    }
  }

  private void grow(int keys) {
    if (written.length < keys) {
      int capacity = Math.max(keys, 2 * written.length);
      written = Arrays.copyOf(written, capacity);
      accessed = Arrays.copyOf(accessed, capacity);
      wanted = Arrays.copyOf(wanted, capacity);
    }
  }

  private boolean isFresh(int key) {
    return written[key] != 0
        && (cache.expireAfterWriteMicros() == 0
            || now - written[key] < cache.expireAfterWriteMicros())
        && (cache.expireAfterAccessMicros() == 0
            || now - accessed[key] < cache.expireAfterAccessMicros());
  }

  private void removeRows(int key) {
    RowStore table = stores[1];
    int row = table.first(key);
    while (row != RowStore.NONE) {
      int next = table.next(row);
      table.remove(row);
      row = next;
    }
  }

  /** Takes rows of the table; of those asked for by key only those that were meant. */
  private void take(RecordBatch batch, boolean asked) {
    try (batch) {
      Rows rows = Rows.of(batch);
      RowStore table = stores[1];
      int[] slots = table.keySlots(batch, rows);
      grow(table.keys());
      for (int i = 0; i < rows.count(); i++) {
        if (!asked || wanted[slots[i]]) {
          table.add(slots[i], batch, rows.position(i));
        }
      }
      if (table.byteSize() > mostBytes) {
        throw tooLarge();
      }
    }
  }

  private UserError tooLarge() {
    String table = node.table().name();
    boolean whole = cache.mode() == LookupCache.Mode.FULL;
    return UserError.of(
            ErrorCode.MEMORY,
            "the rows of '"
                + table
                + "' that "
                + node.label()
                + " keeps take more than the "
                + String.format(Locale.ROOT, "%.1f", mostBytes / 1048576.0)
                + " MiB of 'state.memory'")
        .withHint(
            whole
                ? "raise 'state.memory', or let '" + table + "' be asked by key ('lookup.cache')"
                : "raise 'state.memory': the keys of one batch have too many rows");
  }

  private void pair(int row, int other, Output output) {
    found[0][count] = row;
    found[1][count++] = other;
    if (count == kept.length) {
      flush(output);
    }
  }

  private void flush(Output output) {
    int n = count == 0 ? 0 : pairs.orElseThrow().test(found[0], found[1], count, kept);
    for (int i = 0; i < n; i++) {
      found[0][i] = found[0][kept[i]];
      found[1][i] = found[1][kept[i]];
      stores[0].setCount(found[0][i], 1);
    }
    count = 0;
    if (n > 0) {
      output.emit(pairs.orElseThrow().output(found[0], found[1], 0, n, Optional.empty()));
    }
  }

  private void giveLonely(Output output) {
    if (node.kind() != JoinKind.LEFT) {
      return;
    }
    for (int row = 0; row < stores[0].limit(); row++) {
      if (stores[0].count(row) == 0) {
        found[0][count] = row;
        found[1][count++] = RowStore.NONE;
      }
      if (count == kept.length || row == stores[0].limit() - 1 && count > 0) {
        output.emit(pairs.orElseThrow().output(found[0], found[1], 0, count, Optional.empty()));
        count = 0;
      }
    }
  }

  /** Remembers no more than it should; a cache that is full begins anew. */
  private void shrink() {
    boolean full = cache.maxRows() > 0 && stores[1].size() > cache.maxRows();
    boolean keys = cache.maxRows() > 0 && stores[1].keys() > 2 * cache.maxRows() + 1024;
    if (cache.mode() == LookupCache.Mode.NONE
        || cache.mode() == LookupCache.Mode.PARTIAL && (full || keys)) {
      forget();
    }
  }

  @Override
  public long stateBytes() {
    return stores[1].byteSize() + 17L * written.length;
  }

  /** What can be asked for again need not be kept. */
  @Override
  public long spillableBytes() {
    return cache.mode() == LookupCache.Mode.PARTIAL ? stateBytes() : 0;
  }

  @Override
  public void spill(double kept, Output output) {
    if (cache.mode() == LookupCache.Mode.PARTIAL && stores[1].size() > 0) {
      context.orElseThrow().count("lookup.dropped", stores[1].size());
      forget();
      written = new long[64];
      accessed = new long[64];
      wanted = new boolean[64];
    }
  }

  @Override
  public void close() {
    pairs.ifPresent(JoinPairs::close);
    door.ifPresent(Lookup::close);
    pairs = Optional.empty();
    door = Optional.empty();
  }
}
