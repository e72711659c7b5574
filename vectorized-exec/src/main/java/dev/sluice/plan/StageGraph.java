package dev.sluice.plan;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A plan cut into stages: what an engine runs. A value; serializable like the plan it was cut from.
 *
 * <p>A stage is a run of operators between two edges; edges lead from a source or a stage's step to
 * a stage or a sink. Equal sub-plans become one: two statements over the same scan read it once.
 *
 * <pre>
 * source 0 ──any──► stage 0 [enter, FilterProject] ──hash──► stage 1 [enter, WindowAggregate] ──any──► sink 0
 * </pre>
 *
 * @param sources leaves, in order of first use
 * @param stages in topological order
 * @param sinks one per target table: several statements may write to one
 * @param edges by id
 */
public record StageGraph(
    List<Source> sources, List<Stage> stages, List<SinkTarget> sinks, List<Edge> edges) {
  /** A leaf of the plan: {@link PlanNode.Scan} or {@link PlanNode.Values}. */
  public record Source(int id, PlanNode leaf) {}

  /**
   * A run of operators.
   *
   * @param id index in {@link StageGraph#stages}
   * @param steps in topological order; entrances are {@link PlanNode.StageInput} steps
   * @param singleton whether it runs as one task because it needs every row in one place
   */
  public record Stage(int id, List<Step> steps, boolean singleton) {
    public Stage {
      steps = List.copyOf(steps);
    }
  }

  /**
   * An operator of a stage.
   *
   * @param node the plan node; its own inputs are not looked at
   * @param inputs indices of the steps that feed its inputs, in order
   */
  public record Step(PlanNode node, List<Integer> inputs) {
    public Step {
      inputs = List.copyOf(inputs);
    }
  }

  /** A table that is written. {@code id} is the index in {@link StageGraph#sinks}. */
  public record SinkTarget(int id, TableRef table, ChangelogMode changelog) {}

  /**
   * Where an edge starts: at source {@code source}, or at step {@code step} of stage {@code stage}.
   */
  public record From(int source, int stage, int step) {
    static final int NONE = -1;

    boolean isSource() {
      return source != NONE;
    }
  }

  /**
   * Where an edge ends: at entrance {@code step} of stage {@code stage}, or at sink {@code sink}.
   */
  public record To(int stage, int step, int sink) {
    static final int NONE = -1;

    /** Whether the edge ends at a sink. */
    public boolean isSink() {
      return sink != NONE;
    }
  }

  /** A way rows travel between stages. {@code id} is the index in {@link StageGraph#edges}. */
  public record Edge(int id, From from, To to, Distribution distribution, PlanTraits traits) {
    /** Whether the edge starts at a source. */
    public boolean fromSource() {
      return from.isSource();
    }
  }

  public StageGraph {
    sources = List.copyOf(sources);
    stages = List.copyOf(stages);
    sinks = List.copyOf(sinks);
    edges = List.copyOf(edges);
  }

  /** Cuts a plan. Deterministic: equal plans give equal graphs. */
  public static StageGraph of(PhysicalPlan plan) {
    Cutter cutter = new Cutter();
    plan.sinks().forEach(cutter::sink);
    return cutter.graph();
  }

  /** The edges that leave step {@code step} of stage {@code stage}. */
  public List<Edge> edgesOut(int stage, int step) {
    return edges.stream()
        .filter(e -> !e.fromSource() && e.from().stage() == stage && e.from().step() == step)
        .toList();
  }

  /** The edges that enter stage {@code stage}. */
  public List<Edge> edgesIn(int stage) {
    List<Edge> in = new ArrayList<>();
    for (Edge edge : edges) {
      if (!edge.to().isSink() && edge.to().stage() == stage) {
        in.add(edge);
      }
    }
    return in;
  }

  /** The edges that leave source {@code source}. */
  public List<Edge> sourceEdges(int source) {
    return edges.stream().filter(e -> e.from().source() == source).toList();
  }

  /**
   * Walks the plan bottom-up. A node with one input joins that input's stage; a leaf, an exchange
   * and a node with several inputs begin a stage (one entrance per input), so that stages never
   * form a cycle.
   */
  private static final class Cutter {
    private final List<Source> sources = new ArrayList<>();
    private final List<List<Step>> stages = new ArrayList<>();
    private final List<Boolean> singleton = new ArrayList<>();
    private final List<SinkTarget> sinks = new ArrayList<>();
    private final List<Edge> edges = new ArrayList<>();
    private final Map<NodeKey, int[]> places = new HashMap<>();
    private final Map<TableRef, Integer> sinkIds = new LinkedHashMap<>();

    void sink(PlanNode.Sink sink) {
      int[] from = place(sink.input());
      Integer known = sinkIds.get(sink.table());
      if (known == null) {
        known = sinks.size();
        sinkIds.put(sink.table(), known);
        sinks.add(new SinkTarget(known, sink.table(), sink.input().traits().changelog()));
      } else if (sink.input().traits().changelog().compareTo(sinks.get(known).changelog()) > 0) {
        sinks.set(known, new SinkTarget(known, sink.table(), sink.input().traits().changelog()));
      }
      connect(from, new To(To.NONE, To.NONE, known), Distribution.ANY, sink.input().traits());
    }

    /** Stage and step that give the rows of {@code node}. */
    private int[] place(PlanNode node) {
      NodeKey key = new NodeKey(node);
      int[] known = places.get(key);
      if (known != null) {
        return known;
      }
      int[] made;
      List<PlanNode> inputs = node.inputs();
      if (inputs.isEmpty()) {
        made = leaf(node);
      } else if (node instanceof PlanNode.Exchange exchange) {
        made = exchange(exchange);
      } else if (inputs.size() == 1) {
        int[] input = place(inputs.get(0));
        made = addStep(input[0], new Step(node, List.of(input[1])));
      } else {
        made = merge(node);
      }
      places.put(key, made);
      return made;
    }

    private int[] leaf(PlanNode node) {
      Source source = new Source(sources.size(), node);
      sources.add(source);
      int stage = newStage(node instanceof PlanNode.Values);
      int[] entrance = entrance(stage, node.traits());
      edges.add(
          new Edge(
              edges.size(),
              new From(source.id(), From.NONE, From.NONE),
              new To(stage, entrance[1], To.NONE),
              Distribution.ANY,
              node.traits()));
      return entrance;
    }

    private int[] exchange(PlanNode.Exchange exchange) {
      int[] from = place(exchange.input());
      int stage = newStage(exchange.distribution() instanceof Distribution.Single);
      int[] entrance = entrance(stage, exchange.traits());
      connect(
          from, new To(stage, entrance[1], To.NONE), exchange.distribution(), exchange.traits());
      return entrance;
    }

    private int[] merge(PlanNode node) {
      List<int[]> froms = new ArrayList<>();
      List<Distribution> ways = new ArrayList<>();
      for (PlanNode input : node.inputs()) {
        PlanNode below = input instanceof PlanNode.Exchange e ? e.input() : input;
        froms.add(place(below));
        ways.add(input instanceof PlanNode.Exchange e ? e.distribution() : Distribution.ANY);
      }
      int stage = newStage(ways.stream().anyMatch(Distribution.Single.class::isInstance));
      List<Integer> entrances = new ArrayList<>();
      for (int i = 0; i < froms.size(); i++) {
        int[] entrance = entrance(stage, node.inputs().get(i).traits());
        connect(
            froms.get(i),
            new To(stage, entrance[1], To.NONE),
            ways.get(i),
            node.inputs().get(i).traits());
        entrances.add(entrance[1]);
      }
      return addStep(stage, new Step(node, entrances));
    }

    private int newStage(boolean single) {
      stages.add(new ArrayList<>());
      singleton.add(single);
      return stages.size() - 1;
    }

    private int[] entrance(int stage, PlanTraits traits) {
      return addStep(stage, new Step(new PlanNode.StageInput(edges.size(), traits), List.of()));
    }

    private int[] addStep(int stage, Step step) {
      stages.get(stage).add(step);
      return new int[] {stage, stages.get(stage).size() - 1};
    }

    private void connect(int[] from, To to, Distribution distribution, PlanTraits traits) {
      edges.add(
          new Edge(edges.size(), new From(From.NONE, from[0], from[1]), to, distribution, traits));
    }

    StageGraph graph() {
      List<Stage> cut = new ArrayList<>();
      for (int i = 0; i < stages.size(); i++) {
        cut.add(new Stage(i, stages.get(i), singleton.get(i)));
      }
      return new StageGraph(sources, cut, sinks, edges);
    }
  }
}
