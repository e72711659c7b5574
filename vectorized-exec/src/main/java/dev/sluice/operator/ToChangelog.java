package dev.sluice.operator;

import dev.sluice.batch.Column;
import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.Rows;
import dev.sluice.plan.ToChangelogNode;
import dev.sluice.type.RowKind;
import dev.sluice.type.Schema;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.apache.arrow.vector.VarCharVector;

/** Puts the kind of each row before its columns. Stateless. */
final class ToChangelog implements Operator {
  private static final byte[][] NAMES =
      Arrays.stream(RowKind.values())
          .map(kind -> kind.name().getBytes(StandardCharsets.UTF_8))
          .toArray(byte[][]::new);

  private final Schema schema;
  private Optional<OperatorContext> context = Optional.empty();

  ToChangelog(ToChangelogNode node) {
    schema = node.schema();
  }

  @Override
  public void open(OperatorContext host) {
    context = Optional.of(host);
  }

  @Override
  public void process(int input, RecordBatch batch, Output output) {
    try (batch) {
      Rows rows = Rows.of(batch);
      VarCharVector kinds =
          new VarCharVector(schema.field(0).name(), context.orElseThrow().allocator());
      for (int i = 0; i < rows.count(); i++) {
        int position = rows.position(i);
        kinds.setSafe(position, NAMES[batch.kind(position).ordinal()]);
      }
      kinds.setValueCount(batch.length());
      Column[] columns = new Column[schema.size()];
      columns[0] = new Column(kinds);
      for (int c = 1; c < columns.length; c++) {
        columns[c] = batch.retainColumn(c - 1);
      }
      output.emit(
          RecordBatch.of(schema, columns, batch.length(), batch.selection(), Optional.empty()));
    }
  }

  @Override
  public void close() {}
}
