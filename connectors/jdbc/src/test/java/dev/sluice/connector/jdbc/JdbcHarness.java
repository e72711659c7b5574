package dev.sluice.connector.jdbc;

import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.RecordBatch;
import dev.sluice.connector.Committable;
import dev.sluice.connector.Connector;
import dev.sluice.connector.ConnectorContext;
import dev.sluice.connector.ConnectorRegistry;
import dev.sluice.connector.Fetch;
import dev.sluice.connector.LookupSource;
import dev.sluice.connector.OptionSpec.Role;
import dev.sluice.connector.ReaderContext;
import dev.sluice.connector.ScanRequest;
import dev.sluice.connector.SinkWriter;
import dev.sluice.connector.Split;
import dev.sluice.connector.SplitReader;
import dev.sluice.connector.SplitSource;
import dev.sluice.connector.TableSink;
import dev.sluice.format.RowText;
import dev.sluice.format.TextWriter;
import dev.sluice.operator.RejectedRow;
import dev.sluice.plan.Expr;
import dev.sluice.plan.TableRef;
import dev.sluice.type.RowKind;
import dev.sluice.type.Schema;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/** Reads and writes tables of the jdbc connector as the host would. */
final class JdbcHarness implements ReaderContext, ConnectorContext, AutoCloseable {
  private final RootAllocator allocator = new RootAllocator();
  private final Path folder;
  private final boolean checkpointed;

  JdbcHarness(Path folder) {
    this(folder, false);
  }

  JdbcHarness(Path folder, boolean checkpointed) {
    this.folder = folder;
    this.checkpointed = checkpointed;
  }

  /** A row of a changelog. */
  record Change(RowKind kind, Object... values) {}

  static Change insert(Object... values) {
    return new Change(RowKind.INSERT, values);
  }

  static Change update(Object... values) {
    return new Change(RowKind.UPDATE_AFTER, values);
  }

  static Change delete(Object... values) {
    return new Change(RowKind.DELETE, values);
  }

  static Connector check(TableRef table, Role role) {
    return ConnectorRegistry.load().check(table, role);
  }

  TableSink sink(TableRef table) {
    return check(table, Role.SINK).openSink(table, this);
  }

  RecordBatch batch(Schema schema, Change... changes) {
    try (BatchBuilder builder = new BatchBuilder(schema, allocator)) {
      for (Change change : changes) {
        builder.add(change.kind(), change.values());
      }
      return builder.build();
    }
  }

  /** Writes batches and commits them as one epoch. */
  void write(TableRef table, Change[]... batches) throws IOException {
    try (TableSink sink = sink(table);
        SinkWriter writer = sink.writer(0)) {
      for (Change[] changes : batches) {
        writer.write(batch(table.schema(), changes));
      }
      List<Committable> ready = writer.prepare(1).stream().toList();
      sink.committer().commit(ready, true);
    }
  }

  /** The rows as text, sorted. */
  List<String> read(TableRef table) throws IOException {
    List<Integer> all = IntStream.range(0, table.schema().size()).boxed().toList();
    return read(new ScanRequest(table, all, Optional.empty(), OptionalInt.empty()), 3);
  }

  List<String> read(TableRef table, Expr filter) throws IOException {
    List<Integer> all = IntStream.range(0, table.schema().size()).boxed().toList();
    return read(new ScanRequest(table, all, Optional.of(filter), OptionalInt.empty()), 3);
  }

  List<String> read(ScanRequest request, int maxRows) throws IOException {
    List<String> rows = new ArrayList<>();
    try (SplitSource source = check(request.table(), Role.SOURCE).openSource(request, this)) {
      for (Split split : source.discover(Map.of())) {
        try (SplitReader reader = source.reader(split, this)) {
          Fetch fetch = reader.fetch(maxRows, 1 << 20, Duration.ofMillis(10));
          while (!(fetch instanceof Fetch.EndOfSplit)) {
            if (fetch instanceof Fetch.Rows got) {
              rows.addAll(texts(got.batch()));
            }
            fetch = reader.fetch(maxRows, 1 << 20, Duration.ofMillis(10));
          }
        }
      }
    }
    rows.sort(null);
    return rows;
  }

  /** The rows that {@code source} finds for keys, sorted; takes the keys. */
  List<String> lookup(LookupSource source, RecordBatch keys) throws IOException {
    List<String> rows = new ArrayList<>();
    try (keys) {
      source.lookup(keys, batch -> rows.addAll(texts(batch)));
    }
    rows.sort(null);
    return rows;
  }

  private static List<String> texts(RecordBatch batch) {
    try (batch) {
      List<String> rows = new ArrayList<>();
      for (int row = 0; row < batch.rowCount(); row++) {
        TextWriter text = new TextWriter();
        RowText.row(batch, batch.position(row), text);
        rows.add(text.toString());
      }
      return rows;
    }
  }

  @Override
  public BufferAllocator allocator() {
    return allocator;
  }

  @Override
  public void rejected(RejectedRow row) {
    throw new AssertionError("a database has no malformed records: " + row);
  }

  @Override
  public void bytesRead(long bytes) {}

  @Override
  public ZoneId timeZone() {
    return ZoneId.of("UTC");
  }

  @Override
  public int parallelism() {
    return 2;
  }

  @Override
  public Path workingDirectory() {
    return folder;
  }

  @Override
  public boolean checkpointed() {
    return checkpointed;
  }

  @Override
  public String pipelineName() {
    return "test";
  }

  @Override
  public Appendable standardOutput() {
    return new StringBuilder();
  }

  /** Fails if memory is still held. */
  @Override
  public void close() {
    allocator.close();
  }
}
