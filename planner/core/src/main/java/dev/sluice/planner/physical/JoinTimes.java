package dev.sluice.planner.physical;

import dev.sluice.plan.Expr;
import dev.sluice.plan.JoinKind;
import dev.sluice.plan.JoinRetention;
import dev.sluice.plan.PlanNode;
import dev.sluice.plan.TimeAttribute;
import dev.sluice.plan.WindowColumns;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Kind;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What a join's keys and conditions say about how long rows need be kept. Where a condition bounds
 * the other side's event time by a row's own columns, as {@code r.ts <= l.ts + INTERVAL '1' HOUR}
 * does, no partner of the row follows once the watermark is at that bound. Single-threaded.
 */
final class JoinTimes {
  private static final Set<String> STEADY = Set.of("+", "-");

  private final JoinInput[] inputs;
  private final List<List<Integer>> keys;
  private final List<Expr> conditions;
  private final OptionalInt[] expiries = {OptionalInt.empty(), OptionalInt.empty()};

  /** How far a row's end is behind its own event time, if that is the same for all rows. */
  private final OptionalLong[] delays = {OptionalLong.empty(), OptionalLong.empty()};

  JoinTimes(
      JoinInput left,
      JoinInput right,
      List<Integer> leftKeys,
      List<Integer> rightKeys,
      List<Expr> conditions) {
    inputs = new JoinInput[] {left, right};
    keys = List.of(leftKeys, rightKeys);
    this.conditions = conditions;
  }

  /** Whether partners are always of windows that end at the same time. */
  boolean isWindow() {
    for (int k = 0; k < keys.get(0).size(); k++) {
      if (windowColumn(0, k) > 0 && windowColumn(0, k) == windowColumn(1, k)) {
        return unit(0) == unit(1);
      }
    }
    return false;
  }

  /** Whether a key equates that column of the windows: 0 the start. */
  boolean isEquated(int column) {
    for (int k = 0; k < keys.get(0).size(); k++) {
      if (windowColumn(0, k) == column && windowColumn(1, k) == column) {
        return true;
      }
    }
    return false;
  }

  private int windowColumn(int side, int key) {
    return inputs[side].frame().windowColumn(inputs[side].column(keys.get(side).get(key)));
  }

  private long unit(int side) {
    Frame frame = inputs[side].frame();
    return frame
        .window()
        .map(w -> TimeAttribute.unitMicros(w.time().precision()))
        .orElseGet(() -> frame.attached().orElseThrow().unitMicros());
  }

  /** Rows are kept until their window ends. */
  void keepWindows(Windows windows) {
    for (int side = 0; side < 2; side++) {
      inputs[side].assignWindows(windows);
      expiries[side] = OptionalInt.of(inputs[side].place(windowTime(inputs[side].frame())));
    }
  }

  /** The last instant of the window, over the base. */
  private static Expr windowTime(Frame frame) {
    WindowColumns window = frame.attached().orElseThrow();
    PlanNode base = frame.node().orElseThrow();
    if (window.time().isPresent()) {
      int time = window.time().get();
      return new Expr.ColumnRef(time, base.schema().type(time));
    }
    Expr end = new Expr.ColumnRef(window.end(), base.schema().type(window.end()));
    if (window.local()) {
      DataType instant = DataType.of(Kind.TIMESTAMP_LTZ, end.type().precision());
      end = new Expr.Cast(end, instant.withNullable(end.type().nullable()), false);
    }
    return shifted(end, -window.unitMicros());
  }

  private static Expr shifted(Expr time, long micros) {
    if (micros == 0) {
      return time;
    }
    Expr interval = Expr.Literal.of(Math.abs(micros), DataType.of(Kind.INTERVAL_DAY).notNull());
    return new Expr.Call(micros < 0 ? "-" : "+", List.of(time, interval), time.type());
  }

  /** Rows are kept as long as the conditions on event time allow for partners. */
  void keepIntervals() {
    Optional<TimeAttribute> left = inputs[0].frame().time();
    Optional<TimeAttribute> right = inputs[1].frame().time();
    if (left.isEmpty() || right.isEmpty()) {
      return;
    }
    for (int side = 0; side < 2; side++) {
      find(side).ifPresent(this::keep);
    }
    if (expiries[0].isPresent() || expiries[1].isPresent()) {
      inputs[0].needsTime();
      inputs[1].needsTime();
    }
  }

  /** A bound of the other side's time by a row of {@code side}. */
  private record Bound(int side, Expr end, OptionalLong delay) {}

  private void keep(Bound bound) {
    JoinInput input = inputs[bound.side()];
    expiries[bound.side()] = OptionalInt.of(input.place(input.overBase(bound.end())));
    delays[bound.side()] = bound.delay();
  }

  private Optional<Bound> find(int side) {
    Optional<Bound> best = Optional.empty();
    for (int k = 0; k < keys.get(side).size(); k++) {
      best = better(best, bound(side, keyColumn(1 - side, k), keyColumn(side, k)));
    }
    for (Expr condition : conditions) {
      if (condition instanceof Expr.Call call && call.operands().size() == 2) {
        Expr first = call.operands().get(0);
        Expr second = call.operands().get(1);
        switch (call.function()) {
          case "<", "<=" -> best = better(best, bound(side, first, second));
          case ">", ">=" -> best = better(best, bound(side, second, first));
          case "=" ->
              best = better(better(best, bound(side, first, second)), bound(side, second, first));
          default -> {
            // says nothing about time
          }
        }
      }
    }
    return best;
  }

  /** A bound by the row's own time says most; of two, the first will do. */
  private static Optional<Bound> better(Optional<Bound> one, Optional<Bound> other) {
    boolean more = other.filter(b -> b.delay().isPresent()).isPresent();
    return one.isEmpty() || more && one.get().delay().isEmpty() ? other : one;
  }

  /** A key as it would stand in a condition. */
  private Expr keyColumn(int side, int key) {
    int place = keys.get(side).get(key);
    return new Expr.ColumnRef(
        place + (side == 0 ? 0 : JoinInput.RIGHT), inputs[side].column(place).type());
  }

  /** What {@code less <= more} says, if it is that the other side's time is at most so much. */
  private Optional<Bound> bound(int side, Expr less, Expr more) {
    boolean alike = less.type().kind() == more.type().kind();
    Optional<Shift> latest = alike ? timeShift(1 - side, less) : Optional.empty();
    if (latest.isEmpty() || !isSteady(more, side)) {
      return Optional.empty();
    }
    Expr end = shifted(more, -latest.get().micros());
    Optional<Shift> delay = timeShift(side, end);
    return Optional.of(
        new Bound(
            side,
            side == 0 ? end : Exprs.remap(end, i -> i - JoinInput.RIGHT),
            delay.isPresent() ? OptionalLong.of(delay.get().micros()) : OptionalLong.empty()));
  }

  /** How far {@code expr} is from the event time of a side, if that is the same for all rows. */
  private Optional<Shift> timeShift(int side, Expr expr) {
    int first = side == 0 ? 0 : JoinInput.RIGHT;
    return shift(expr)
        .filter(s -> s.column() >= JoinInput.RIGHT == (side == 1))
        .flatMap(
            s -> {
              JoinInput input = inputs[side];
              int place = s.column() - first;
              TimeAttribute time = input.frame().time().orElseThrow();
              if (input.column(place) instanceof Expr.ColumnRef ref
                  && ref.index() == time.column()) {
                return Optional.of(s);
              }
              return input.isWindowEnd(place)
                  ? Optional.of(new Shift(s.column(), s.micros() + time.unitMicros()))
                  : Optional.empty();
            });
  }

  /** A column and a constant. */
  private record Shift(int column, long micros) {}

  private static Optional<Shift> shift(Expr expr) {
    if (expr instanceof Expr.ColumnRef ref) {
      return Optional.of(new Shift(ref.index(), 0));
    }
    if (expr instanceof Expr.Cast cast
        && cast.type().kind() == cast.operand().type().kind()
        && cast.type().precision() >= cast.operand().type().precision()) {
      return shift(cast.operand());
    }
    if (expr instanceof Expr.Call call
        && STEADY.contains(call.function())
        && call.operands().size() == 2
        && call.operands().get(1) instanceof Expr.Literal literal
        && literal.type().kind() == Kind.INTERVAL_DAY
        && literal.value().orElse(0L) instanceof Long micros) {
      long sign = call.function().equals("+") ? 1 : -1;
      return shift(call.operands().get(0))
          .map(s -> new Shift(s.column(), s.micros() + sign * micros));
    }
    return Optional.empty();
  }

  /** Whether an expression says the same of a row of {@code side} whenever it is asked. */
  private static boolean isSteady(Expr expr, int side) {
    if (expr instanceof Expr.ColumnRef ref) {
      return ref.index() >= JoinInput.RIGHT == (side == 1);
    }
    boolean known =
        expr instanceof Expr.Literal
            || expr instanceof Expr.Cast
            || expr instanceof Expr.FieldAccess
            || expr instanceof Expr.Call call && STEADY.contains(call.function());
    return known
        && (!(expr instanceof Expr.Literal) || !expr.type().kind().isTimestamp())
        && expr.operands().stream().allMatch(o -> isSteady(o, side));
  }

  /** Good once the inputs are built. */
  JoinRetention retention(boolean window) {
    return new JoinRetention(side(0), side(1), 0, window);
  }

  private JoinRetention.Side side(int side) {
    return new JoinRetention.Side(expiries[side], inputs[side].mark(), OptionalLong.empty());
  }

  /** Which input's time or window a join's rows have, if they are never without: 0, 1 or -1. */
  static int kept(JoinKind kind) {
    return switch (kind) {
      case INNER, LEFT, SEMI, ANTI -> 0;
      case RIGHT -> 1;
      case FULL -> -1;
    };
  }

  /**
   * Event time of the output: whose it is, how far it may be behind the watermark, and the column
   * of the other side's that may be as far behind at most.
   */
  record Time(int side, TimeAttribute attribute, long holdBackMicros, OptionalInt other) {}

  /**
   * Good once the join's retention is settled.
   *
   * @param either whether somebody may ask for either side's time
   */
  Optional<Time> time(JoinKind kind, boolean either) {
    int kept = kept(kind);
    if (kind == JoinKind.INNER && delays[0].isEmpty()) {
      kept = 1;
    }
    if (kept < 0 || delays[kept].isEmpty()) {
      return Optional.empty();
    }
    TimeAttribute own = inputs[kept].time().orElseThrow();
    long delay = Math.max(0, delays[kept].getAsLong());
    Optional<TimeAttribute> other =
        kind == JoinKind.INNER && either && delays[1 - kept].isPresent()
            ? inputs[1 - kept].time().filter(t -> t.unitMicros() == own.unitMicros())
            : Optional.empty();
    if (other.isEmpty()) {
      return Optional.of(new Time(kept, own, delay, OptionalInt.empty()));
    }
    long both = Math.max(delay, delays[1 - kept].getAsLong());
    return Optional.of(new Time(kept, own, both, OptionalInt.of(other.get().column())));
  }
}
