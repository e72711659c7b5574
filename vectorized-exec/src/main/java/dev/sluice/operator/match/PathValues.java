package dev.sluice.operator.match;

import dev.sluice.aggregate.AccumulatorSet;
import dev.sluice.aggregate.SlotRows;
import dev.sluice.batch.ArrowTypes;
import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.ByteArena;
import dev.sluice.batch.Cells;
import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.Rows;
import dev.sluice.expr.BatchProgram;
import dev.sluice.expr.ExprCompiler;
import dev.sluice.function.EvalContext;
import dev.sluice.plan.AggregateCall;
import dev.sluice.plan.Expr;
import dev.sluice.plan.JavaFunction;
import dev.sluice.plan.MatchNode;
import dev.sluice.state.RowCodec;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.RowKind;
import dev.sluice.type.Schema;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;

/** What the navigations of a node find for a path. Keeps scratch memory: single-threaded. */
public final class PathValues {
  private final MatchNode node;
  private final Schema input;
  private final Schema schema;
  private final RowCodec codec;
  private final BufferAllocator allocator;
  private final List<Optional<Aggregation>> aggregations = new ArrayList<>();

  /** One aggregate with its arguments compiled. */
  private record Aggregation(BatchProgram arguments, AccumulatorSet empty, DataType result) {}

  /** A path and where it is. */
  public record Place(MatchPartition partition, Path current, Path whole, long number) {}

  public PathValues(MatchNode node, BufferAllocator allocator, EvalContext context) {
    this.node = node;
    this.allocator = allocator;
    input = node.input().schema();
    codec = new RowCodec(input, List.of());
    schema = schema(node);
    for (MatchNode.Navigation navigation : node.navigations()) {
      aggregations.add(
          navigation instanceof MatchNode.Aggregated aggregated
              ? Optional.of(aggregation(aggregated, context))
              : Optional.empty());
    }
  }

  /** A column for each navigation. */
  public static Schema schema(MatchNode node) {
    List<Field> fields = new ArrayList<>();
    for (MatchNode.Navigation navigation : node.navigations()) {
      fields.add(new Field("$" + fields.size(), navigation.type()));
    }
    return new Schema(fields);
  }

  private Aggregation aggregation(MatchNode.Aggregated aggregated, EvalContext context) {
    boolean java = JavaFunction.of(aggregated.function()).isPresent();
    List<Expr> arguments = new ArrayList<>();
    List<Expr.Literal> constants = new ArrayList<>();
    for (Expr argument : aggregated.arguments()) {
      if (!java && !arguments.isEmpty() && argument instanceof Expr.Literal literal) {
        constants.add(literal);
      } else {
        arguments.add(argument);
      }
    }
    List<Field> fields = new ArrayList<>();
    arguments.forEach(a -> fields.add(new Field("$" + fields.size(), a.type())));
    Schema taken = new Schema(fields);
    AggregateCall call =
        new AggregateCall(
            aggregated.function(),
            IntStream.range(0, arguments.size()).boxed().toList(),
            constants,
            aggregated.distinct(),
            OptionalInt.empty(),
            List.of(),
            aggregated.type());
    return new Aggregation(
        ExprCompiler.compile(input, Optional.empty(), arguments, taken, context),
        new AccumulatorSet(List.of(call), taken, AccumulatorSet.Use.ADDED),
        aggregated.type());
  }

  /** Writes the value of navigation {@code index} to a vector of its type. */
  public void write(int index, Place place, FieldVector out, int position) {
    MatchNode.Navigation navigation = node.navigations().get(index);
    if (navigation instanceof MatchNode.RowValue value) {
      writeRowValue(value, place, out, position);
    } else if (navigation instanceof MatchNode.CurrentRow column) {
      write(
          place.partition().row(place.current().row()),
          column.column(),
          column.type(),
          out,
          position);
    } else if (navigation instanceof MatchNode.Classifier classifier) {
      Path path = classifier.whole() ? place.whole() : place.current();
      if (path.isEmpty()) {
        out.setNull(position);
        return;
      }
      byte[] name = node.variables().get(path.variable()).getBytes(StandardCharsets.UTF_8);
      Cells.setBytes(out, classifier.type(), position, name, 0, name.length);
    } else if (navigation instanceof MatchNode.MatchNumber number) {
      Cells.setWord(out, number.type(), position, place.number());
    } else {
      MatchNode.Aggregated aggregated = (MatchNode.Aggregated) navigation;
      Path path = aggregated.whole() ? place.whole() : place.current();
      aggregate(aggregations.get(index).orElseThrow(), aggregated, place, path, out, position);
    }
  }

  private void writeRowValue(MatchNode.RowValue value, Place place, FieldVector out, int position) {
    Path path = value.whole() ? place.whole() : place.current();
    long found = path.find(value.variables(), value.first(), value.offset());
    Optional<byte[]> row =
        found < 0 ? Optional.empty() : place.partition().row(found - value.shift());
    write(row, value.column(), value.type(), out, position);
  }

  private void write(
      Optional<byte[]> row, int column, DataType type, FieldVector out, int position) {
    if (row.isPresent()) {
      Cells.setNullable(out, type, position, row.get(), cell(row.get(), column));
    } else {
      out.setNull(position);
    }
  }

  /** Where a column is in a row as {@link RowCodec#row} makes it. */
  private int cell(byte[] row, int column) {
    int at = 0;
    for (int c = 0; c < column; c++) {
      if (row[at++] != 0) {
        at += Cells.isWord(input.type(c)) ? Long.BYTES : Integer.BYTES + ByteArena.intAt(row, at);
      }
    }
    return at;
  }

  private void aggregate(
      Aggregation aggregation,
      MatchNode.Aggregated aggregated,
      Place place,
      Path path,
      FieldVector out,
      int position) {
    AccumulatorSet set = aggregation.empty().fresh();
    set.ensure(1);
    List<Long> rows = new ArrayList<>();
    Optional<Path> at = Optional.of(path);
    while (at.isPresent()) {
      if (at.get().isOf(aggregated.variables())) {
        rows.add(at.get().row());
      }
      at = at.get().before();
    }
    Collections.reverse(rows);
    if (!rows.isEmpty()) {
      try (BatchBuilder builder = new BatchBuilder(input, allocator)) {
        for (long row : rows) {
          codec.write(place.partition().row(row).orElseThrow(), builder);
          builder.mark(RowKind.INSERT);
        }
        try (RecordBatch taken =
            aggregation.arguments().run(builder.build(), allocator).orElseThrow()) {
          set.update(taken, new SlotRows(Rows.of(taken), new int[rows.size()], 0), false);
        }
      }
    }
    try (FieldVector one = ArrowTypes.vector("$", aggregation.result(), allocator)) {
      one.setInitialCapacity(1);
      one.allocateNew();
      set.get(0).result(new int[] {0}, 0, 1, one);
      one.setValueCount(1);
      out.copyFromSafe(0, position, one);
    }
  }

  public Schema schema() {
    return schema;
  }

  /** Releases the compiled programs. */
  public void close() {
    aggregations.forEach(a -> a.ifPresent(made -> made.arguments().close()));
  }
}
