package dev.sluice.operator;

import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.Rows;
import dev.sluice.batch.Selection;
import dev.sluice.plan.ToChangelogNode;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.RowKind;
import dev.sluice.type.Schema;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VarCharVector;

/** Puts the code of each row's kind before its columns. Stateless. */
final class ToChangelog implements Operator {
  /** By the ordinals of kinds; empty for those that are left out. */
  private final List<Optional<byte[]>> codes;

  private final Schema schema;
  private Optional<OperatorContext> context = Optional.empty();

  ToChangelog(ToChangelogNode node) {
    schema = node.schema();
    codes =
        Arrays.stream(RowKind.values())
            .map(kind -> Optional.ofNullable(node.codes().get(kind)))
            .map(code -> code.map(text -> text.getBytes(StandardCharsets.UTF_8)))
            .toList();
  }

  @Override
  public void open(OperatorContext host) {
    context = Optional.of(host);
  }

  @Override
  public void process(int input, RecordBatch batch, Output output) {
    try (batch) {
      Rows rows = Rows.of(batch);
      Field field = schema.field(0);
      BufferAllocator allocator = context.orElseThrow().allocator();
      int[] kept = new int[rows.count()];
      int n = 0;
      try (BatchBuilder kinds = new BatchBuilder(Schema.of(field), allocator)) {
        VarCharVector names = (VarCharVector) kinds.vector(0);
        for (int i = 0; i < rows.count(); i++) {
          int position = rows.position(i);
          Optional<byte[]> code = codes.get(batch.kind(position).ordinal());
          if (code.isPresent()) {
            names.setSafe(position, code.get());
            kept[n++] = position;
          }
        }
        kinds.advance(batch.length());
        RecordBatch built = kinds.build();
        Optional<Selection> selection =
            n < rows.count() ? Optional.of(new Selection(kept, n)) : batch.selection();
        RecordBatch all = built.beside(schema, batch.share());
        output.emit(selection.isPresent() ? all.select(selection.get()) : all);
      }
    }
  }

  @Override
  public void close() {}
}
