package dev.sluice.operator;

import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.Cells;
import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.Rows;
import dev.sluice.batch.Selection;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.PlanNode;
import dev.sluice.state.StateReader;
import dev.sluice.state.StateWriter;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.RowKind;
import dev.sluice.type.Schema;
import java.util.Arrays;
import java.util.Optional;

/** Lets the first rows after an offset through. */
final class Limit implements Operator {
  private static final String SEEN = "seen";
  private static final Schema LAYOUT =
      Schema.of(new Field("rows", DataType.of(Kind.BIGINT).notNull()));

  private final long offset;
  private final long end;
  private Optional<OperatorContext> context = Optional.empty();
  private long seen;

  Limit(PlanNode.Limit node) {
    if (node.input().traits().changelog() != ChangelogMode.INSERT_ONLY) {
      throw UserError.of(ErrorCode.CHANGELOG, "LIMIT over an updating input is not supported");
    }
    offset = node.offset();
    end = node.fetch() > Long.MAX_VALUE - offset ? Long.MAX_VALUE : offset + node.fetch();
  }

  @Override
  public void open(OperatorContext host) {
    context = Optional.of(host);
  }

  @Override
  public void process(int input, RecordBatch batch, Output output) {
    Rows rows = Rows.of(batch);
    int n = rows.count();
    int from = (int) Math.min(n, Math.max(0, offset - seen));
    int to = (int) Math.min(n, Math.max(0, end - seen));
    seen += n;
    if (from == 0 && to == n) {
      output.emit(batch);
    } else if (from >= to) {
      batch.close();
    } else {
      int[] positions = new int[to - from];
      Arrays.setAll(positions, i -> rows.position(from + i));
      output.emit(batch.select(new Selection(positions, positions.length)));
    }
  }

  @Override
  public boolean satisfied() {
    return seen >= end || offset == end;
  }

  @Override
  public void snapshot(StateWriter state) {
    try (BatchBuilder builder = new BatchBuilder(LAYOUT, context.orElseThrow().allocator())) {
      state.part(SEEN, 1, LAYOUT).write(0, builder.add(RowKind.INSERT, seen).build());
    }
  }

  @Override
  public void restore(StateReader state) {
    if (state.version(SEEN).isPresent()) {
      state.read(
          SEEN,
          (batch, group) -> {
            try (batch) {
              for (int i = 0; i < batch.rowCount(); i++) {
                seen += Cells.word(batch.vector(0), LAYOUT.type(0), batch.position(i));
              }
            }
          });
    }
  }

  @Override
  public void close() {}
}
