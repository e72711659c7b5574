package dev.sluice.planner.physical;

import dev.sluice.planner.validate.Validation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Aggregate;
import org.apache.calcite.rel.core.AsofJoin;
import org.apache.calcite.rel.core.Correlate;
import org.apache.calcite.rel.core.Filter;
import org.apache.calcite.rel.core.Join;
import org.apache.calcite.rel.core.JoinRelType;
import org.apache.calcite.rel.core.Match;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rel.core.Snapshot;
import org.apache.calcite.rel.core.TableFunctionScan;
import org.apache.calcite.rel.core.TableScan;
import org.apache.calcite.rel.core.Values;
import org.apache.calcite.rel.logical.LogicalJoin;
import org.apache.calcite.rel.logical.LogicalProject;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexShuttle;
import org.apache.calcite.rex.RexUtil;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.util.ImmutableBitSet;

/**
 * The order of inner joins of three inputs and more, so that what is joined first gives few rows.
 * Only inputs that end and whose sizes are known are put in order: over others rows come as long as
 * they like, and a plan should not change with what was seen of them. Greedy: first the pair with
 * the fewest rows, then each time the input that leaves the fewest. Stateless.
 */
final class JoinOrder {
  /** The part of the rows that a condition lets pass. */
  private static final double EQUAL = 0.1;

  private static final double OTHER = 0.4;

  /** What makes a join without an equality the last choice. */
  private static final double UNKEYED = 1e12;

  private final TableSizes sizes;

  JoinOrder(TableSizes sizes) {
    this.sizes = sizes;
  }

  /** The same query with its joins in order. */
  RelNode query(RelNode rel) {
    return isPlain(rel) ? ordered(rel) : rel;
  }

  /** Whether nothing asks for event time, which survives a join from one side of it only. */
  private static boolean isPlain(RelNode rel) {
    boolean timed =
        rel instanceof TableFunctionScan
            || rel instanceof Match
            || rel instanceof Snapshot
            || rel instanceof AsofJoin
            || rel instanceof Correlate
            || Windows.isUsed(rel);
    return !timed && rel.getInputs().stream().allMatch(JoinOrder::isPlain);
  }

  private RelNode ordered(RelNode rel) {
    if (rel instanceof Join join && isInner(join)) {
      Chain chain = new Chain(join);
      if (chain.leaves.size() > 2 && chain.isSized()) {
        return chain.built();
      }
    }
    List<RelNode> inputs = rel.getInputs().stream().map(this::ordered).toList();
    return inputs.equals(rel.getInputs()) ? rel : rel.copy(rel.getTraitSet(), inputs);
  }

  private static boolean isInner(Join join) {
    return join instanceof LogicalJoin
        && join.getJoinType() == JoinRelType.INNER
        && join.getVariablesSet().isEmpty()
        && !TemporalJoins.isTemporal(join);
  }

  /** About how many rows a relation has, and how many without its conditions. */
  private record Size(double rows, double all) {}

  /** Inner joins in a row: their inputs, and all conditions over the columns of all of them. */
  private final class Chain {
    private final List<RelNode> leaves = new ArrayList<>();
    private final List<Integer> offsets = new ArrayList<>();
    private final List<Size> sizes = new ArrayList<>();
    private final List<RexNode> conditions = new ArrayList<>();
    private final RexBuilder rexBuilder;
    private final Join top;
    private final List<RexNode> outputs;
    private int width;
    private boolean sized = true;

    /** Conditions that no join asks yet. */
    private List<RexNode> pending = List.of();

    Chain(Join top) {
      this.top = top;
      rexBuilder = top.getCluster().getRexBuilder();
      outputs = columns(top);
    }

    boolean isSized() {
      return sized;
    }

    /** The columns of a relation over those of all inputs, which it adds. */
    private List<RexNode> columns(RelNode rel) {
      if (rel instanceof Join join && isInner(join)) {
        List<RexNode> columns = new ArrayList<>(columns(join.getLeft()));
        columns.addAll(columns(join.getRight()));
        RexNode condition = over(join.getCondition(), columns);
        conditions.addAll(RelOptUtil.conjunctions(condition));
        return columns;
      }
      boolean only =
          rel instanceof Project project
              && project.getProjects().stream().allMatch(RexInputRef.class::isInstance);
      if (only && rel.getInput(0) instanceof Join join && isInner(join)) {
        List<RexNode> columns = columns(join);
        return ((Project) rel)
            .getProjects().stream().map(p -> columns.get(((RexInputRef) p).getIndex())).toList();
      }
      return leaf(rel);
    }

    private List<RexNode> leaf(RelNode rel) {
      List<RexNode> columns = new ArrayList<>();
      rel.getRowType()
          .getFieldList()
          .forEach(f -> columns.add(rexBuilder.makeInputRef(f.getType(), width + f.getIndex())));
      RelNode below = ordered(rel);
      OptionalDouble rows = rows(below);
      OptionalDouble all = base(below);
      sized &= rows.isPresent() && all.isPresent();
      leaves.add(below);
      offsets.add(width);
      sizes.add(new Size(Math.max(1, rows.orElse(0)), Math.max(1, all.orElse(0))));
      width += columns.size();
      return columns;
    }

    /** The joins in their new order, with the columns of the old one. */
    RelNode built() {
      pending = new ArrayList<>(conditions);
      List<Integer> left = new ArrayList<>();
      for (int leaf = 0; leaf < leaves.size(); leaf++) {
        left.add(leaf);
      }
      int first = first(left);
      left.remove(Integer.valueOf(first));
      int[] places = new int[width];
      RelNode made = leaves.get(first);
      ImmutableBitSet have = fields(first);
      place(first, 0, places);
      Size size = sizes.get(first);
      while (!left.isEmpty()) {
        Size known = size;
        ImmutableBitSet there = have;
        int next =
            left.stream()
                .min(
                    Comparator.comparingDouble((Integer leaf) -> cost(known, there, leaf))
                        .thenComparingInt(leaf -> leaf))
                .orElseThrow();
        size = joined(size, have, next);
        place(next, made.getRowType().getFieldCount(), places);
        ImmutableBitSet all = have.union(fields(next));
        List<RexNode> on = between(have, next);
        made = join(made, leaves.get(next), on, places);
        pending.removeAll(on);
        have = all;
        left.remove(Integer.valueOf(next));
      }
      RelNode whole = made;
      List<RexNode> projects =
          outputs.stream()
              .map(o -> (RexNode) rexBuilder.makeInputRef(whole, places[index(o)]))
              .toList();
      return LogicalProject.create(
          whole, List.of(), projects, top.getRowType().getFieldNames(), Set.of());
    }

    private static int index(RexNode column) {
      return ((RexInputRef) column).getIndex();
    }

    private void place(int leaf, int at, int[] places) {
      for (int i = 0; i < leaves.get(leaf).getRowType().getFieldCount(); i++) {
        places[offsets.get(leaf) + i] = at + i;
      }
    }

    private RelNode join(RelNode left, RelNode right, List<RexNode> on, int[] places) {
      List<RexNode> columns = new ArrayList<>();
      for (int place : places) {
        RelNode side = place < left.getRowType().getFieldCount() ? left : right;
        int field = side == left ? place : place - left.getRowType().getFieldCount();
        boolean there = field < side.getRowType().getFieldCount();
        columns.add(
            rexBuilder.makeInputRef(
                side.getRowType().getFieldList().get(there ? field : 0).getType(), place));
      }
      RexNode condition =
          RexUtil.composeConjunction(rexBuilder, on.stream().map(c -> over(c, columns)).toList());
      return LogicalJoin.create(left, right, List.of(), condition, Set.of(), JoinRelType.INNER);
    }

    private ImmutableBitSet fields(int leaf) {
      int from = offsets.get(leaf);
      return ImmutableBitSet.range(from, from + leaves.get(leaf).getRowType().getFieldCount());
    }

    /** The conditions that can be asked once {@code leaf} has joined. */
    private List<RexNode> between(ImmutableBitSet have, int leaf) {
      ImmutableBitSet all = have.union(fields(leaf));
      return pending.stream().filter(c -> all.contains(RelOptUtil.InputFinder.bits(c))).toList();
    }

    /** The input with which to begin: one of the pair that gives the fewest rows. */
    private int first(List<Integer> all) {
      int best = 0;
      double fewest = Double.MAX_VALUE;
      for (int leaf : all) {
        for (int other : all) {
          double rows =
              leaf == other ? Double.MAX_VALUE : cost(sizes.get(leaf), fields(leaf), other);
          boolean larger = sizes.get(leaf).rows() > sizes.get(other).rows();
          if (rows < fewest || rows == fewest && larger) {
            fewest = rows;
            best = leaf;
          }
        }
      }
      return best;
    }

    /** How many rows come of it; without an equality the join runs in one task, pair by pair. */
    private double cost(Size left, ImmutableBitSet have, int leaf) {
      boolean keyed = isKeyed(between(have, leaf));
      return joined(left, have, leaf).rows() * (keyed ? 1 : UNKEYED);
    }

    private static boolean isKeyed(List<RexNode> on) {
      return on.stream().anyMatch(c -> c.getKind() == SqlKind.EQUALS);
    }

    /** Of equal keys the side with fewer rows is taken to have each once. */
    private Size joined(Size left, ImmutableBitSet have, int leaf) {
      Size right = sizes.get(leaf);
      List<RexNode> on = between(have, leaf);
      double rows = left.rows() * right.rows();
      double all = left.all() * right.all();
      if (isKeyed(on)) {
        double keys = Math.max(1, Math.min(left.all(), right.all()));
        rows /= keys;
        all /= keys;
      }
      for (RexNode condition : on) {
        rows *= condition.getKind() == SqlKind.EQUALS ? 1 : OTHER;
      }
      return new Size(Math.max(1, rows), Math.max(1, all));
    }
  }

  private static RexNode over(RexNode expression, List<RexNode> columns) {
    return expression.accept(
        new RexShuttle() {
          @Override
          public RexNode visitInputRef(RexInputRef ref) {
            return columns.get(ref.getIndex());
          }
        });
  }

  /** About how many rows a relation has; empty if unknown. */
  OptionalDouble rows(RelNode rel) {
    if (rel instanceof Filter filter) {
      double part =
          RelOptUtil.conjunctions(filter.getCondition()).stream()
              .mapToDouble(c -> c.getKind() == SqlKind.EQUALS ? EQUAL : OTHER)
              .reduce(1, (a, b) -> a * b);
      return scaled(rows(filter.getInput()), part);
    }
    if (rel instanceof Aggregate aggregate) {
      return scaled(rows(aggregate.getInput()), EQUAL);
    }
    if (rel instanceof Project project && !project.containsOver()) {
      return rows(project.getInput());
    }
    return base(rel);
  }

  /** About how many rows a relation has; a join as many as its larger input. */
  OptionalDouble roughRows(RelNode rel) {
    if (rel instanceof Join join) {
      OptionalDouble left = roughRows(join.getLeft());
      OptionalDouble right = roughRows(join.getRight());
      return left.isPresent() && right.isPresent()
          ? OptionalDouble.of(Math.max(left.getAsDouble(), right.getAsDouble()))
          : OptionalDouble.empty();
    }
    boolean passes = rel instanceof Project project && !project.containsOver();
    return passes ? roughRows(rel.getInput(0)) : rows(rel);
  }

  private static OptionalDouble scaled(OptionalDouble rows, double part) {
    return rows.isPresent() ? OptionalDouble.of(rows.getAsDouble() * part) : rows;
  }

  /** The rows of the table that a relation is made of, whatever of them it leaves out. */
  OptionalDouble base(RelNode rel) {
    if (rel instanceof TableScan scan) {
      Validation.Relation relation = scan.getTable().unwrap(Validation.Relation.class);
      return sizes.rows(relation.table().ref());
    }
    if (rel instanceof Values values) {
      return OptionalDouble.of(values.getTuples().size());
    }
    boolean passes =
        rel instanceof Filter
            || rel instanceof Aggregate
            || rel instanceof Project project && !project.containsOver();
    return passes ? base(rel.getInput(0)) : OptionalDouble.empty();
  }
}
