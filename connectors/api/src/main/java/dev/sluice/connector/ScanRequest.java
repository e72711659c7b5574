package dev.sluice.connector;

import dev.sluice.plan.Expr;
import dev.sluice.plan.TableRef;
import dev.sluice.type.Schema;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a query wants of a table.
 *
 * @param table the declaration
 * @param columns wanted columns, indices into {@code table.schema()}, ascending; may be empty
 *     (COUNT(*))
 * @param filter condition over the wanted columns ({@code ColumnRef(i)} is {@code columns.get(i)})
 *     that may be used to skip rows
 * @param limit rows after which reading may stop
 */
public record ScanRequest(
    TableRef table, List<Integer> columns, Optional<Expr> filter, OptionalInt limit) {
  public ScanRequest {
    columns = List.copyOf(columns);
  }

  /** The schema of the batches the readers give. */
  public Schema schema() {
    return table.schema().project(columns);
  }
}
