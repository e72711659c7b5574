package dev.sluice.connector.basic;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.batch.RecordBatch;
import dev.sluice.connector.CommonOptions;
import dev.sluice.connector.Connector;
import dev.sluice.connector.ConnectorContext;
import dev.sluice.connector.Fetch;
import dev.sluice.connector.MalformedRecord;
import dev.sluice.connector.Offset;
import dev.sluice.connector.OptionSpec;
import dev.sluice.connector.OptionSpec.Role;
import dev.sluice.connector.OptionSpec.Type;
import dev.sluice.connector.Options;
import dev.sluice.connector.ReaderContext;
import dev.sluice.connector.ScanRequest;
import dev.sluice.connector.SinkCapabilities;
import dev.sluice.connector.SourceCapabilities;
import dev.sluice.connector.Split;
import dev.sluice.connector.SplitReader;
import dev.sluice.connector.SplitSource;
import dev.sluice.connector.TableSink;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.format.ColumnBuilder;
import dev.sluice.operator.RejectedRow;
import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.TableRef;
import dev.sluice.type.Schema;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.arrow.vector.FieldVector;

/**
 * Rows written in the declaration: {@code 'rows' = '[[1, "a"], {"id": 2}]'}, a JSON array whose
 * elements are arrays (by position) or objects (by column name, absent is NULL); or one row a line
 * with values between commas. Bounded, one split, in order. Stateless; safe for use by any thread.
 */
public final class ValuesConnector implements Connector {
  static final OptionSpec ROWS =
      OptionSpec.of(
              "rows",
              Type.STRING,
              "The rows: a JSON array of arrays or objects, or lines of values between commas.",
              "[[1, \"a\"], [2, null]]")
          .asRequired();

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

  @Override
  public String name() {
    return "values";
  }

  @Override
  public String description() {
    return "Rows written in the declaration itself.";
  }

  @Override
  public List<OptionSpec> options(TableRef table) {
    return List.of(ROWS);
  }

  @Override
  public void validate(TableRef table, Role role) {
    if (role == Role.SINK) {
      throw notASink(table);
    }
    rows(table);
  }

  @Override
  public SourceCapabilities sourceCapabilities(TableRef table) {
    return new SourceCapabilities(true, true, true, false, false, true)
        .withChangelog(
            table.primaryKey().isEmpty() ? ChangelogMode.INSERT_ONLY : ChangelogMode.UPSERT);
  }

  @Override
  public SinkCapabilities sinkCapabilities(TableRef table) {
    return SinkCapabilities.NONE;
  }

  @Override
  public TableSink openSink(TableRef table, ConnectorContext context) {
    throw notASink(table);
  }

  private static UserError notASink(TableRef table) {
    return UserError.of(
        ErrorCode.NOT_A_SINK, "'" + table.name() + "' (connector 'values') cannot be written");
  }

  @Override
  public SplitSource openSource(ScanRequest request, ConnectorContext context) {
    List<JsonNode> rows = rows(request.table());
    return new SplitSource() {
      @Override
      public boolean bounded() {
        return true;
      }

      @Override
      public List<Split> discover(Map<String, Offset> known) {
        return known.containsKey("values")
            ? List.of()
            : List.of(new Split("values", "", Offset.of(0)));
      }

      @Override
      public SplitReader reader(Split split, ReaderContext readerContext) {
        return new Reader(request, rows, split.start().asLong(), readerContext);
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public OptionalLong estimatedRows(TableRef table) {
    return OptionalLong.of(rows(table).size());
  }

  private List<JsonNode> rows(TableRef table) {
    String text =
        Options.check(table, CommonOptions.with(options(table)), Role.SOURCE).string(ROWS).strip();
    return text.startsWith("[") ? jsonRows(table, text) : lineRows(table, text);
  }

  private static List<JsonNode> jsonRows(TableRef table, String text) {
    JsonNode all;
    try {
      all = JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw UserError.of(
              ErrorCode.OPTION_VALUE, "option 'rows' of '" + table.name() + "' is not a JSON array")
          .withDetail(e.getOriginalMessage())
          .withHint("write 'rows' = '" + ROWS.example() + "'")
          .causedBy(e);
    }
    List<JsonNode> rows = new ArrayList<>();
    for (JsonNode row : all) {
      checkRow(table, row, rows.size() + 1);
      rows.add(row);
    }
    return rows;
  }

  private static List<JsonNode> lineRows(TableRef table, String text) {
    List<JsonNode> rows = new ArrayList<>();
    for (String line : text.lines().map(String::strip).filter(l -> !l.isEmpty()).toList()) {
      var row = JSON.createArrayNode();
      for (String value : line.split(",", -1)) {
        String cell = value.strip();
        if (cell.isEmpty() || cell.equalsIgnoreCase("null")) {
          row.addNull();
        } else {
          row.add(cell);
        }
      }
      checkRow(table, row, rows.size() + 1);
      rows.add(row);
    }
    return rows;
  }

  private static void checkRow(TableRef table, JsonNode row, int number) {
    Schema schema = table.schema();
    String where = "row " + number + " of option 'rows' of '" + table.name() + "'";
    if (row.isArray()) {
      if (row.size() != schema.size()) {
        throw UserError.of(ErrorCode.OPTION_VALUE, where + " has " + row.size() + " values")
            .withHint(
                "'"
                    + table.name()
                    + "' has "
                    + schema.size()
                    + " columns: "
                    + String.join(", ", schema.names()));
      }
    } else if (row.isObject()) {
      row.fieldNames()
          .forEachRemaining(
              name -> {
                if (schema.indexOf(name).isEmpty()) {
                  throw UserError.of(
                          ErrorCode.OPTION_VALUE,
                          where + " names '" + name + "', which is no column")
                      .withHint(
                          dev.sluice.error.DidYouMean.hint(
                              name,
                              schema.names(),
                              "columns: " + String.join(", ", schema.names())));
                }
              });
    } else {
      throw UserError.of(ErrorCode.OPTION_VALUE, where + " is neither an array nor an object")
          .withHint("write 'rows' = '" + ROWS.example() + "'");
    }
  }

  private static final class Reader implements SplitReader {
    private final ScanRequest request;
    private final List<JsonNode> rows;
    private final ReaderContext context;
    private int next;

    Reader(ScanRequest request, List<JsonNode> rows, long start, ReaderContext context) {
      this.request = request;
      this.rows = rows;
      this.next = Math.toIntExact(start);
      this.context = context;
    }

    @Override
    public Fetch fetch(int maxRows, long maxBytes, Duration maxWait) {
      if (next >= rows.size()) {
        return new Fetch.EndOfSplit(Offset.of(next));
      }
      Schema schema = request.schema();
      ColumnBuilder[] builders = new ColumnBuilder[schema.size()];
      try {
        for (int i = 0; i < builders.length; i++) {
          builders[i] =
              new ColumnBuilder(schema.field(i).name(), schema.type(i), context.allocator());
        }
        int count = 0;
        while (next < rows.size() && count < maxRows) {
          count += append(builders, rows.get(next), count) ? 1 : 0;
          next++;
        }
        FieldVector[] vectors = new FieldVector[builders.length];
        for (int i = 0; i < builders.length; i++) {
          vectors[i] = builders[i].finish();
        }
        return new Fetch.Rows(RecordBatch.ofVectors(schema, vectors, count), Offset.of(next));
      } finally {
        for (ColumnBuilder builder : builders) {
          if (builder != null) {
            builder.close();
          }
        }
      }
    }

    private boolean append(ColumnBuilder[] builders, JsonNode row, int count) {
      try {
        for (int i = 0; i < builders.length; i++) {
          JsonCells.append(builders[i], cell(row, request.columns().get(i)));
        }
        return true;
      } catch (MalformedRecord e) {
        for (ColumnBuilder builder : builders) {
          builder.truncateDeep(count);
        }
        context.rejected(
            new RejectedRow(
                request.table().name(),
                "values",
                next,
                Optional.of(next + 1L),
                e.column(),
                e.getMessage(),
                row.toString().getBytes(StandardCharsets.UTF_8)));
        return false;
      }
    }

    private JsonNode cell(JsonNode row, int column) {
      if (row.isArray()) {
        return row.get(column);
      }
      String name = request.table().schema().field(column).name();
      JsonNode exact = row.get(name);
      if (exact != null) {
        return exact;
      }
      for (Map.Entry<String, JsonNode> field : row.properties()) {
        if (field.getKey().equalsIgnoreCase(name)) {
          return field.getValue();
        }
      }
      return JSON.nullNode();
    }

    @Override
    public void close() {}
  }
}
