package dev.sluice.operator;

import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.Rows;
import dev.sluice.batch.Selection;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.JoinKind;
import dev.sluice.plan.LookupCache.Mode;
import dev.sluice.plan.LookupJoinNode;
import dev.sluice.state.KeyColumns;
import dev.sluice.state.RowCodec;
import dev.sluice.state.RowStore;
import dev.sluice.state.StateReader;
import dev.sluice.state.StateWriter;
import dev.sluice.type.RowKind;
import dev.sluice.type.Schema;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Joins rows with what a table has for their keys when they come. The keys of a batch that are not
 * remembered are asked for at once, and the batch waits while others come: in order, or, where that
 * is allowed, overtaken by those whose answer is there. The watermark waits with the rows before
 * it. Rows that wait are state; what is remembered of the table is not.
 */
final class LookupJoin implements Operator {
  private static final String WAITING = "waiting";
  private static final int LAYOUT = 1;

  /** Batches that may wait, for each request that may be on its way. */
  private static final int DEPTH = 8;

  private final LookupJoinNode node;
  private final RowStore[] stores = new RowStore[2];
  private final KeyColumns keys;
  private final Deque<Item> waiting = new ArrayDeque<>();
  private final Map<Long, Request> requests = new HashMap<>();
  private LookupMemory memory;

  /** A table that is read anew while the old one still serves. */
  private Optional<LookupMemory> next = Optional.empty();

  private Optional<OperatorContext> context = Optional.empty();
  private Optional<JoinPairs> pairs = Optional.empty();
  private Optional<Lookup> door = Optional.empty();
  private long mostBytes = Long.MAX_VALUE;
  private long lastRequest;
  private long allRequest;
  private long now;
  private long flowed = Long.MIN_VALUE;
  private OptionalLong released = OptionalLong.empty();
  private int[] keyOf = new int[0];
  private int[][] found = new int[2][0];
  private int[] kept = new int[0];

  /** Pairs of an outer join that have passed its condition. */
  private final int[][] passed = new int[2][0];

  private int passedCount;
  private int count;

  /** What waits: rows for requests, or a watermark for the rows before it. */
  private static final class Item {
    private final Optional<RecordBatch> batch;
    private final LookupMemory memory;
    private final Set<Long> requests = new HashSet<>();
    private final long watermark;
    private boolean whole;

    Item(Optional<RecordBatch> batch, LookupMemory memory, long watermark) {
      this.batch = batch;
      this.memory = memory;
      this.watermark = watermark;
    }

    boolean isReady() {
      return requests.isEmpty() && (!whole || memory.isWhole());
    }
  }

  /** Keys that are being looked up, by their places in a memory, and who waits for them. */
  private record Request(LookupMemory memory, int[] places, List<Item> items) {}

  LookupJoin(LookupJoinNode node) {
    if (node.input().traits().changelog() != ChangelogMode.INSERT_ONLY) {
      throw UserError.of(
          ErrorCode.CHANGELOG, "a lookup join over an updating input is not supported");
    }
    this.node = node;
    keys = new KeyColumns(node.input().schema(), node.inputKeys());
    memory = new LookupMemory(node);
  }

  private boolean isWhole() {
    return node.cache().mode() == Mode.FULL || node.cache().mode() == Mode.LIVE;
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
    if (node.cache().mode() == Mode.LIVE) {
      readAll();
    }
  }

  private OperatorContext host() {
    return context.orElseThrow();
  }

  private Lookup door() {
    if (door.isEmpty()) {
      door = Optional.of(host().lookup(node));
    }
    return door.get();
  }

  private void readAll() {
    allRequest = ++lastRequest;
    host().count("lookup.requests", 1);
    door().askAll(allRequest);
  }

  @Override
  public boolean wantsProcessingTime() {
    return true;
  }

  @Override
  public void onProcessingTime(long nowMicros, Output output) {
    now = nowMicros;
    long reload = node.cache().reloadMicros();
    boolean due = memory.isWhole() && reload > 0 && now - memory.wholeSince() >= reload;
    if (due && next.isEmpty()) {
      next = Optional.of(new LookupMemory(node));
      readAll();
    }
    listen();
  }

  @Override
  public void process(int input, RecordBatch batch, Output output) {
    if (batch.rowCount() == 0) {
      batch.close();
      return;
    }
    admit(batch);
    advance(output);
  }

  /** Asks for what is not known of the keys of a batch, and lets it wait. */
  private void admit(RecordBatch batch) {
    Item item = new Item(Optional.of(batch), memory, 0);
    waiting.add(item);
    if (isWhole()) {
      item.whole = true;
      if (allRequest == 0) {
        readAll();
      }
      return;
    }
    Rows rows = Rows.of(batch);
    keys.load(batch, rows);
    int[] places = memory.places(keys);
    int[] positions = new int[rows.count()];
    int[] asked = new int[rows.count()];
    long request = lastRequest + 1;
    int n = 0;
    int usable = 0;
    for (int i = 0; i < rows.count(); i++) {
      int place = places[i];
      if (!isMatchable(batch, rows.position(i))) {
        continue;
      }
      usable++;
      boolean fresh = memory.isFresh(place, now);
      if (memory.asked(place) != 0) {
        item.requests.add(memory.asked(place));
      } else if (!fresh) {
        memory.ask(place, request);
        asked[n] = place;
        positions[n++] = rows.position(i);
      }
    }
    host().count("lookup.hits", usable - n);
    if (n > 0) {
      item.requests.add(request);
      lastRequest = request;
      requests.put(request, new Request(memory, Arrays.copyOf(asked, n), new ArrayList<>()));
      ask(request, batch, positions, n);
    }
    item.requests.forEach(one -> requests.get(one).items().add(item));
    if (memory.isFull()) {
      memory = new LookupMemory(node);
    }
  }

  private void ask(long request, RecordBatch batch, int[] positions, int n) {
    host().count("lookup.misses", n);
    host().count("lookup.requests", 1);
    int[] columns = node.inputKeys().stream().mapToInt(k -> k).toArray();
    door()
        .ask(
            request,
            batch.share().select(new Selection(positions, n)).project(node.keySchema(), columns));
  }

  private boolean isMatchable(RecordBatch batch, int position) {
    for (int key : node.inputKeys()) {
      if (batch.vector(key).isNull(position)) {
        return false;
      }
    }
    return true;
  }

  /** Takes the answers that have come. */
  private void listen() {
    if (door.isEmpty()) {
      return;
    }
    Optional<Lookup.Answer> answer = door.get().poll();
    while (answer.isPresent()) {
      take(answer.get());
      if (stateBytes() > mostBytes) {
        throw tooLarge();
      }
      answer = door.get().poll();
    }
  }

  private UserError tooLarge() {
    String table = node.table().name();
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
            isWhole()
                ? "raise 'state.memory', or let '" + table + "' be asked by key ('lookup.cache')"
                : "raise 'state.memory': the keys of one batch have too many rows");
  }

  private void take(Lookup.Answer answer) {
    Optional<Request> request = Optional.ofNullable(requests.remove(answer.request()));
    if (request.isPresent()) {
      LookupMemory asking = request.get().memory();
      asking.answer(answer.request(), request.get().places(), answer.rows(), now);
      request.get().items().forEach(item -> item.requests.remove(answer.request()));
      if (asking == memory && memory.isFull()) {
        memory = new LookupMemory(node);
      }
      return;
    }
    LookupMemory to = next.orElse(memory);
    to.takeAll(answer.rows(), answer.complete(), host().allocator(), now);
    if (next.isPresent() && to.isWhole()) {
      memory = to;
      next = Optional.empty();
    }
  }

  /** Gives what need not wait any longer. */
  private void advance(Output output) {
    listen();
    boolean first = true;
    Iterator<Item> items = waiting.iterator();
    while (items.hasNext() && (first || !node.requests().ordered())) {
      Item item = items.next();
      boolean marker = item.batch.isEmpty();
      boolean gone = marker ? first : item.isReady();
      if (gone) {
        items.remove();
        if (marker) {
          flowed = item.watermark;
          released = OptionalLong.of(flowed);
        } else {
          give(item, output);
        }
      }
      first &= gone;
    }
  }

  private void give(Item item, Output output) {
    try (RecordBatch batch = item.batch.orElseThrow()) {
      Rows rows = Rows.of(batch);
      stores[0] = new RowStore(node.input().schema(), node.inputKeys(), 0, false);
      stores[1] = item.memory.table();
      int[] slots = stores[0].keySlots(batch, rows);
      if (keyOf.length < rows.count()) {
        keyOf = new int[Math.max(1024, rows.count())];
      }
      stores[1].find(stores[0].lastKeys(), keyOf);
      for (int i = 0; i < rows.count(); i++) {
        int row = stores[0].add(slots[i], batch, rows.position(i));
        boolean usable = keyOf[i] != RowStore.NONE && isMatchable(batch, rows.position(i));
        int other = usable ? stores[1].first(keyOf[i]) : RowStore.NONE;
        for (; other != RowStore.NONE; other = stores[1].next(other)) {
          pair(row, other, output);
        }
      }
      flush(output);
      giveAll(output);
    }
  }

  private void pair(int row, int other, Output output) {
    found[0][count] = row;
    found[1][count++] = other;
    if (count == kept.length) {
      flush(output);
    }
  }

  /** Tests the pairs there are. Those of an outer join wait for the rows between them. */
  private void flush(Output output) {
    int n = count == 0 ? 0 : pairs.orElseThrow().test(found[0], found[1], count, kept);
    if (node.kind() == JoinKind.LEFT) {
      passed[0] = with(passed[0], found[0], n);
      passed[1] = with(passed[1], found[1], n);
      passedCount += n;
    } else {
      for (int i = 0; i < n; i++) {
        found[0][i] = found[0][kept[i]];
        found[1][i] = found[1][kept[i]];
      }
      give(n, output);
    }
    count = 0;
  }

  private int[] with(int[] all, int[] some, int n) {
    int[] room = all.length >= passedCount + n ? all : Arrays.copyOf(all, 2 * (passedCount + n));
    for (int i = 0; i < n; i++) {
      room[passedCount + i] = some[kept[i]];
    }
    return room;
  }

  private void give(int n, Output output) {
    if (n > 0) {
      output.emit(pairs.orElseThrow().output(found[0], found[1], 0, n, Optional.empty()));
    }
  }

  /** Gives all rows of an outer join in their order, those without a partner among them. */
  private void giveAll(Output output) {
    if (node.kind() != JoinKind.LEFT) {
      return;
    }
    int next = 0;
    for (int row = 0; row < stores[0].limit(); row++) {
      boolean lonely = next == passedCount || passed[0][next] != row;
      while (lonely || next < passedCount && passed[0][next] == row) {
        found[0][count] = row;
        found[1][count++] = lonely ? RowStore.NONE : passed[1][next++];
        lonely = false;
        if (count == kept.length) {
          give(count, output);
          count = 0;
        }
      }
    }
    give(count, output);
    count = 0;
    passedCount = 0;
  }

  @Override
  public void endOfTick(Output output) {
    advance(output);
  }

  @Override
  public long onWatermark(long watermark, Output output) {
    if (waiting.isEmpty()) {
      flowed = watermark;
    } else {
      waiting.add(new Item(Optional.empty(), memory, watermark));
    }
    return flowed;
  }

  @Override
  public OptionalLong releasedWatermark() {
    OptionalLong given = released;
    released = OptionalLong.empty();
    return given;
  }

  @Override
  public boolean awaits() {
    return !waiting.isEmpty();
  }

  @Override
  public boolean isFull() {
    int capacity = node.requests().capacity();
    return requests.size() >= capacity || waiting.size() >= DEPTH * capacity;
  }

  /** Rows that wait are asked for anew by whoever takes them over: any task may, in their order. */
  @Override
  public void snapshot(StateWriter state) {
    if (waiting.isEmpty()) {
      return;
    }
    Schema schema = node.input().schema();
    RowCodec codec = new RowCodec(schema, List.of());
    StateWriter.Part part = state.part(WAITING, LAYOUT, schema);
    for (Item item : waiting) {
      if (item.batch.isPresent()) {
        try (BatchBuilder builder = new BatchBuilder(schema, host().allocator())) {
          Rows rows = Rows.of(item.batch.get());
          for (int i = 0; i < rows.count(); i++) {
            codec.write(codec.row(item.batch.get(), rows.position(i)), builder);
            builder.mark(RowKind.INSERT);
          }
          part.write(0, builder.build());
        }
      }
    }
  }

  @Override
  public void restore(StateReader state) {
    if (state.version(WAITING).isPresent()) {
      state.read(WAITING, (batch, group) -> admit(batch));
    }
  }

  @Override
  public long stateBytes() {
    return memory.byteSize() + next.map(LookupMemory::byteSize).orElse(0L);
  }

  /** What can be asked for again need not be kept. */
  @Override
  public long spillableBytes() {
    return node.cache().mode() == Mode.PARTIAL ? stateBytes() : 0;
  }

  @Override
  public void spill(double kept, Output output) {
    if (node.cache().mode() == Mode.PARTIAL && memory.table().size() > 0) {
      host().count("lookup.dropped", memory.table().size());
      memory = new LookupMemory(node);
    }
  }

  @Override
  public void close() {
    pairs.ifPresent(JoinPairs::close);
    door.ifPresent(Lookup::close);
    waiting.forEach(item -> item.batch.ifPresent(RecordBatch::close));
    waiting.clear();
    requests.clear();
    pairs = Optional.empty();
    door = Optional.empty();
  }
}
