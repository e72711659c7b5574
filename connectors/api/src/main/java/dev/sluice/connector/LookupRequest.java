package dev.sluice.connector;

import dev.sluice.plan.TableRef;
import dev.sluice.type.Schema;
import java.time.Duration;
import java.util.List;

/**
 * What a lookup join wants of a table.
 *
 * @param table the declaration
 * @param columns wanted columns, indices into {@code table.schema()}, key columns among them
 * @param keys key columns, indices into {@code columns}
 * @param timeout how long a lookup may take, its retries included: what still runs then is to end
 */
public record LookupRequest(
    TableRef table, List<Integer> columns, List<Integer> keys, Duration timeout) {
  public LookupRequest {
    columns = List.copyOf(columns);
    keys = List.copyOf(keys);
  }

  /** The schema of the rows that are given. */
  public Schema schema() {
    return table.schema().project(columns);
  }
}
