package dev.sluice.engine.source;

import dev.sluice.batch.RecordBatch;
import dev.sluice.connector.ConnectorRegistry;
import dev.sluice.connector.OptionSpec.Role;
import dev.sluice.connector.Options;
import dev.sluice.connector.ReaderContext;
import dev.sluice.connector.RowEncoder;
import dev.sluice.connector.RowFormat;
import dev.sluice.operator.RejectedRow;
import dev.sluice.plan.PlanNode;
import dev.sluice.plan.TableRef;
import dev.sluice.type.Schema;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Rows stamped too far ahead of the clock on their way to the error sink, as JSON of the columns
 * that the query reads: the record itself is gone by then. Single-threaded.
 */
final class SkewedRows {
  private final PlanNode.Scan scan;
  private final String sequence;
  private final ReaderContext target;
  private Optional<RowEncoder> encoder = Optional.empty();

  SkewedRows(PlanNode.Scan scan, String sequence, ReaderContext target) {
    this.scan = scan;
    this.sequence = sequence;
    this.target = target;
  }

  /** Takes note of the row at {@code position}; the batch stays the caller's. */
  void add(RecordBatch batch, int position) {
    if (!target.keepsRows()) {
      return;
    }
    if (encoder.isEmpty()) {
      encoder = Optional.of(encoder(batch.schema()));
    }
    ByteArrayOutputStream row = new ByteArrayOutputStream();
    encoder.get().encode(batch, position, row);
    byte[] raw = row.toByteArray();
    String column = scan.schema().field(scan.watermark().orElseThrow().timeColumn()).name();
    target.setAside(
        new RejectedRow(
            scan.table().name(),
            sequence,
            -1,
            Optional.empty(),
            Optional.of(column),
            "the time is farther ahead of the clock than MAX FUTURE SKEW",
            Arrays.copyOf(raw, Math.min(raw.length, RejectedRow.MAX_RAW_BYTES))));
  }

  private RowEncoder encoder(Schema schema) {
    RowFormat json = ConnectorRegistry.rowFormat("json");
    TableRef plain =
        new TableRef(
            scan.table().name(),
            scan.table().connector(),
            Map.of(),
            Set.of(),
            schema,
            Map.of(),
            List.of(),
            List.of());
    return json.encoder(schema, Options.check(plain, json.options(), Role.BOTH));
  }
}
