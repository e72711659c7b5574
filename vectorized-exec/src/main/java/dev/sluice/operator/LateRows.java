package dev.sluice.operator;

import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.Rows;
import dev.sluice.batch.Selection;
import dev.sluice.plan.SideOutput;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What becomes of rows that no window takes: counted, and given to the side output. Stateless. */
final class LateRows {
  private LateRows() {}

  /** Counts rows and gives them away; the batch stays the caller's. */
  static void give(
      RecordBatch batch, Rows rows, Optional<SideOutput> late, OperatorContext context) {
    context.count("rows.late", rows.count());
    if (late.isEmpty()) {
      return;
    }
    SideOutput side = late.get();
    RecordBatch selected = batch.share();
    if (!rows.isDense()) {
      selected = selected.select(new Selection(rows.positions(), rows.count()));
    }
    context.emitSide(
        selected.project(
            sideSchema(side, batch.schema()),
            side.columns().stream().mapToInt(Integer::intValue).toArray()));
  }

  /** The sink's column names over the input's types. */
  private static Schema sideSchema(SideOutput side, Schema input) {
    List<Field> fields = new ArrayList<>();
    for (int i = 0; i < side.columns().size(); i++) {
      fields.add(
          new Field(side.sink().schema().field(i).name(), input.type(side.columns().get(i))));
    }
    return new Schema(fields);
  }
}
