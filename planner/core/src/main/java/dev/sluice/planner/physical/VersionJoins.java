package dev.sluice.planner.physical;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.AsofJoinNode.Match;
import dev.sluice.plan.Expr;
import dev.sluice.plan.JoinKind;
import dev.sluice.plan.TimeAttribute;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.calcite.util.ImmutableBitSet;

/**
 * Joins with the version of a table's row that was in force at the left row's event time: the
 * newest row of its PRIMARY KEY that is not younger. Single-threaded.
 */
final class VersionJoins {
  private final AsofJoins nearest;

  VersionJoins(AsofJoins nearest) {
    this.nearest = nearest;
  }

  /**
   * Both sides.
   *
   * @param columns the right columns of the result, over the base of {@code versions}
   */
  record Input(JoinInput left, Frame versions, List<String> names, List<Expr> columns) {}

  /**
   * @param conditions over left places and, from {@link JoinInput#RIGHT} on, the columns of the
   *     versions
   */
  Frame translate(
      Input input, JoinKind kind, List<Expr> conditions, ImmutableBitSet used, int leftFields) {
    JoinInput left = input.left();
    Frame versions = input.versions();
    if (versions.condition().isPresent()) {
      throw UserError.of(
              ErrorCode.UNSUPPORTED,
              "FOR SYSTEM_TIME AS OF an event time needs a whole table: a filter would hide the"
                  + " versions that end others")
          .withHint("filter in ON or WHERE of the join");
    }
    JoinInput right =
        new JoinInput(versions, input.names(), ImmutableBitSet.range(input.names().size()));
    right.wantsVersions();
    List<Integer> leftKeys = new ArrayList<>();
    List<Integer> rightKeys = new ArrayList<>();
    List<Expr> rest = new ArrayList<>();
    Set<Integer> keyColumns = new TreeSet<>();
    Set<Integer> primary = primaryKey(versions);
    for (Expr condition : conditions) {
      Optional<Equality> equality = equality(condition);
      Optional<Integer> column = equality.map(e -> e.column() - JoinInput.RIGHT);
      if (column.filter(c -> primary.contains(c) && keyColumns.add(c)).isPresent()) {
        JoinKeyTypes.Pair pair =
            JoinKeyTypes.alike(left.overBase(equality.get().other()), right.column(column.get()));
        leftKeys.add(left.place(pair.left()));
        rightKeys.add(right.place(pair.right()));
      } else {
        rest.add(condition);
      }
    }
    if (!keyColumns.equals(primary)) {
      throw UserError.of(
              ErrorCode.UNSUPPORTED,
              "FOR SYSTEM_TIME AS OF an event time needs ON to name the whole PRIMARY KEY of the"
                  + " table")
          .withHint(
              "compare "
                  + String.join(", ", primary.stream().map(input.names()::get).toList())
                  + " with columns of the left side");
    }
    TimeAttribute leftTime = left.time().orElseThrow();
    TimeAttribute rightTime =
        right
            .time()
            .orElseThrow(
                () ->
                    UserError.of(
                            ErrorCode.WATERMARK,
                            "FOR SYSTEM_TIME AS OF an event time needs a table whose rows have one,"
                                + " too")
                        .withHint(
                            "declare WATERMARK FOR its column that says when a row comes into"
                                + " force, or use processing time: PROCTIME()"));
    Frame joined =
        nearest.frame(
            new AsofJoins.Nearest(
                kind,
                left,
                right,
                leftKeys,
                rightKeys,
                leftTime.column(),
                rightTime.column(),
                Match.GREATER_OR_EQUAL,
                true,
                rest),
            all(used, leftFields, input.names().size()),
            leftFields,
            leftFields + input.names().size());
    return projected(joined, input, leftFields);
  }

  /** The used left columns, and every column of the versions. */
  private static ImmutableBitSet all(ImmutableBitSet used, int leftFields, int rightFields) {
    return used.intersect(ImmutableBitSet.range(leftFields))
        .union(ImmutableBitSet.range(leftFields, leftFields + rightFields));
  }

  /** The right columns of the result in place of those of the versions. */
  private static Frame projected(Frame joined, Input input, int leftFields) {
    List<Expr> columns = new ArrayList<>(joined.columns().subList(0, leftFields));
    for (Expr column : input.columns()) {
      int place = input.versions().columns().indexOf(column);
      if (place < 0) {
        throw UserError.of(
                ErrorCode.UNSUPPORTED,
                "this expression over a table FOR SYSTEM_TIME AS OF is not supported")
            .withHint("join the table itself, and compute in SELECT");
      }
      columns.add(joined.columns().get(leftFields + place));
    }
    return joined.withColumns(columns);
  }

  private static Set<Integer> primaryKey(Frame versions) {
    Set<Integer> columns = new TreeSet<>();
    if (versions.table().isPresent()) {
      for (String name : versions.table().get().ref().primaryKey()) {
        for (int i = 0; i < versions.columns().size(); i++) {
          boolean same =
              versions.columns().get(i) instanceof Expr.ColumnRef ref
                  && versions
                      .table()
                      .get()
                      .columns()
                      .get(ref.index())
                      .name()
                      .equalsIgnoreCase(name);
          if (same) {
            columns.add(i);
          }
        }
      }
    } else {
      versions.node().orElseThrow().traits().uniqueKeys().stream()
          .findFirst()
          .ifPresent(
              key -> {
                for (int i = 0; i < versions.columns().size(); i++) {
                  if (versions.columns().get(i) instanceof Expr.ColumnRef ref
                      && key.contains(ref.index())) {
                    columns.add(i);
                  }
                }
              });
    }
    if (columns.isEmpty()) {
      throw UserError.of(
              ErrorCode.UNSUPPORTED,
              "FOR SYSTEM_TIME AS OF an event time needs a table with a PRIMARY KEY")
          .withHint(
              "declare PRIMARY KEY (…) NOT ENFORCED; without one, ASOF JOIN … MATCH_CONDITION finds"
                  + " the nearest row");
    }
    return columns;
  }

  /** A column of the versions, and what it shall equal. */
  private record Equality(int column, Expr other) {}

  private static Optional<Equality> equality(Expr condition) {
    if (!(condition instanceof Expr.Call call) || !call.function().equals("=")) {
      return Optional.empty();
    }
    Optional<Equality> one = equality(call.operands().get(0), call.operands().get(1));
    return one.isPresent() ? one : equality(call.operands().get(1), call.operands().get(0));
  }

  private static Optional<Equality> equality(Expr column, Expr other) {
    Expr plain = column;
    while (plain instanceof Expr.Cast cast
        && !cast.safe()
        && cast.type().kind().isInteger()
        && cast.operand().type().kind().isInteger()
        && cast.type().kind().compareTo(cast.operand().type().kind()) >= 0) {
      plain = cast.operand();
    }
    boolean ofLeft = other.columns().stream().allMatch(i -> i < JoinInput.RIGHT);
    return plain instanceof Expr.ColumnRef ref && ref.index() >= JoinInput.RIGHT && ofLeft
        ? Optional.of(new Equality(ref.index(), other))
        : Optional.empty();
  }
}
