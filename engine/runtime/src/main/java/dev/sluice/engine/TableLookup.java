package dev.sluice.engine;

import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.Rows;
import dev.sluice.batch.Selection;
import dev.sluice.connector.Connector;
import dev.sluice.connector.ConnectorContext;
import dev.sluice.connector.Fetch;
import dev.sluice.connector.LookupRequest;
import dev.sluice.connector.LookupSource;
import dev.sluice.connector.ScanRequest;
import dev.sluice.connector.Split;
import dev.sluice.connector.SplitReader;
import dev.sluice.connector.SplitSource;
import dev.sluice.engine.host.Activity;
import dev.sluice.engine.host.Crew;
import dev.sluice.engine.host.Host;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.operator.Lookup;
import dev.sluice.plan.LookupJoinNode;
import dev.sluice.state.KeyColumns;
import dev.sluice.state.KeyTable;
import java.io.IOException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * A table of a connector as a lookup join asks for it: by key where the connector can, or read from
 * end to end. Requests go to a crew, each with a connection of its own; the methods of {@link
 * Lookup} belong to one task, of which there is one for each of these.
 */
final class TableLookup implements Lookup {
  private static final int ROWS = 8192;
  private static final long BYTES = 8L << 20;
  private static final Duration WAIT = Duration.ofSeconds(1);
  private static final long END_MILLIS = 10_000;

  private final LookupJoinNode node;
  private final Connector connector;
  private final ConnectorContext context;
  private final Host host;
  private final Crew crew;
  private final Answers answers;
  private final Deque<LookupSource> idle = new ArrayDeque<>();

  /** When the requests by key began that have no answer yet, the oldest first. */
  private final Map<Long, Long> begun = new LinkedHashMap<>();

  TableLookup(
      LookupJoinNode node,
      Connector connector,
      ConnectorContext context,
      Host host,
      Runnable wakeUp) {
    this.node = node;
    this.connector = connector;
    this.context = context;
    this.host = host;
    crew = host.crew("lookup", node.requests().capacity());
    answers = new Answers(wakeUp);
  }

  @Override
  public void ask(long request, RecordBatch keys) {
    begun.put(request, host.nanoTime());
    crew.start(new ByKey(request, keys));
  }

  @Override
  public void askAll(long request) {
    crew.start(new Whole(request));
  }

  @Override
  public Optional<Answer> poll() {
    Optional<Answer> answer = answers.poll();
    answer.ifPresent(a -> begun.remove(a.request()));
    long limit = node.requests().timeoutMicros() * 1000;
    if (answer.isEmpty() && !begun.isEmpty()) {
      long since = begun.values().iterator().next();
      if (host.nanoTime() - since > limit) {
        throw UserError.of(
                ErrorCode.SOURCE_FAILED,
                "looking up rows of '"
                    + node.table().name()
                    + "' took longer than "
                    + limit / 1_000_000
                    + " ms")
            .withHint("see whether the table has an index, or raise 'lookup.timeout'");
      }
    }
    return answer;
  }

  /** Rows for the keys of one request; those that have none may be asked for again. */
  private final class ByKey implements Activity {
    private final long request;
    private final List<RecordBatch> rows = new ArrayList<>();
    private RecordBatch keys;
    private int misses;
    private long due = host.nanoTime();

    ByKey(long request, RecordBatch keys) {
      this.request = request;
      this.keys = keys;
    }

    @Override
    public boolean isReady() {
      return answers.isClosed() || host.nanoTime() - due >= 0;
    }

    @Override
    public boolean step() throws InterruptedException {
      if (!answers.awaitUnlessClosed(due - host.nanoTime())) {
        return false;
      }
      try {
        if (ask()) {
          return true;
        }
        answers.add(new Answer(request, List.copyOf(rows), true));
        rows.clear();
      } catch (IOException | RuntimeException e) {
        answers.fail(failed(node, e));
      }
      return false;
    }

    /** Whether there are keys to be asked for once more. */
    private boolean ask() throws IOException {
      int before = rows.size();
      LookupSource source = source();
      try {
        source.lookup(keys, rows::add);
      } finally {
        giveBack(source);
      }
      if (misses++ >= node.requests().misses()) {
        return false;
      }
      int[] missing = missing(rows.subList(before, rows.size()));
      if (missing.length == 0) {
        return false;
      }
      keys = keys.select(new Selection(missing, missing.length));
      due = host.nanoTime() + node.requests().missDelayMicros() * 1000;
      return true;
    }

    /** Where the keys are that none of the rows have. */
    private int[] missing(List<RecordBatch> found) {
      KeyColumns ofTable = new KeyColumns(node.tableSchema(), node.tableKeys());
      KeyTable known = new KeyTable(ofTable);
      for (RecordBatch batch : found) {
        ofTable.load(batch, Rows.of(batch));
        known.slots(ofTable, new int[batch.rowCount()]);
      }
      List<Integer> all = IntStream.range(0, node.keySchema().size()).boxed().toList();
      KeyColumns asked = new KeyColumns(node.keySchema(), all);
      asked.load(keys, Rows.of(keys));
      int[] slots = new int[keys.rowCount()];
      known.find(asked, slots);
      return IntStream.range(0, slots.length)
          .filter(i -> slots[i] < 0)
          .map(keys::position)
          .toArray();
    }

    @Override
    public void end() {
      keys.close();
      rows.forEach(RecordBatch::close);
    }
  }

  private LookupSource source() {
    synchronized (idle) {
      if (!idle.isEmpty()) {
        return idle.pop();
      }
    }
    return connector.openLookup(
        new LookupRequest(
            node.table(),
            node.columns(),
            node.tableKeys(),
            Duration.of(node.requests().timeoutMicros(), ChronoUnit.MICROS)),
        context);
  }

  private void giveBack(LookupSource source) {
    synchronized (idle) {
      idle.push(source);
    }
  }

  /** Every row of the table, a batch at a step. */
  private final class Whole implements Activity {
    private final long request;
    private final RejectedRows rejected =
        new RejectedRows(node.table(), Optional.empty(), context.allocator());
    private Optional<SplitSource> table = Optional.empty();
    private final Deque<Split> splits = new ArrayDeque<>();
    private Optional<SplitReader> reader = Optional.empty();

    Whole(long request) {
      this.request = request;
    }

    @Override
    public boolean isReady() {
      return answers.hasRoom();
    }

    @Override
    public boolean step() throws InterruptedException {
      try {
        return answers.awaitRoom() && read();
      } catch (IOException | RuntimeException e) {
        answers.fail(failed(node, e));
        return false;
      }
    }

    private boolean read() throws IOException {
      if (table.isEmpty()) {
        table =
            Optional.of(
                connector.openSource(
                    new ScanRequest(
                        node.table(), node.columns(), Optional.empty(), OptionalInt.empty()),
                    context));
        splits.addAll(table.get().discover(Map.of()));
      }
      if (reader.isEmpty() && splits.isEmpty()) {
        answers.add(new Answer(request, List.of(), true));
        return false;
      }
      if (reader.isEmpty()) {
        reader = Optional.of(table.get().reader(splits.pop(), rejected));
      }
      Fetch fetch = reader.get().fetch(ROWS, BYTES, WAIT);
      if (fetch instanceof Fetch.Rows some) {
        answers.add(new Answer(request, List.of(some.batch()), false));
      } else if (fetch instanceof Fetch.EndOfSplit) {
        reader.get().close();
        reader = Optional.empty();
      }
      return true;
    }

    @Override
    public void end() {
      reader.ifPresent(SplitReader::close);
      table.ifPresent(SplitSource::close);
    }
  }

  static RuntimeException failed(LookupJoinNode node, Exception e) {
    return e instanceof RuntimeException known
        ? known
        : UserError.of(
                ErrorCode.SOURCE_FAILED, "looking up rows of '" + node.table().name() + "' failed")
            .withDetail(String.valueOf(e.getMessage()))
            .causedBy(e);
  }

  /** Ends a crew without interrupting what is at work, if it ends in time by itself. */
  static void end(Crew crew) {
    crew.shutdown();
    try {
      if (!crew.await(END_MILLIS)) {
        crew.interrupt();
        crew.await(END_MILLIS / 10);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    if (answers.isClosed()) {
      return;
    }
    answers.close();
    end(crew);
    synchronized (idle) {
      idle.forEach(LookupSource::close);
      idle.clear();
    }
  }
}
