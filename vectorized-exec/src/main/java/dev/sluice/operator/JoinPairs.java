package dev.sluice.operator;

import dev.sluice.batch.ArrowTypes;
import dev.sluice.batch.Column;
import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.Selection;
import dev.sluice.expr.BatchProgram;
import dev.sluice.expr.ExprCompiler;
import dev.sluice.plan.Expr;
import dev.sluice.plan.JoinNode;
import dev.sluice.state.RowStore;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.Schema;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;

/**
 * Pairs of rows of two stores as batches: to test them by the join's condition, and to give them.
 * {@link RowStore#NONE} in place of a row stands for NULLs. Single-threaded.
 */
final class JoinPairs implements AutoCloseable {
  private final Schema result;
  private final RowStore[] stores;
  private final OperatorContext context;
  private final Schema pairs;
  private final int leftWidth;
  private final int[] tested;
  private final int[] given;
  private final Optional<BatchProgram> program;

  /** Pairs of a join's two stores. */
  JoinPairs(JoinNode node, RowStore[] stores, OperatorContext context) {
    this(
        node.left().schema(),
        node.right().schema(),
        node.condition(),
        node.output(),
        node.schema(),
        stores,
        context);
  }

  /**
   * @param condition over the columns of left and right, side by side
   * @param output which of those columns come out, ascending
   * @param result their names and types when they do
   */
  JoinPairs(
      Schema left,
      Schema right,
      Optional<Expr> condition,
      List<Integer> output,
      Schema result,
      RowStore[] stores,
      OperatorContext context) {
    this.result = result;
    this.stores = stores;
    this.context = context;
    pairs = left.append(right.fields().toArray(new Field[0]));
    leftWidth = left.size();
    given = output.stream().mapToInt(i -> i).toArray();
    tested = condition.stream().flatMapToInt(c -> c.columns().stream().mapToInt(i -> i)).toArray();
    program =
        condition.map(
            c ->
                ExprCompiler.compile(
                    pairs,
                    Optional.of(c),
                    List.of(),
                    new Schema(List.of()),
                    context.evalContext()));
  }

  boolean hasCondition() {
    return program.isPresent();
  }

  /**
   * Which of the first {@code count} pairs satisfy the condition: their indices go to {@code kept},
   * ascending.
   *
   * @return how many
   */
  int test(int[] lefts, int[] rights, int count, int[] kept) {
    if (program.isEmpty()) {
      for (int i = 0; i < count; i++) {
        kept[i] = i;
      }
      return count;
    }
    BufferAllocator allocator = context.allocator();
    FieldVector[] vectors = new FieldVector[pairs.size()];
    for (int c = 0; c < vectors.length; c++) {
      vectors[c] = ArrowTypes.vector(pairs.field(c).name(), pairs.type(c), allocator);
    }
    Optional<RecordBatch> passed;
    try (RecordBatch batch = RecordBatch.ofVectors(pairs, vectors, count)) {
      FieldVector[] filled =
          Arrays.stream(tested).mapToObj(c -> vectors[c]).toArray(FieldVector[]::new);
      write(tested, filled, lefts, rights, 0, count);
      passed = program.get().run(batch.share(), allocator);
    }
    if (passed.isEmpty()) {
      return 0;
    }
    try (RecordBatch some = passed.get()) {
      Optional<Selection> selection = some.selection();
      int n = some.rowCount();
      for (int i = 0; i < n; i++) {
        kept[i] = selection.isPresent() ? selection.get().positions()[i] : i;
      }
      return n;
    }
  }

  /** Pairs {@code from} to {@code from + count} as a batch of the join's output. */
  RecordBatch output(int[] lefts, int[] rights, int from, int count, Optional<byte[]> kinds) {
    Schema schema = result;
    FieldVector[] vectors = new FieldVector[given.length];
    for (int c = 0; c < given.length; c++) {
      vectors[c] = ArrowTypes.vector(schema.field(c).name(), schema.type(c), context.allocator());
    }
    boolean done = false;
    try {
      write(given, vectors, lefts, rights, from, count);
      done = true;
    } finally {
      if (!done) {
        Arrays.stream(vectors).forEach(FieldVector::close);
      }
    }
    Column[] columns = Arrays.stream(vectors).map(Column::new).toArray(Column[]::new);
    return RecordBatch.of(schema, columns, count, Optional.empty(), kinds);
  }

  /** Writes columns of pairs. */
  private void write(
      int[] columns, FieldVector[] to, int[] lefts, int[] rights, int from, int count) {
    int cut = 0;
    while (cut < columns.length && columns[cut] < leftWidth) {
      cut++;
    }
    writeSide(0, Arrays.copyOf(columns, cut), Arrays.copyOf(to, cut), lefts, from, count);
    int[] own = Arrays.stream(columns, cut, columns.length).map(c -> c - leftWidth).toArray();
    writeSide(1, own, Arrays.copyOfRange(to, cut, to.length), rights, from, count);
  }

  private void writeSide(
      int side, int[] columns, FieldVector[] to, int[] rows, int from, int count) {
    if (columns.length == 0) {
      return;
    }
    RowStore store = stores[side];
    boolean all = true;
    for (int i = 0; i < count; i++) {
      all &= rows[from + i] != RowStore.NONE;
    }
    if (all) {
      store.write(rows, from, count, columns, to);
    } else {
      writeSome(store, columns, to, rows, from, count);
    }
    for (FieldVector vector : to) {
      vector.setValueCount(count);
    }
  }

  private static void writeSome(
      RowStore store, int[] columns, FieldVector[] to, int[] rows, int from, int count) {
    for (FieldVector vector : to) {
      vector.setInitialCapacity(count);
    }
    for (int i = 0; i < count; i++) {
      if (rows[from + i] == RowStore.NONE) {
        for (FieldVector vector : to) {
          vector.setNull(i);
        }
      } else {
        store.write(rows[from + i], columns, to, i);
      }
    }
  }

  @Override
  public void close() {
    program.ifPresent(BatchProgram::close);
  }
}
