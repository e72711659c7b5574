package dev.sluice.engine;

import dev.sluice.batch.RecordBatch;
import dev.sluice.connector.CommonOptions;
import dev.sluice.connector.Connector;
import dev.sluice.connector.ConnectorContext;
import dev.sluice.connector.ConnectorRegistry;
import dev.sluice.connector.Guarantees;
import dev.sluice.connector.ScanRequest;
import dev.sluice.connector.SplitSource;
import dev.sluice.engine.checkpoint.Checkpoints;
import dev.sluice.engine.checkpoint.LocalStorage;
import dev.sluice.engine.host.ByteGate;
import dev.sluice.engine.host.Host;
import dev.sluice.engine.host.Workers;
import dev.sluice.engine.sink.SinkFeed;
import dev.sluice.engine.source.SourceFeed;
import dev.sluice.engine.spill.SpillDirectory;
import dev.sluice.error.UserError;
import dev.sluice.function.EvalContext;
import dev.sluice.function.user.UserCode;
import dev.sluice.operator.Lookup;
import dev.sluice.operator.StageTask;
import dev.sluice.plan.LookupCache;
import dev.sluice.plan.LookupJoinNode;
import dev.sluice.plan.PhysicalPlan;
import dev.sluice.plan.PlanNode;
import dev.sluice.plan.SideOutput;
import dev.sluice.plan.StageGraph;
import dev.sluice.plan.TableRef;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/** Opens what a plan needs and wires it into a tick loop. Used by one thread, once. */
final class JobBuilder implements ConnectorContext {
  private final ConnectorRegistry connectors;
  private final PhysicalPlan plan;
  private final EngineOptions options;
  private final Appendable standardOutput;
  private final RootAllocator root = ProcessMemory.ofThisProcess().allocator();
  private final Host host;
  private final List<AutoCloseable> opened = new ArrayList<>();
  private final AtomicReference<Runnable> signal = new AtomicReference<>(() -> {});
  private final StateMemory memory;

  /** What a reader may need: pages of wide columns, and the batches made of them. */
  private static final long BYTES_OF_READER = 96L << 20;

  /** What readers may be ahead, and what may wait for writers: a quarter of the batches each. */
  private final ByteGate readAhead = new ByteGate(ProcessMemory.ofThisProcess().limit() / 4);

  private final ByteGate toWrite = new ByteGate(ProcessMemory.ofThisProcess().limit() / 4);
  private final EvalContext context;
  private final Map<LookupJoinNode, LiveTable> liveTables = new LinkedHashMap<>();
  private final UserCode.Lease userCode = UserCode.lease();
  private Optional<Checkpointing> checkpoints = Optional.empty();

  JobBuilder(
      ConnectorRegistry connectors,
      PhysicalPlan plan,
      EngineOptions options,
      Appendable standardOutput,
      Host host) {
    this.connectors = connectors;
    this.plan = plan;
    this.options = options;
    this.standardOutput = standardOutput;
    this.host = host;
    memory =
        new StateMemory(
            options.stateMemory(),
            new SpillDirectory(options.spillDirectory()),
            options.spillAlways());
    context =
        new EvalContext(options.timeZone(), nowMicros(), this::nowMicros, () -> Long.MIN_VALUE);
  }

  private long nowMicros() {
    return TimeUnit.MILLISECONDS.toMicros(host.millis());
  }

  /** What readers call when they have something. */
  void bind(Runnable wakeUp) {
    signal.set(wakeUp);
  }

  /** Closes what was opened before {@code cause}. */
  void abandon(Throwable cause) {
    List<AutoCloseable> all = new ArrayList<>(opened);
    java.util.Collections.reverse(all);
    all.add(root);
    all.add(userCode);
    try {
      Closing.all(all);
    } catch (RuntimeException e) {
      cause.addSuppressed(e);
    }
  }

  TickLoop build(Consumer<RecordBatch> results) {
    StageGraph graph = StageGraph.of(plan);
    checkpoints = checkpoints(graph);
    Map<TableRef, SinkFeed> byTable = new LinkedHashMap<>();
    Map<Integer, SinkFeed> sinks = new LinkedHashMap<>();
    for (StageGraph.SinkTarget target : graph.sinks()) {
      if (!target.table().connector().equals(Engine.RESULT_CONNECTOR)) {
        sinks.put(target.id(), sink(byTable, target.table()));
      }
    }
    sideOutputs(graph).forEach(side -> sink(byTable, side.sink()));
    plan.errorSinks().values().forEach(table -> sink(byTable, table));
    checkpoints.ifPresent(c -> c.recoverSinks(byTable.values()));
    byTable.forEach(
        (table, feed) ->
            checkpoints.ifPresent(
                c -> {
                  c.tellGuarantee(table, Guarantees.of(plan, table, connectors, true));
                  feed.warnings().forEach(c::tellOnce);
                }));
    long firstEpoch = checkpoints.map(Checkpointing::firstEpoch).orElse(1L);
    byTable.values().forEach(feed -> feed.begin(firstEpoch));
    Map<Integer, EdgeBuffer> edges = new LinkedHashMap<>();
    for (StageGraph.Edge edge : graph.edges()) {
      edges.put(edge.id(), new EdgeBuffer(edge, senders(graph, edge), receivers(graph, edge)));
    }
    List<TickLoop.Source> sources = new ArrayList<>();
    for (StageGraph.Source source : graph.sources()) {
      sources.add(source(graph, source, edges, byTable));
    }
    Counters counters = new Counters();
    List<List<TaskHost>> tasks = new ArrayList<>();
    for (StageGraph.Stage stage : graph.stages()) {
      tasks.add(tasks(graph, stage, edges, counters));
    }
    Workers workers = host.workers(options.parallelism(), options.pipelineName());
    opened.add(workers);
    checkpoints.ifPresent(c -> c.restore(tasks, edges, workers));
    return new TickLoop(
        new TickLoop.Parts(
            graph,
            options,
            root,
            workers,
            host,
            counters,
            sources,
            edges,
            tasks,
            sinks,
            List.copyOf(byTable.values()),
            byTable,
            results,
            userCode,
            checkpoints,
            host.crew("checkpoint", 1)));
  }

  /** Only pipelines that write somewhere have checkpoints: a query's rows are gone when shown. */
  private Optional<Checkpointing> checkpoints(StageGraph graph) {
    if (Engine.isQuery(plan) || options.checkpointDirectory().isEmpty()) {
      return Optional.empty();
    }
    Checkpoints opened =
        Checkpoints.open(
            new LocalStorage(options.checkpointDirectory().get()),
            options.retainedCheckpoints(),
            options.savepoint().map(LocalStorage::new),
            host);
    Checkpointing made = new Checkpointing(opened, options, graph, root, host);
    this.opened.add(made);
    return Optional.of(made);
  }

  private static List<SideOutput> sideOutputs(StageGraph graph) {
    return graph.stages().stream()
        .flatMap(stage -> stage.steps().stream())
        .flatMap(step -> StageTask.side(step.node()).stream())
        .toList();
  }

  private int width(StageGraph graph, int stage) {
    return graph.stages().get(stage).singleton() ? 1 : options.parallelism();
  }

  private int senders(StageGraph graph, StageGraph.Edge edge) {
    return edge.fromSource() ? width(graph, edge.to().stage()) : width(graph, edge.from().stage());
  }

  private int receivers(StageGraph graph, StageGraph.Edge edge) {
    return edge.to().isSink() ? 1 : width(graph, edge.to().stage());
  }

  private List<TaskHost> tasks(
      StageGraph graph, StageGraph.Stage stage, Map<Integer, EdgeBuffer> edges, Counters counters) {
    Map<Integer, EdgeBuffer> out = new LinkedHashMap<>();
    edges.forEach(
        (id, buffer) -> {
          if (!buffer.edge().fromSource() && buffer.edge().from().stage() == stage.id()) {
            out.put(id, buffer);
          }
        });
    List<TaskHost> tasks = new ArrayList<>();
    int width = width(graph, stage.id());
    for (int i = 0; i < width; i++) {
      TaskHost task =
          new TaskHost(
              graph,
              stage,
              i,
              width,
              root,
              options,
              context,
              counters,
              host,
              memory,
              out,
              this::lookup);
      opened.add(task);
      tasks.add(task);
    }
    return tasks;
  }

  /** The way of one task to the table of a lookup join. */
  private Lookup lookup(LookupJoinNode node) {
    Connector connector = connectors.connector(node.table().connector());
    if (node.cache().mode() == LookupCache.Mode.LIVE) {
      return liveTables
          .computeIfAbsent(
              node, n -> new LiveTable(n, connector, this, host, () -> signal.get().run()))
          .join();
    }
    return new TableLookup(node, connector, this, host, () -> signal.get().run());
  }

  /** Opens something for a table; a failure says for which. */
  private static <T> T about(TableRef table, Supplier<T> open) {
    try {
      return open.get();
    } catch (UserError e) {
      throw e.about(table.name());
    }
  }

  private SinkFeed sink(Map<TableRef, SinkFeed> byTable, TableRef table) {
    SinkFeed known = byTable.get(table);
    if (known != null) {
      return known;
    }
    Connector connector = connectors.connector(table.connector());
    SinkFeed feed =
        new SinkFeed(
            table,
            connector.sinkCapabilities(table),
            about(table, () -> connector.openSink(table, this)),
            CommonOptions.writers(table, options.parallelism()),
            host,
            toWrite,
            checkpoints.map(c -> c.spool(table)));
    opened.add(feed);
    byTable.put(table, feed);
    return feed;
  }

  private TickLoop.Source source(
      StageGraph graph,
      StageGraph.Source spec,
      Map<Integer, EdgeBuffer> edges,
      Map<TableRef, SinkFeed> byTable) {
    List<EdgeBuffer> out =
        graph.sourceEdges(spec.id()).stream().map(e -> edges.get(e.id())).toList();
    if (!(spec.leaf() instanceof PlanNode.Scan scan)) {
      return new TickLoop.Source(spec, Optional.empty(), Optional.empty(), out);
    }
    TableRef table = scan.table();
    Optional<SinkFeed> errorSink =
        Optional.ofNullable(plan.errorSinks().get(table.name()))
            .map(target -> sink(byTable, target));
    RejectedRows rejected = new RejectedRows(table, errorSink, root);
    SplitSource source =
        about(
            table,
            () ->
                connectors
                    .connector(table.connector())
                    .openSource(
                        new ScanRequest(table, scan.columns(), scan.pushedFilter(), scan.limit()),
                        this));
    Horizon horizon = Horizon.of(graph, spec);
    SourceFeed feed =
        new SourceFeed(
            scan,
            source,
            new SourceFeed.FeedSettings(
                options.parallelism(),
                mostReaders(graph.sources().size()),
                options.batchRows(),
                horizon.micros(),
                horizon.windowed(),
                context,
                readAhead,
                host),
            root,
            rejected,
            () -> signal.get().run());
    opened.add(feed);
    return new TickLoop.Source(spec, Optional.of(feed), Optional.of(rejected), out);
  }

  private static int mostReaders(int sources) {
    long room = ProcessMemory.ofThisProcess().limit() / BYTES_OF_READER / sources;
    return (int) Math.min(Integer.MAX_VALUE, room);
  }

  @Override
  public BufferAllocator allocator() {
    return root;
  }

  @Override
  public ZoneId timeZone() {
    return options.timeZone();
  }

  @Override
  public int parallelism() {
    return options.parallelism();
  }

  @Override
  public boolean checkpointed() {
    return checkpoints.isPresent();
  }

  @Override
  public Path workingDirectory() {
    return options.workingDirectory();
  }

  @Override
  public String pipelineName() {
    return options.pipelineName();
  }

  @Override
  public Appendable standardOutput() {
    return standardOutput;
  }
}
