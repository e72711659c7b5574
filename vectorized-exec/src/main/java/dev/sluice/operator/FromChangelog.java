package dev.sluice.operator;

import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.Rows;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.FromChangelogNode;
import dev.sluice.type.RowKind;
import dev.sluice.type.Schema;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.arrow.vector.FieldVector;

/** Takes the kind of each row from one of its columns. Stateless. */
final class FromChangelog implements Operator {
  private static final Map<String, RowKind> KINDS = new HashMap<>();

  static {
    for (RowKind kind : RowKind.values()) {
      KINDS.put(kind.name(), kind);
      KINDS.put(kind.sign(), kind);
    }
  }

  private final Schema schema;
  private final int op;
  private final int[] columns;

  FromChangelog(FromChangelogNode node) {
    schema = node.schema();
    op = node.op();
    columns = IntStream.rangeClosed(0, schema.size()).filter(c -> c != op).toArray();
  }

  @Override
  public void open(OperatorContext host) {}

  @Override
  public void process(int input, RecordBatch batch, Output output) {
    byte[] kinds = new byte[batch.length()];
    try (batch) {
      Rows rows = Rows.of(batch);
      for (int i = 0; i < rows.count(); i++) {
        int position = rows.position(i);
        kinds[position] = kind(batch.vector(op), position).code();
      }
      output.emit(batch.share().project(schema, columns).withKinds(Optional.of(kinds)));
    }
  }

  private static RowKind kind(FieldVector vector, int position) {
    String text = vector.isNull(position) ? "NULL" : vector.getObject(position).toString();
    RowKind kind = KINDS.get(text.toUpperCase(Locale.ROOT));
    if (kind == null) {
      throw UserError.of(
              ErrorCode.EXPRESSION,
              "FROM_CHANGELOG does not know the kind of change '" + text + "'")
          .withHint("it is INSERT, UPDATE_BEFORE, UPDATE_AFTER or DELETE; filter out other rows");
    }
    return kind;
  }

  @Override
  public void close() {}
}
