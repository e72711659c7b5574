package dev.sluice.aggregate;

import dev.sluice.aggregate.AccumulatorSet.Use;
import dev.sluice.aggregate.MomentAccumulator.Moment;
import dev.sluice.batch.Cells;
import dev.sluice.batch.Lane;
import dev.sluice.batch.Lane.Form;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.function.user.UserAggregate;
import dev.sluice.plan.AggregateCall;
import dev.sluice.plan.JavaFunction;
import dev.sluice.plan.SortKey;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.Schema;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

/** How one call of a plan is computed. */
final class Accumulators {
  private Accumulators() {}

  /** An accumulator with what it wants to be fed. */
  record Made(GroupAccumulator accumulator, Form[] forms, boolean takesNulls) {}

  static Made create(AggregateCall call, Schema input, Use use) {
    DataType[] types = call.arguments().stream().map(input::type).toArray(DataType[]::new);
    List<ListAccumulator.Key> order = order(call, input);
    boolean count =
        call.function().equals("COUNT") || call.function().equals("APPROX_COUNT_DISTINCT");
    boolean distinct =
        !call.arguments().isEmpty() && (call.distinct() || call.function().startsWith("APPROX"));
    boolean idempotent =
        switch (call.function()) {
          case "MIN", "MAX", "BOOL_AND", "BOOL_OR" -> true;
          case "FIRST_VALUE" -> use != Use.RETRACTED;
          default -> false;
        };
    Supplier<GroupAccumulator> inner = () -> plain(call, types, order, use);
    Form[] innerForms = forms(call.function(), types, order);
    boolean user = JavaFunction.of(call.function()).isPresent();
    boolean takesNulls =
        call.function().equals("ARRAY_AGG")
            || call.function().equals("SINGLE_VALUE")
            || user && !distinct;
    if (distinct && !idempotent) {
      // refuses a function it does not know now, not at the first group
      Objects.requireNonNull(inner.get());
      Form[] kept = Arrays.stream(types).map(Lane::form).toArray(Form[]::new);
      if (count && use != Use.RETRACTED && types.length == 1 && Cells.isWord(types[0])) {
        return new Made(new DistinctWordCount(call.type()), kept, takesNulls);
      }
      return new Made(
          use == Use.MERGED
              ? new DistinctAccumulator(inner, count, types, innerForms)
              : new CountedDistinctAccumulator(inner.get(), types, innerForms),
          kept,
          takesNulls);
    }
    return new Made(inner.get(), innerForms, takesNulls);
  }

  /** The columns a call reads: its arguments, then those it is ordered by besides. */
  static List<Integer> columns(AggregateCall call) {
    List<Integer> columns = new ArrayList<>(call.arguments());
    call.orderBy().stream()
        .map(SortKey::column)
        .filter(column -> !call.arguments().contains(column))
        .forEach(columns::add);
    return columns;
  }

  private static List<ListAccumulator.Key> order(AggregateCall call, Schema input) {
    List<ListAccumulator.Key> keys = new ArrayList<>();
    List<Integer> columns = columns(call);
    for (SortKey key : call.orderBy()) {
      DataType type = input.type(key.column());
      int lane = columns.indexOf(key.column());
      if (type.kind().isNested()) {
        throw UserError.of(
            ErrorCode.TYPE_MISMATCH,
            "'" + call.function() + "' cannot be ordered by values of type " + type);
      }
      if (call.distinct() && lane >= call.arguments().size()) {
        throw UserError.of(
                ErrorCode.INVALID_QUERY,
                "'" + call.function() + "' of DISTINCT values can be ordered by those values only")
            .withHint("order by the argument, or leave DISTINCT out");
      }
      keys.add(new ListAccumulator.Key(lane, type, key.descending(), key.nullsFirst()));
    }
    boolean list = call.function().equals("LISTAGG") || call.function().equals("ARRAY_AGG");
    if (!keys.isEmpty() && !list) {
      throw UserError.of(
          ErrorCode.UNSUPPORTED, "ORDER BY inside '" + call.function() + "' is not supported");
    }
    return keys;
  }

  private static Form[] forms(String function, DataType[] types, List<ListAccumulator.Key> order) {
    return switch (function) {
      case "COUNT", "APPROX_COUNT_DISTINCT" -> new Form[0];
      case "SUM", "AVG" -> new Form[] {sumForm(types[0])};
      case "STDDEV_POP", "STDDEV_SAMP", "VAR_POP", "VAR_SAMP" -> new Form[] {Form.DOUBLE};
      default -> {
        if (JavaFunction.of(function).isPresent()) {
          yield Arrays.stream(types).map(Lane::form).toArray(Form[]::new);
        }
        Form[] forms =
            new Form[1 + order.stream().mapToInt(ListAccumulator.Key::lane).max().orElse(0)];
        forms[0] = Lane.form(types[0]);
        order.forEach(key -> forms[key.lane()] = Lane.form(key.type()));
        yield forms;
      }
    };
  }

  private static Form sumForm(DataType type) {
    return type.kind() == Kind.DECIMAL
        ? Form.INT128
        : type.kind().isInteger() ? Form.WORD : Form.DOUBLE;
  }

  private static GroupAccumulator plain(
      AggregateCall call, DataType[] types, List<ListAccumulator.Key> order, Use use) {
    String function = call.function();
    boolean retracted = use == Use.RETRACTED;
    return switch (function) {
      case "COUNT", "APPROX_COUNT_DISTINCT" -> new CountAccumulator(call.type());
      case "SUM", "AVG" -> {
        numeric(call, types[0]);
        boolean average = function.equals("AVG");
        yield types[0].kind().isApproximate()
            ? new MomentAccumulator(average ? Moment.AVG : Moment.SUM, call.type())
            : new ExactSumAccumulator(function, average, types[0], call.type());
      }
      case "STDDEV_POP", "STDDEV_SAMP", "VAR_POP", "VAR_SAMP" -> {
        numeric(call, types[0]);
        yield new MomentAccumulator(Moment.valueOf(function), call.type());
      }
      case "MIN", "MAX", "BOOL_AND", "BOOL_OR" -> {
        if (types[0].kind().isNested()) {
          throw unsupported(call, types[0]);
        }
        boolean greatest = function.equals("MAX") || function.equals("BOOL_OR");
        yield retracted
            ? new CountedExtremeAccumulator(greatest, types[0])
            : new ExtremeAccumulator(greatest, types[0]);
      }
      case "FIRST_VALUE", "LAST_VALUE" -> {
        boolean last = function.equals("LAST_VALUE");
        yield retracted
            ? new CountedPickAccumulator(last, types[0])
            : new PickAccumulator(last, types[0]);
      }
      case "SINGLE_VALUE" -> new SingleValueAccumulator(types[0]);
      case "ARRAY_AGG" -> new ListAccumulator(types[0], call.type(), new byte[0], order);
      case "LISTAGG" -> {
        if (types.length > 1) {
          throw UserError.of(
              ErrorCode.UNSUPPORTED, "the separator of 'LISTAGG' must be a constant");
        }
        if (types[0].kind() != Kind.VARCHAR) {
          throw unsupported(call, types[0]);
        }
        String separator =
            call.constants().isEmpty()
                ? ","
                : call.constants().get(0).value().orElse("").toString();
        yield new ListAccumulator(
            types[0], call.type(), separator.getBytes(StandardCharsets.UTF_8), order);
      }
      default ->
          JavaFunction.of(function)
              .map(java -> new UserAggregate(java, types, call.type()))
              .map(aggregate -> new UserAccumulator(aggregate, types, call.type()))
              .orElseThrow(
                  () ->
                      UserError.of(
                          ErrorCode.UNSUPPORTED,
                          "aggregate function '" + function + "' is not supported"));
    };
  }

  private static void numeric(AggregateCall call, DataType type) {
    if (!type.kind().isNumeric()) {
      throw unsupported(call, type);
    }
  }

  private static UserError unsupported(AggregateCall call, DataType type) {
    return UserError.of(
        ErrorCode.UNKNOWN_FUNCTION,
        "'" + call.function() + "' does not take '" + type.withNullable(true).sql() + "'");
  }
}
