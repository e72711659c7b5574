package dev.sluice.operator;

import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.Rows;
import dev.sluice.batch.Selection;
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
  private static final Map<String, RowKind> NAMES = new HashMap<>();

  static {
    for (RowKind kind : RowKind.values()) {
      NAMES.put(kind.name(), kind);
      NAMES.put(kind.sign(), kind);
    }
  }

  private final Map<String, RowKind> codes;
  private final boolean skips;
  private Optional<OperatorContext> context = Optional.empty();

  private final Schema schema;
  private final int op;
  private final int[] columns;

  FromChangelog(FromChangelogNode node) {
    schema = node.schema();
    op = node.op();
    codes = node.codes();
    skips = node.skips();
    columns = IntStream.rangeClosed(0, schema.size()).filter(c -> c != op).toArray();
  }

  @Override
  public void open(OperatorContext host) {
    context = Optional.of(host);
  }

  @Override
  public void process(int input, RecordBatch batch, Output output) {
    byte[] kinds = new byte[batch.length()];
    try (batch) {
      Rows rows = Rows.of(batch);
      int[] kept = new int[rows.count()];
      int n = 0;
      for (int i = 0; i < rows.count(); i++) {
        int position = rows.position(i);
        Optional<RowKind> kind = kind(batch.vector(op), position);
        if (kind.isPresent()) {
          kinds[position] = kind.get().code();
          kept[n++] = position;
        }
      }
      RecordBatch known = batch.share();
      if (n < rows.count()) {
        context.orElseThrow().count("rows.skipped", rows.count() - n);
        known = known.select(new Selection(kept, n));
      }
      output.emit(known.project(schema, columns).withKinds(Optional.of(kinds)));
    }
  }

  /** What a row tells; empty if it is left out. */
  private Optional<RowKind> kind(FieldVector vector, int position) {
    String text = vector.isNull(position) ? "NULL" : vector.getObject(position).toString();
    RowKind kind =
        codes.isEmpty() ? NAMES.get(text.toUpperCase(Locale.ROOT)) : codes.get(text.trim());
    if (kind == null && !skips) {
      throw UserError.of(
              ErrorCode.EXPRESSION,
              "FROM_CHANGELOG does not know the kind of change '" + text + "'")
          .withHint(
              codes.isEmpty()
                  ? "it is INSERT, UPDATE_BEFORE, UPDATE_AFTER or DELETE, or as op_mapping says;"
                      + " error_handling => 'SKIP' leaves other rows out"
                  : "op_mapping names "
                      + String.join(", ", codes.keySet())
                      + "; error_handling => 'SKIP' leaves other rows out");
    }
    return Optional.ofNullable(kind);
  }

  @Override
  public void close() {}
}
