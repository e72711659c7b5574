package dev.sluice.operator;

import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.Rows;
import dev.sluice.batch.Selection;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.expr.BatchProgram;
import dev.sluice.expr.ExprCompiler;
import dev.sluice.plan.ConstraintEnforcerNode;
import dev.sluice.plan.Expr;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.RowKind;
import dev.sluice.type.Schema;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Computes a sink's columns, a whole batch at once as long as every row fits. Where one does not,
 * the batch is halved until those that do not are found, column by column. Stateless.
 */
final class ConstraintEnforcer implements Operator {
  /** Why a row is left out. */
  private record Refusal(String column, String reason) {}

  /** A column whose value may not fit, computed alone. */
  private record Check(String column, BatchProgram program) {}

  private final ConstraintEnforcerNode node;
  private final List<Check> checks = new ArrayList<>();
  private Optional<BatchProgram> whole = Optional.empty();
  private Optional<BatchProgram> text = Optional.empty();
  private Optional<OperatorContext> context = Optional.empty();

  ConstraintEnforcer(ConstraintEnforcerNode node) {
    this.node = node;
  }

  @Override
  public void open(OperatorContext host) {
    context = Optional.of(host);
    whole = Optional.of(program(host, node.projections(), node.schema()));
    for (int i = 0; i < node.projections().size(); i++) {
      Expr projection = node.projections().get(i);
      if (!(projection instanceof Expr.ColumnRef || projection instanceof Expr.Literal)) {
        Field field = node.schema().field(i);
        checks.add(new Check(field.name(), program(host, List.of(projection), Schema.of(field))));
      }
    }
    if (node.rejected().isPresent()) {
      Schema row = Schema.of(new Field("row", node.row().type()));
      text = Optional.of(program(host, List.of(node.row()), row));
    }
  }

  private BatchProgram program(OperatorContext host, List<Expr> projections, Schema output) {
    return ExprCompiler.compile(
        node.input().schema(), Optional.empty(), projections, output, host.evalContext());
  }

  @Override
  public void process(int input, RecordBatch batch, Output output) {
    Optional<RecordBatch> made;
    try (batch) {
      made = fitting(batch);
    }
    made.ifPresent(output::emit);
  }

  /** The rows of a batch that fit; the others are set aside. */
  private Optional<RecordBatch> fitting(RecordBatch batch) {
    try {
      return run(whole.orElseThrow(), batch);
    } catch (UserError e) {
      if (e.code() != ErrorCode.EXPRESSION) {
        throw e;
      }
    }
    Rows rows = Rows.of(batch);
    int[] positions = new int[rows.count()];
    rows.copy(0, positions.length, positions, 0);
    Map<Integer, Refusal> refused = new TreeMap<>();
    for (Check check : checks) {
      find(check, batch, positions, 0, positions.length, refused);
    }
    setAside(batch, refused);
    int[] left = Arrays.stream(positions).filter(p -> !refused.containsKey(p)).toArray();
    if (left.length == 0) {
      return Optional.empty();
    }
    try (RecordBatch good = batch.share().select(new Selection(left, left.length))) {
      return run(whole.orElseThrow(), good);
    }
  }

  /** A share of the batch through a program; the batch stays the caller's. */
  private Optional<RecordBatch> run(BatchProgram program, RecordBatch batch) {
    return program.run(batch.share(), context.orElseThrow().allocator());
  }

  private void find(
      Check check,
      RecordBatch batch,
      int[] positions,
      int from,
      int to,
      Map<Integer, Refusal> refused) {
    int[] some = Arrays.copyOfRange(positions, from, to);
    try (RecordBatch part = batch.share().select(new Selection(some, some.length))) {
      run(check.program(), part).ifPresent(RecordBatch::close);
    } catch (UserError e) {
      if (to - from == 1) {
        refused.putIfAbsent(positions[from], new Refusal(check.column(), e.summary()));
        return;
      }
      int middle = (from + to) >>> 1;
      find(check, batch, positions, from, middle, refused);
      find(check, batch, positions, middle, to, refused);
    }
  }

  /** Counts rows and gives those that came to the side output; the batch stays the caller's. */
  private void setAside(RecordBatch batch, Map<Integer, Refusal> refused) {
    OperatorContext host = context.orElseThrow();
    host.count("rows.rejected", refused.size());
    int[] came =
        refused.keySet().stream()
            .mapToInt(Integer::intValue)
            .filter(p -> batch.kind(p).adds())
            .toArray();
    if (node.rejected().isEmpty() || came.length == 0) {
      return;
    }
    Schema schema = node.rejected().get().schema();
    try (RecordBatch bad = batch.share().select(new Selection(came, came.length));
        RecordBatch texts = run(text.orElseThrow(), bad).orElseThrow();
        BatchBuilder builder = new BatchBuilder(schema, host.allocator())) {
      for (int position : came) {
        String row = String.valueOf(texts.vector(0).getObject(position));
        builder.add(RowKind.INSERT, values(schema, refused.get(position), row));
      }
      host.emitSide(builder.build());
    }
  }

  private Object[] values(Schema schema, Refusal refusal, String row) {
    byte[] bytes = row.getBytes(StandardCharsets.UTF_8);
    byte[] raw = Arrays.copyOf(bytes, Math.min(bytes.length, RejectedRow.MAX_RAW_BYTES));
    Object[] values = new Object[schema.size()];
    for (int i = 0; i < values.length; i++) {
      boolean binary = schema.type(i).kind() == Kind.VARBINARY;
      values[i] =
          switch (schema.field(i).name().toLowerCase(Locale.ROOT)) {
            case "source" -> node.sink();
            case "split" -> "";
            case "position" -> -1;
            case "column_name" -> refusal.column();
            case "reason" -> refusal.reason();
            case "raw" ->
                binary ? HexFormat.of().formatHex(raw) : new String(raw, StandardCharsets.UTF_8);
            default -> null;
          };
    }
    return values;
  }

  @Override
  public void close() {
    whole.ifPresent(BatchProgram::close);
    text.ifPresent(BatchProgram::close);
    checks.forEach(check -> check.program().close());
    checks.clear();
  }
}
