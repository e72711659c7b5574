package dev.sluice.engine;

import dev.sluice.batch.RecordBatch;
import dev.sluice.connector.Connector;
import dev.sluice.connector.ConnectorContext;
import dev.sluice.connector.Fetch;
import dev.sluice.connector.Offset;
import dev.sluice.connector.ScanRequest;
import dev.sluice.connector.Split;
import dev.sluice.connector.SplitReader;
import dev.sluice.connector.SplitSource;
import dev.sluice.engine.host.Activity;
import dev.sluice.engine.host.Crew;
import dev.sluice.engine.host.Host;
import dev.sluice.operator.Lookup;
import dev.sluice.plan.LookupJoinNode;
import dev.sluice.plan.TableRef;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * A table that never ends, read for the tasks of a lookup join: first to where it ended when they
 * began, which is the answer to {@code askAll}, then on and on. It is read once and its batches are
 * shared; a task that does not keep up holds the reading back. Tasks join before they run and leave
 * when they close; the last one closes the table.
 */
final class LiveTable {
  private static final int ROWS = 8192;
  private static final long BYTES = 8L << 20;
  private static final Duration WAIT = Duration.ofMillis(200);

  private final LookupJoinNode node;
  private final Connector connector;
  private final ConnectorContext context;
  private final Crew crew;
  private final Runnable wakeUp;
  private final List<Member> members = new ArrayList<>();
  private final List<SplitSource> sources = new ArrayList<>();
  private final RejectedRows rejected;
  private boolean started;

  /** Splits that have not been read to where they ended at the start. */
  private int behind;

  LiveTable(
      LookupJoinNode node,
      Connector connector,
      ConnectorContext context,
      Host host,
      Runnable wakeUp) {
    this.node = node;
    this.connector = connector;
    this.context = context;
    this.wakeUp = wakeUp;
    crew = host.crew("lookup-table", 0);
    rejected = new RejectedRows(node.table(), Optional.empty(), context.allocator());
  }

  /** One more task. */
  synchronized Lookup join() {
    Member member = new Member();
    members.add(member);
    return member;
  }

  /** Begins to read when the last of the tasks has asked. */
  private synchronized void start() {
    if (started || members.stream().anyMatch(member -> member.request.isEmpty())) {
      return;
    }
    started = true;
    crew.start(new Opening());
  }

  /** Opens the table and lets its splits be read. */
  private final class Opening implements Activity {
    @Override
    public boolean isReady() {
      return true;
    }

    @Override
    public boolean step() {
      try {
        SplitSource first = open(true);
        SplitSource then = open(false);
        List<Split> splits = first.discover(Map.of());
        Map<String, Split> onward = new HashMap<>();
        then.discover(Map.of()).forEach(split -> onward.put(split.id(), split));
        begin(splits.size());
        for (Split split : splits) {
          crew.start(new Following(first, split, then, onward.get(split.id())));
        }
      } catch (RuntimeException e) {
        members().forEach(member -> member.answers.fail(e));
      }
      return false;
    }

    @Override
    public void end() {}
  }

  private synchronized void begin(int splits) {
    behind = splits;
    if (splits == 0) {
      members.forEach(member -> member.tell(List.of(), true));
    }
  }

  /** Takes as long as the table's servers do: the tasks, who ask for answers, must not wait. */
  private SplitSource open(boolean untilNow) {
    TableRef table = connector.fromStart(node.table(), untilNow).orElseThrow();
    SplitSource source =
        connector.openSource(
            new ScanRequest(table, node.columns(), Optional.empty(), OptionalInt.empty()), context);
    synchronized (this) {
      sources.add(source);
    }
    return source;
  }

  /** Gives rows to every task; {@code caughtUp} says that a split has come to its first end. */
  private synchronized void give(Optional<RecordBatch> batch, boolean caughtUp) {
    behind -= caughtUp ? 1 : 0;
    boolean complete = behind == 0;
    for (Member member : members) {
      member.tell(batch.stream().map(RecordBatch::share).toList(), complete);
    }
    batch.ifPresent(RecordBatch::close);
  }

  private List<Member> members() {
    synchronized (this) {
      return List.copyOf(members);
    }
  }

  /** The way of one task to the table. */
  private final class Member implements Lookup {
    private final Answers answers = new Answers(wakeUp);
    private volatile OptionalLong request = OptionalLong.empty();

    @Override
    public void askAll(long number) {
      request = OptionalLong.of(number);
    }

    @Override
    public void ask(long number, RecordBatch keys) {
      keys.close();
      throw new IllegalStateException("a table kept in memory is not asked by key");
    }

    void tell(List<RecordBatch> rows, boolean complete) {
      answers.add(new Answer(request.orElseThrow(), rows, complete));
    }

    @Override
    public Optional<Answer> poll() {
      start();
      return answers.poll();
    }

    @Override
    public void close() {
      if (!answers.isClosed()) {
        answers.close();
        leave(this);
      }
    }
  }

  private void leave(Member member) {
    boolean last;
    synchronized (this) {
      members.remove(member);
      last = members.isEmpty();
    }
    if (last) {
      TableLookup.end(crew);
      synchronized (this) {
        sources.forEach(SplitSource::close);
        sources.clear();
      }
    }
  }

  /** Reads one split to its first end, and on from there. */
  private final class Following implements Activity {
    private final SplitSource first;
    private final Split split;
    private final SplitSource then;
    private final Split onward;
    private Optional<SplitReader> reader = Optional.empty();

    Following(SplitSource first, Split split, SplitSource then, Split onward) {
      this.first = first;
      this.split = split;
      this.then = then;
      this.onward = onward;
    }

    @Override
    public boolean isReady() {
      return members().stream().allMatch(member -> member.answers.hasRoom());
    }

    @Override
    public boolean step() throws InterruptedException {
      for (Member member : members()) {
        member.answers.awaitRoom();
      }
      if (members().isEmpty()) {
        return false;
      }
      try {
        read();
        return true;
      } catch (IOException | RuntimeException e) {
        members().forEach(member -> member.answers.fail(TableLookup.failed(node, e)));
        return false;
      }
    }

    private void read() throws IOException {
      if (reader.isEmpty()) {
        reader = Optional.of(first.reader(split, rejected));
      }
      Fetch fetch = reader.get().fetch(ROWS, BYTES, WAIT);
      if (fetch instanceof Fetch.Rows some) {
        give(Optional.of(some.batch()), false);
      } else if (fetch instanceof Fetch.EndOfSplit end) {
        reader.get().close();
        reader = Optional.empty();
        Offset from = end.next();
        reader = Optional.of(then.reader(onward.from(from), rejected));
        give(Optional.empty(), true);
      }
    }

    @Override
    public void end() {
      reader.ifPresent(SplitReader::close);
    }
  }
}
