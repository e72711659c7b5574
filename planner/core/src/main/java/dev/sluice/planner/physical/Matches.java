package dev.sluice.planner.physical;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.Expr;
import dev.sluice.plan.MatchNode;
import dev.sluice.plan.MatchPattern;
import dev.sluice.plan.PlanNode;
import dev.sluice.plan.PlanTraits;
import dev.sluice.plan.SideOutput;
import dev.sluice.plan.SortKey;
import dev.sluice.plan.StateBound;
import dev.sluice.plan.TimeAttribute;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.Schema;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import org.apache.calcite.rel.RelFieldCollation;
import org.apache.calcite.rel.core.Match;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexPatternFieldRef;
import org.apache.calcite.rex.RexVisitorImpl;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlMatchRecognize;

/** MATCH_RECOGNIZE. Single-threaded. */
final class Matches {
  /** A permutation of so many variables is as long as a pattern may be. */
  private static final int MOST_PERMUTED = 6;

  private final RelTranslator rels;
  private final Windows windows;

  Matches(RelTranslator rels, Windows windows) {
    this.rels = rels;
    this.windows = windows;
  }

  Frame translate(Match match) {
    Frame frame = rels.translate(match.getInput());
    List<Integer> used = new ArrayList<>(used(match));
    List<Expr> columns = new ArrayList<>(used.stream().map(frame.columns()::get).toList());
    Optional<SideOutput> late = windows.late(frame, column -> place(columns, column));
    List<String> names =
        new ArrayList<>(used.stream().map(RelTranslator.names(match.getInput())::get).toList());
    while (names.size() < columns.size()) {
      names.add("$late" + names.size());
    }
    RelTranslator.Built built =
        rels.materialize(frame.withColumns(columns), names, frame.time().isPresent());
    List<Integer> keys = match.getPartitionKeys().asList().stream().map(used::indexOf).toList();
    PlanNode input = Aggregations.exchange(built.node(), keys);
    QueryPlanner.requireInserts(input, "MATCH_RECOGNIZE");
    return RelTranslator.node(node(match, input, used, keys, built.rowWatermark(), late));
  }

  /** Where a column of the base is among {@code columns}, which it joins if it is not there. */
  private static int place(List<Expr> columns, Expr column) {
    if (!columns.contains(column)) {
      columns.add(column);
    }
    return columns.indexOf(column);
  }

  /** The columns of the input that are needed. */
  private static Set<Integer> used(Match match) {
    Set<Integer> used = new TreeSet<>(match.getPartitionKeys().asList());
    match.getOrderKeys().getFieldCollations().forEach(f -> used.add(f.getFieldIndex()));
    RexVisitorImpl<Void> collector =
        new RexVisitorImpl<>(true) {
          @Override
          public Void visitPatternFieldRef(RexPatternFieldRef ref) {
            used.add(ref.getIndex());
            return null;
          }
        };
    match.getMeasures().values().forEach(m -> m.accept(collector));
    match.getPatternDefinitions().values().forEach(d -> d.accept(collector));
    if (match.isAllRows()) {
      for (int i = 0; i < match.getInput().getRowType().getFieldCount(); i++) {
        used.add(i);
      }
    }
    return used;
  }

  private MatchNode node(
      Match match,
      PlanNode input,
      List<Integer> used,
      List<Integer> keys,
      int rowWatermark,
      Optional<SideOutput> late) {
    RexBuilder rexBuilder = match.getCluster().getRexBuilder();
    List<String> variables = new ArrayList<>();
    MatchPattern pattern = pattern(match.getPattern(), variables);
    if (match.isStrictEnd() && !input.traits().bounded()) {
      throw UserError.of(
              ErrorCode.UNSUPPORTED,
              "$ in a PATTERN needs an input that ends: it matches the last row of a partition")
          .withHint("leave it out, or bound the input");
    }
    List<SortKey> order = new ArrayList<>();
    for (RelFieldCollation field : match.getOrderKeys().getFieldCollations()) {
      order.add(RelTranslator.sortKey(used.indexOf(field.getFieldIndex()), field));
    }
    boolean timed = isTimed(input, order);
    Map<String, List<Integer>> names = names(match, variables);
    List<Expr> inputs = new ArrayList<>();
    for (int i = 0; i < match.getInput().getRowType().getFieldCount(); i++) {
      int place = used.indexOf(i);
      inputs.add(
          place < 0
              ? Expr.Literal.nullOf(DataType.of(Kind.NULL))
              : new Expr.ColumnRef(place, input.schema().type(place)));
    }
    MatchValues values = new MatchValues(rexBuilder, names, used::indexOf, inputs);
    Map<Integer, Expr> conditions = new HashMap<>();
    match
        .getPatternDefinitions()
        .forEach(
            (name, condition) -> {
              int variable = variables.indexOf(name);
              if (variable >= 0) {
                conditions.put(variable, values.translate(condition, false));
              }
            });
    List<Expr> outputs = new ArrayList<>();
    List<Field> fields = new ArrayList<>();
    for (Field field : RelTranslator.schema(match.getRowType()).fields()) {
      RexNode measure = match.getMeasures().get(field.name());
      Expr output =
          measure == null
              ? values.column(
                  match.getInput().getRowType().getFieldNames().indexOf(field.name()), field.type())
              : values.translate(measure, !match.isAllRows());
      outputs.add(output);
      fields.add(new Field(field.name(), output.type().withNullable(true)));
    }
    Optional<Long> within = within(match, input, order, timed);
    Schema schema = new Schema(fields);
    MatchNode made =
        new MatchNode(
            input,
            keys,
            order,
            timed,
            rowWatermark < 0 ? OptionalInt.empty() : OptionalInt.of(rowWatermark),
            variables,
            pattern,
            values.navigations(),
            conditions,
            outputs,
            match.isStrictStart(),
            match.isStrictEnd(),
            match.isAllRows(),
            skip(match.getAfter(), names),
            within,
            timed ? late : Optional.empty(),
            PlanTraits.of(schema, input.traits().bounded())
                .withTime(time(input, timed, outputs, values, mayBeEmpty(pattern))));
    return made.withState(state(made));
  }

  private static StateBound state(MatchNode node) {
    if (node.input().traits().bounded()) {
      return new StateBound.ByInput();
    }
    boolean global = node.keys().isEmpty();
    List<String> rows = new ArrayList<>(List.of("the rows of open matches"));
    if (node.lookBack() > 0) {
      rows.add(node.lookBack() + " before, to look back at");
    }
    if (node.lookAhead() > 0) {
      rows.add("the last " + node.lookAhead() + ", until those behind have come");
    }
    if (node.fromFirst()) {
      rows.add("that the first row has been");
    }
    String kept = String.join(", ", rows) + (global ? "" : ", per key");
    boolean freed = node.lookBack() == 0 && node.lookAhead() == 0 && !node.fromFirst();
    if (node.withinMicros().isEmpty()) {
      return new StateBound.Unbounded(kept + "; WITHIN would limit them");
    }
    return freed || global
        ? new StateBound.ByWatermark(
            kept + ", for " + node.withinMicros().get() / 1000 + " ms at most")
        : new StateBound.Unbounded(kept);
  }

  private static boolean isTimed(PlanNode input, List<SortKey> order) {
    SortKey first = order.get(0);
    boolean timed =
        input.traits().time().filter(t -> t.column() == first.column()).isPresent()
            && !first.descending();
    if (!timed && !input.traits().bounded()) {
      throw UserError.of(
              ErrorCode.WATERMARK,
              "MATCH_RECOGNIZE over an unbounded input must be ordered by its event time first")
          .withHint("ORDER BY the column that the WATERMARK is for, ascending");
    }
    return timed;
  }

  /** The output's event time: a column with the time of the row, or of the match's last. */
  private static Optional<TimeAttribute> time(
      PlanNode input, boolean timed, List<Expr> outputs, MatchValues values, boolean mayBeEmpty) {
    if (!timed) {
      return Optional.empty();
    }
    TimeAttribute time = input.traits().time().orElseThrow();
    for (int i = 0; i < outputs.size(); i++) {
      if (outputs.get(i) instanceof Expr.ColumnRef ref
          && isOfLastRow(values.navigations().get(ref.index()), time.column(), mayBeEmpty)) {
        return Optional.of(new TimeAttribute(i, time.unitMicros()));
      }
    }
    return Optional.empty();
  }

  /** Whether it is that column of the last row, and never NULL where that is not. */
  private static boolean isOfLastRow(
      MatchNode.Navigation navigation, int column, boolean mayBeEmpty) {
    if (navigation instanceof MatchNode.CurrentRow current) {
      return current.column() == column;
    }
    return navigation instanceof MatchNode.RowValue value
        && !mayBeEmpty
        && value.variables().isEmpty()
        && !value.first()
        && value.offset() == 0
        && value.shift() == 0
        && value.column() == column;
  }

  private static Map<String, List<Integer>> names(Match match, List<String> variables) {
    Map<String, List<Integer>> names = new LinkedHashMap<>();
    for (int i = 0; i < variables.size(); i++) {
      names.put(variables.get(i), List.of(i));
    }
    match
        .getSubsets()
        .forEach(
            (name, parts) ->
                names.put(
                    name,
                    parts.stream().map(variables::indexOf).filter(i -> i >= 0).sorted().toList()));
    return names;
  }

  private static Optional<Long> within(
      Match match, PlanNode input, List<SortKey> order, boolean timed) {
    if (match.getInterval() == null) {
      return Optional.empty();
    }
    Expr interval =
        new ExprTranslator(
                match.getCluster().getRexBuilder(),
                i -> {
                  throw new IllegalStateException("an interval has no columns");
                })
            .translate(match.getInterval());
    if (interval.type().kind() != Kind.INTERVAL_DAY) {
      throw UserError.of(ErrorCode.UNSUPPORTED, "WITHIN takes days or less, not months or years")
          .withHint("WITHIN INTERVAL '30' DAY");
    }
    SortKey first = order.get(0);
    if (!timed
        && (first.descending() || !input.schema().type(first.column()).kind().isTimestamp())) {
      throw UserError.of(ErrorCode.INVALID_QUERY, "WITHIN needs rows ordered by time, ascending")
          .withHint("ORDER BY a TIMESTAMP column first");
    }
    return Optional.of((Long) ((Expr.Literal) interval).value().orElseThrow());
  }

  private static MatchNode.Skip skip(RexNode after, Map<String, List<Integer>> names) {
    if (after instanceof RexCall call) {
      String name = ((RexLiteral) call.getOperands().get(0)).getValueAs(String.class);
      boolean first = call.getOperator() == SqlMatchRecognize.SKIP_TO_FIRST;
      return new MatchNode.Skip(
          first ? MatchNode.Skip.To.FIRST : MatchNode.Skip.To.LAST, names.get(name));
    }
    boolean next =
        after instanceof RexLiteral literal
            && literal.getValue() == SqlMatchRecognize.AfterOption.SKIP_TO_NEXT_ROW;
    return new MatchNode.Skip(
        next ? MatchNode.Skip.To.NEXT_ROW : MatchNode.Skip.To.PAST_LAST_ROW, List.of());
  }

  private static MatchPattern pattern(RexNode node, List<String> variables) {
    if (node instanceof RexLiteral literal) {
      String name = literal.getValueAs(String.class);
      if (!variables.contains(name)) {
        variables.add(name);
      }
      return new MatchPattern.Variable(variables.indexOf(name));
    }
    RexCall call = (RexCall) node;
    if (call.getKind() == SqlKind.PATTERN_QUANTIFIER) {
      return new MatchPattern.Repeat(
          pattern(call.getOperands().get(0), variables),
          Math.max(0, number(call.getOperands().get(1))), // {,2} comes as {-1,2}
          number(call.getOperands().get(2)),
          ((RexLiteral) call.getOperands().get(3)).getValueAs(Boolean.class));
    }
    List<MatchPattern> parts = new ArrayList<>();
    for (RexNode operand : call.getOperands()) {
      parts.add(pattern(operand, variables));
    }
    return switch (call.getKind()) {
      case PATTERN_CONCAT -> new MatchPattern.Sequence(flat(parts, true));
      case PATTERN_ALTER -> new MatchPattern.Choice(flat(parts, false));
      case PATTERN_EXCLUDED -> new MatchPattern.Excluded(parts.get(0));
      case PATTERN_PERMUTE -> permuted(parts);
      default ->
          throw UserError.of(ErrorCode.UNSUPPORTED, "'" + call + "' in a PATTERN is not supported");
    };
  }

  /** A sequence of sequences as one, a choice of choices as one. */
  private static List<MatchPattern> flat(List<MatchPattern> parts, boolean sequence) {
    List<MatchPattern> flat = new ArrayList<>();
    for (MatchPattern part : parts) {
      if (sequence && part instanceof MatchPattern.Sequence inner) {
        flat.addAll(inner.parts());
      } else if (!sequence && part instanceof MatchPattern.Choice inner) {
        flat.addAll(inner.parts());
      } else {
        flat.add(part);
      }
    }
    return flat;
  }

  private static MatchPattern permuted(List<MatchPattern> parts) {
    if (parts.size() > MOST_PERMUTED) {
      throw UserError.of(ErrorCode.UNSUPPORTED, "PERMUTE of more than " + MOST_PERMUTED)
          .withHint("permute fewer, or write the orders that may come");
    }
    List<MatchPattern> orders = new ArrayList<>();
    permute(parts, List.of(), orders);
    return new MatchPattern.Choice(orders);
  }

  private static void permute(
      List<MatchPattern> rest, List<MatchPattern> begun, List<MatchPattern> to) {
    if (rest.isEmpty()) {
      to.add(new MatchPattern.Sequence(begun));
    }
    for (int i = 0; i < rest.size(); i++) {
      List<MatchPattern> others = new ArrayList<>(rest);
      List<MatchPattern> more = new ArrayList<>(begun);
      more.add(others.remove(i));
      permute(others, more, to);
    }
  }

  private static int number(RexNode node) {
    return ((RexLiteral) node).getValueAs(BigDecimal.class).intValueExact();
  }

  private static boolean mayBeEmpty(MatchPattern pattern) {
    if (pattern instanceof MatchPattern.Sequence sequence) {
      return sequence.parts().stream().allMatch(Matches::mayBeEmpty);
    }
    if (pattern instanceof MatchPattern.Choice choice) {
      return choice.parts().stream().anyMatch(Matches::mayBeEmpty);
    }
    if (pattern instanceof MatchPattern.Repeat repeat) {
      return repeat.least() == 0 || mayBeEmpty(repeat.part());
    }
    return pattern instanceof MatchPattern.Excluded excluded && mayBeEmpty(excluded.part());
  }
}
