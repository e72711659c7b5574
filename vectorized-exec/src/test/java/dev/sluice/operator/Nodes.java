package dev.sluice.operator;

import dev.sluice.plan.AggregateCall;
import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.Emit;
import dev.sluice.plan.PlanNode;
import dev.sluice.plan.PlanTraits;
import dev.sluice.plan.SideOutput;
import dev.sluice.plan.TimeAttribute;
import dev.sluice.plan.WindowSpec;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Short ways to write plan nodes in tests. */
final class Nodes {
  static final DataType BIGINT = DataType.of(Kind.BIGINT);
  static final DataType STRING = DataType.string();
  static final DataType TIMESTAMP = DataType.timestamp(3);

  private Nodes() {}

  static Schema schema(Object... namesAndTypes) {
    List<Field> fields = new ArrayList<>();
    for (int i = 0; i < namesAndTypes.length; i += 2) {
      fields.add(new Field((String) namesAndTypes[i], (DataType) namesAndTypes[i + 1]));
    }
    return new Schema(fields);
  }

  static PlanNode input(Schema schema, ChangelogMode mode, int timeColumn) {
    PlanTraits traits = PlanTraits.of(schema, true).withChangelog(mode);
    return new PlanNode.StageInput(
        0,
        timeColumn < 0
            ? traits
            : traits.withTime(Optional.of(new TimeAttribute(timeColumn, 1000))));
  }

  static AggregateCall call(String function, DataType type, Integer... arguments) {
    return AggregateCall.of(function, List.of(arguments), type);
  }

  static AggregateCall distinct(AggregateCall call) {
    return new AggregateCall(
        call.function(),
        call.arguments(),
        call.constants(),
        true,
        call.filter(),
        call.orderBy(),
        call.type());
  }

  static AggregateCall where(AggregateCall call, int filter) {
    return new AggregateCall(
        call.function(),
        call.arguments(),
        call.constants(),
        call.distinct(),
        OptionalInt.of(filter),
        call.orderBy(),
        call.type());
  }

  private static List<Field> output(Schema input, List<Integer> keys, List<AggregateCall> calls) {
    List<Field> fields = new ArrayList<>();
    keys.forEach(k -> fields.add(input.field(k)));
    for (int i = 0; i < calls.size(); i++) {
      fields.add(new Field("a" + i, calls.get(i).type()));
    }
    return fields;
  }

  static PlanNode.WindowAggregate window(
      Schema schema,
      WindowSpec window,
      List<Integer> keys,
      List<AggregateCall> calls,
      OptionalInt rowWatermark,
      long lateness,
      Optional<SideOutput> late) {
    List<Field> fields = output(schema, keys, calls);
    for (String name : List.of("window_start", "window_end", "window_time")) {
      fields.add(new Field(name, schema.type(window.timeColumn()).notNull()));
    }
    return new PlanNode.WindowAggregate(
        input(schema, ChangelogMode.INSERT_ONLY, window.timeColumn()),
        window,
        keys,
        calls,
        Emit.ON_WINDOW_CLOSE,
        rowWatermark,
        lateness,
        late,
        PlanTraits.of(new Schema(fields), true));
  }

  static PlanNode.GroupAggregate group(
      Schema schema,
      ChangelogMode mode,
      List<Integer> keys,
      List<AggregateCall> calls,
      Emit emit,
      ChangelogMode out) {
    return new PlanNode.GroupAggregate(
        input(schema, mode, -1),
        keys,
        calls,
        emit,
        0,
        PlanTraits.of(new Schema(output(schema, keys, calls)), true).withChangelog(out));
  }
}
