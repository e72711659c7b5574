package dev.sluice.planner.physical;

import dev.sluice.connector.Connector;
import dev.sluice.connector.ConnectorRegistry;
import dev.sluice.plan.TableRef;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What connectors know of how many rows tables have. Each is asked once in the plan of a file, for
 * the answer may come from a database, and one whose server does not answer no further. One per
 * planner; single-threaded.
 */
final class TableSizes {
  /** A connector that takes longer to find nothing out waits for a server that is away. */
  private static final long PATIENCE_NANOS = 1_000_000_000;

  private final ConnectorRegistry connectors;
  private final Map<TableRef, OptionalLong> known = new HashMap<>();
  private final Set<String> silent = new HashSet<>();

  TableSizes(ConnectorRegistry connectors) {
    this.connectors = connectors;
  }

  /** About how many rows a table has that ends; empty if unknown. */
  OptionalDouble rows(TableRef table) {
    OptionalLong rows = known.get(table);
    if (rows == null) {
      rows =
          connectors.all().stream()
              .filter(c -> c.name().equals(table.connector()) && isAsked(c, table))
              .map(c -> estimate(c, table))
              .findFirst()
              .orElse(OptionalLong.empty());
      known.put(table, rows);
    }
    return rows.isPresent() ? OptionalDouble.of(rows.getAsLong()) : OptionalDouble.empty();
  }

  private boolean isAsked(Connector connector, TableRef table) {
    return connector.sourceCapabilities(table).bounded() && !silent.contains(connector.name());
  }

  private OptionalLong estimate(Connector connector, TableRef table) {
    long begun = System.nanoTime();
    OptionalLong rows = connector.estimatedRows(table);
    if (rows.isEmpty() && System.nanoTime() - begun > PATIENCE_NANOS) {
      silent.add(connector.name());
    }
    return rows;
  }
}
