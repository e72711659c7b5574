package dev.sluice.connector.file;

import dev.sluice.batch.RecordBatch;
import dev.sluice.connector.Committable;
import dev.sluice.connector.Committer;
import dev.sluice.connector.Connector;
import dev.sluice.connector.ConnectorContext;
import dev.sluice.connector.ConnectorRegistry;
import dev.sluice.connector.Fetch;
import dev.sluice.connector.Offset;
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
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/** Reads and writes tables of the filesystem connector as the host would. */
final class FileHarness implements ReaderContext, ConnectorContext, AutoCloseable {
  final List<RejectedRow> rejected = new ArrayList<>();
  private final RootAllocator allocator = new RootAllocator();
  private final Path folder;

  FileHarness(Path folder) {
    this.folder = folder;
  }

  static TableRef table(Schema schema, Map<String, String> options, String... partitionKeys) {
    return new TableRef(
        "t", "filesystem", options, Set.of(), schema, Map.of(), List.of(), List.of(partitionKeys));
  }

  static Connector check(TableRef table, Role role) {
    return ConnectorRegistry.load().check(table, role);
  }

  SplitSource open(TableRef table, List<Integer> columns, Optional<Expr> filter) {
    return check(table, Role.SOURCE)
        .openSource(new ScanRequest(table, columns, filter, OptionalInt.empty()), this);
  }

  List<String> read(TableRef table) throws IOException {
    return read(table, IntStream.range(0, table.schema().size()).boxed().toList());
  }

  List<String> read(TableRef table, List<Integer> columns) throws IOException {
    try (SplitSource source = open(table, columns, Optional.empty())) {
      return rows(source, source.discover(Map.of()), 1000);
    }
  }

  List<String> rows(SplitSource source, List<Split> splits, int maxRows) throws IOException {
    List<String> rows = new ArrayList<>();
    for (Split split : splits) {
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
    return rows;
  }

  /**
   * Every offset that a reader of {@code split} gives with rows, and how many rows came before it.
   */
  List<Map.Entry<Offset, Integer>> offsets(SplitSource source, Split split, int maxRows)
      throws IOException {
    List<Map.Entry<Offset, Integer>> offsets = new ArrayList<>();
    int before = 0;
    try (SplitReader reader = source.reader(split, this)) {
      Fetch fetch = reader.fetch(maxRows, 1 << 20, Duration.ofMillis(10));
      while (!(fetch instanceof Fetch.EndOfSplit)) {
        if (fetch instanceof Fetch.Rows got) {
          before += texts(got.batch()).size();
          offsets.add(Map.entry(got.next(), before));
        }
        fetch = reader.fetch(maxRows, 1 << 20, Duration.ofMillis(10));
      }
    }
    return offsets;
  }

  static List<String> texts(RecordBatch batch) {
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

  /**
   * Reads {@code from} and writes it to {@code to}, one epoch a batch, shown by the last commit.
   */
  void copy(TableRef from, TableRef to) throws IOException {
    try (SplitSource source =
            open(
                from, IntStream.range(0, from.schema().size()).boxed().toList(), Optional.empty());
        TableSink sink = check(to, Role.SINK).openSink(to, this);
        SinkWriter writer = sink.writer(0);
        Committer committer = sink.committer()) {
      long epoch = 1;
      for (Split split : source.discover(Map.of())) {
        try (SplitReader reader = source.reader(split, this)) {
          Fetch fetch = reader.fetch(50, 1 << 20, Duration.ofMillis(10));
          while (!(fetch instanceof Fetch.EndOfSplit)) {
            if (fetch instanceof Fetch.Rows got) {
              writer.write(got.batch());
            }
            List<Committable> ready = writer.prepare(epoch++).stream().toList();
            sink.committer().commit(ready, false);
            sink.committer().commit(ready, false);
            fetch = reader.fetch(50, 1 << 20, Duration.ofMillis(10));
          }
        }
      }
      List<Committable> ready = writer.prepare(epoch).stream().toList();
      committer.commit(ready, true);
      sink.committer().commit(List.of(), true);
    }
  }

  @Override
  public BufferAllocator allocator() {
    return allocator;
  }

  @Override
  public void rejected(RejectedRow row) {
    rejected.add(row);
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
