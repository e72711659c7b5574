package dev.sluice.cli.print;

import dev.sluice.batch.RecordBatch;
import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.PhysicalPlan;
import dev.sluice.plan.PlanTraits;
import dev.sluice.type.DataType;
import dev.sluice.type.Schema;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.arrow.vector.FieldVector;

/**
 * Takes a query's batches and prints them: the final rows of a bounded query, updates folded; the
 * changes of an unbounded one as they come, each with its kind when the query updates. Closes every
 * batch it is given. {@link #accept} is called by one thread of the engine, {@link #end} by the
 * owner after the job's end.
 */
public final class ResultPrinter implements Consumer<RecordBatch> {
  private final PlanTraits result;
  private final boolean changes;
  private final RowPrinter printer;
  private final Cells cells;
  private final Optional<FoldedRows> folded;
  private long rows;
  private boolean begun;

  public ResultPrinter(PhysicalPlan plan, RowPrinter printer, ZoneId zone) {
    PlanTraits result = plan.sinks().get(0).input().traits();
    boolean updates = result.changelog() != ChangelogMode.INSERT_ONLY;
    this.printer = printer;
    this.cells = new Cells(zone);
    this.folded =
        result.bounded() && updates ? Optional.of(new FoldedRows(key(result))) : Optional.empty();
    this.result = result;
    this.changes = updates && !result.bounded();
  }

  /**
   * To be called when the query runs: shows at once what rows that may be long in coming will look
   * like. The columns of a bounded result wait for its first row, so that a failure shows none.
   */
  public synchronized void begin() {
    if (!result.bounded()) {
      beginOnce();
    }
  }

  private void beginOnce() {
    if (!begun) {
      begun = true;
      printer.begin(result.schema(), changes, !result.bounded());
    }
  }

  private static List<Integer> key(PlanTraits result) {
    boolean byKey = result.changelog() == ChangelogMode.UPSERT && !result.uniqueKeys().isEmpty();
    return byKey ? result.uniqueKeys().get(0) : List.of();
  }

  @Override
  public synchronized void accept(RecordBatch batch) {
    try (batch) {
      List<Row> read = read(batch);
      rows += read.size();
      if (folded.isPresent()) {
        read.forEach(folded.get()::add);
      } else if (!read.isEmpty()) {
        beginOnce();
        printer.rows(read);
      }
    }
  }

  /** Prints what was held back. */
  public synchronized void end() {
    beginOnce();
    folded.ifPresent(f -> printer.rows(f.rows()));
    printer.end();
  }

  /** Rows and changes seen so far. */
  public synchronized long rows() {
    return rows;
  }

  private List<Row> read(RecordBatch batch) {
    Schema schema = batch.schema();
    List<Row> read = new ArrayList<>(batch.rowCount());
    for (int i = 0; i < batch.rowCount(); i++) {
      int position = batch.position(i);
      List<Optional<String>> values = new ArrayList<>(schema.size());
      for (int c = 0; c < schema.size(); c++) {
        values.add(cell(schema.type(c), batch.vector(c), position));
      }
      read.add(new Row(batch.kind(position), values));
    }
    return read;
  }

  private Optional<String> cell(DataType type, FieldVector vector, int position) {
    if (vector.isNull(position)) {
      return Optional.empty();
    }
    return Optional.of(
        printer.wantsJson()
            ? cells.json(type, vector, position)
            : cells.text(type, vector, position));
  }
}
