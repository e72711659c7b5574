package dev.sluice.simulator;

import dev.sluice.batch.BatchBuilder;
import dev.sluice.connector.Committer;
import dev.sluice.connector.Connector;
import dev.sluice.connector.ConnectorContext;
import dev.sluice.connector.DeliveryGuarantee;
import dev.sluice.connector.EpochTarget;
import dev.sluice.connector.Fetch;
import dev.sluice.connector.Offset;
import dev.sluice.connector.OptionSpec;
import dev.sluice.connector.ReaderContext;
import dev.sluice.connector.ScanRequest;
import dev.sluice.connector.SinkCapabilities;
import dev.sluice.connector.SinkWriter;
import dev.sluice.connector.SourceCapabilities;
import dev.sluice.connector.Split;
import dev.sluice.connector.SplitReader;
import dev.sluice.connector.SplitSource;
import dev.sluice.connector.TableSink;
import dev.sluice.format.RowText;
import dev.sluice.format.TextWriter;
import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.TableRef;
import dev.sluice.type.RowKind;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Topics and database of a {@link SimWorld} as a connector: {@code 'connector' = 'sim'}. Without a
 * world it can only be planned with.
 */
final class SimConnector implements Connector {
  private static final OptionSpec BOUNDED =
      OptionSpec.of("bounded", OptionSpec.Type.BOOLEAN, "Whether its rows end.", "true")
          .withDefault("true");

  private final Optional<SimWorld> world;
  private final Optional<SimData> data;

  SimConnector() {
    world = Optional.empty();
    data = Optional.empty();
  }

  SimConnector(SimWorld world, SimData data) {
    this.world = Optional.of(world);
    this.data = Optional.of(data);
  }

  @Override
  public String name() {
    return "sim";
  }

  @Override
  public String description() {
    return "Topics and tables of the simulator.";
  }

  @Override
  public List<OptionSpec> options(TableRef table) {
    return List.of(BOUNDED);
  }

  private static boolean bounded(TableRef table) {
    return !"false".equals(table.options().get(BOUNDED.key()));
  }

  @Override
  public SourceCapabilities sourceCapabilities(TableRef table) {
    return new SourceCapabilities(true, bounded(table), true, false, false, true);
  }

  @Override
  public SinkCapabilities sinkCapabilities(TableRef table) {
    ChangelogMode accepts =
        table.primaryKey().isEmpty() ? ChangelogMode.INSERT_ONLY : ChangelogMode.UPSERT;
    return new SinkCapabilities(true, accepts, DeliveryGuarantee.EXACTLY_ONCE, 4);
  }

  @Override
  public SplitSource openSource(ScanRequest request, ConnectorContext context) {
    for (int p = 0; p < data.orElseThrow().partitions(); p++) {
      // until somebody opens it and sees what is left
      world.orElseThrow().unread(request.table().name() + "-" + p, 1);
    }
    return new Source(request, world.orElseThrow(), data.orElseThrow());
  }

  @Override
  public TableSink openSink(TableRef table, ConnectorContext context) {
    return new Sink(table, world.orElseThrow());
  }

  private record Source(ScanRequest request, SimWorld world, SimData data) implements SplitSource {
    @Override
    public boolean bounded() {
      return SimConnector.bounded(request.table());
    }

    @Override
    public List<Split> discover(Map<String, Offset> known) {
      List<Split> found = new ArrayList<>();
      for (int p = 0; p < data.partitions(); p++) {
        String id = request.table().name() + "-" + p;
        if (!known.containsKey(id)) {
          found.add(new Split(id, Integer.toString(p), Offset.of(0)));
        }
      }
      return found;
    }

    @Override
    public SplitReader reader(Split split, ReaderContext context) {
      List<Object[]> rows = data.rows(request.table().name(), Integer.parseInt(split.detail()));
      return new Reader(this, split, rows, context);
    }

    @Override
    public void close() {}
  }

  private static final class Reader implements SplitReader {
    private final Source source;
    private final Split split;
    private final List<Object[]> rows;
    private final ReaderContext context;
    private int next;

    Reader(Source source, Split split, List<Object[]> rows, ReaderContext context) {
      this.source = source;
      this.split = split;
      this.rows = rows;
      this.context = context;
      this.next = (int) split.start().asLong();
      source.world().unread(split.id(), rows.size() - next);
    }

    @Override
    public Fetch fetch(int maxRows, long maxBytes, Duration maxWait) throws IOException {
      SimWorld world = source.world();
      if (next >= rows.size()) {
        return source.bounded()
            ? new Fetch.EndOfSplit(Offset.of(next))
            : new Fetch.Nothing(Offset.of(next));
      }
      world.call("fetch " + split.id() + " from " + next);
      if (world.random().nextInt(10) == 0) {
        return new Fetch.Nothing(Offset.of(next));
      }
      int count = Math.min(1 + world.random().nextInt(maxRows), rows.size() - next);
      try (BatchBuilder builder =
          new BatchBuilder(source.request().schema(), context.allocator())) {
        for (int i = 0; i < count; i++) {
          Object[] all = rows.get(next++);
          builder.add(
              RowKind.INSERT,
              source.request().columns().stream().map(column -> all[column]).toArray());
        }
        world.unread(split.id(), rows.size() - next);
        return new Fetch.Rows(builder.build(), Offset.of(next));
      }
    }

    @Override
    public void close() {}
  }

  private record Sink(TableRef table, SimWorld world) implements TableSink {
    @Override
    public SinkWriter writer(int task) {
      throw new IllegalStateException("the simulator's pipelines have checkpoints");
    }

    @Override
    public Committer committer() {
      return (ready, last) -> {
        throw new IllegalStateException("the simulator's pipelines have checkpoints");
      };
    }

    @Override
    public Optional<EpochTarget> epochTarget() {
      return Optional.of(new Target(table, world));
    }

    @Override
    public void close() {}
  }

  private static final class Target implements EpochTarget {
    private final TableRef table;
    private final SimWorld world;
    private Owner owner = new Owner("", 0);

    Target(TableRef table, SimWorld world) {
      this.table = table;
      this.world = world;
    }

    @Override
    public long acquire(Owner next) throws IOException {
      owner = next;
      return world.database().acquire(table.name(), next);
    }

    @Override
    public void commit(long epoch, EpochRows rows, boolean last) throws IOException {
      List<SimDatabase.Change> changes = new ArrayList<>();
      rows.read(
          batch -> {
            try (batch) {
              for (int i = 0; i < batch.rowCount(); i++) {
                changes.add(change(batch, batch.position(i)));
              }
            }
          });
      world.database().commit(table.name(), owner, epoch, changes);
    }

    private SimDatabase.Change change(dev.sluice.batch.RecordBatch batch, int position) {
      TextWriter row = new TextWriter();
      RowText.row(batch, position, row);
      TextWriter key = new TextWriter();
      for (String column : table.primaryKey()) {
        int index = batch.schema().indexOf(column).orElseThrow();
        RowText.value(batch.schema().type(index), batch.vector(index), position, key);
        key.put('|');
      }
      RowKind kind = batch.kind(position);
      boolean insert = kind == RowKind.INSERT || kind == RowKind.UPDATE_AFTER;
      return new SimDatabase.Change(insert, key.toString(), row.toString().substring(2));
    }

    @Override
    public boolean absorbsRepeats() {
      return !table.primaryKey().isEmpty();
    }

    @Override
    public void close() {}
  }
}
