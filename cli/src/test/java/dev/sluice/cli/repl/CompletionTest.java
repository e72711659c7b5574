package dev.sluice.cli.repl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.connector.Connector;
import dev.sluice.connector.ConnectorContext;
import dev.sluice.connector.ConnectorRegistry;
import dev.sluice.connector.OptionSpec;
import dev.sluice.connector.ScanRequest;
import dev.sluice.connector.SinkCapabilities;
import dev.sluice.connector.SourceCapabilities;
import dev.sluice.connector.SplitSource;
import dev.sluice.connector.TableSink;
import dev.sluice.plan.TableRef;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.Schema;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Completion by scope; the cursor is the bar. */
class CompletionTest {
  private static final Schema ORDERS =
      Schema.of(
          new Field("order_id", DataType.string()),
          new Field("price", DataType.decimal(10, 2)),
          new Field("ts", DataType.timestamp(3)));
  private static final Schema FLIGHTS =
      Schema.of(new Field("origin", DataType.string()), new Field("delay", DataType.string()));

  private final Completion completion =
      new Completion(
          new Vocabulary(
              () -> List.of("COUNT", "COALESCE", "UPPER"),
              () -> Map.of("orders", ORDERS, "flights", FLIGHTS),
              ConnectorRegistry.of(new Bucket("bucket"), new Bucket("ocean"))));

  static Stream<Arguments> cases() {
    return Stream.of(
        Arguments.of("|", "SELECT", "price"),
        Arguments.of("sel|", "select", "SELECT"),
        Arguments.of("SEL|", "SELECT", "select"),
        Arguments.of("cre|", "create stream", "select"),
        Arguments.of("SELECT 1; INS|", "INSERT INTO", "SELECT"),
        Arguments.of("CREATE |", "STREAM", "SELECT"),
        Arguments.of("CREATE ST|", "STREAM", "SINK"),
        Arguments.of("SHOW |", "CONNECTORS", "SELECT"),
        Arguments.of("SHOW str|", "streams", "tables"),
        Arguments.of("EXPLAIN |", "PHYSICAL", "price"),
        Arguments.of("DROP |", "SINK", "orders"),
        Arguments.of("DROP STREAM |", "orders", "SELECT"),
        Arguments.of("DESCRIBE fl|", "flights", "orders"),
        Arguments.of("INSERT |", "INTO", "orders"),
        Arguments.of("INSERT INTO |", "flights", "price"),
        Arguments.of("SELECT /*+ |", "BROADCAST(", "price"),
        Arguments.of("SELECT /*+ sta|", "STATE_TTL(", "LOOKUP("),
        Arguments.of("SELECT /*+ BROADCAST(|", "flights", "'flights'"),
        Arguments.of("SELECT /*+ BROADCAST(|) */ 1 FROM orders", "orders", "flights"),
        Arguments.of("SELECT /*+ STATE_TTL('o|", "'orders'", "'flights'"),
        Arguments.of("SELECT /*+ STATE_TTL('orders' = |", "'1 d'", "'orders'"),
        Arguments.of("SELECT /*+ LOOKUP(|", "'table'", "'true'"),
        Arguments.of("SELECT /*+ LOOKUP('table' = |", "'orders'", "'async'"),
        Arguments.of("SELECT /*+ LOOKUP('table' = 'orders', 'a|", "'async'", "'table'"),
        Arguments.of("SELECT /*+ LOOKUP('output-mode' = |", "'allow_unordered'", "'orders'"),
        Arguments.of("SELECT /*+ LOOKUP('retry-predicate' = |", "'lookup_miss'", "'orders'"),
        Arguments.of("SELECT /*+ LOOKUP('table' = 'o') |", "STATE_TTL(", "'async'"),
        Arguments.of("SELECT * FROM |", "orders", "price"),
        Arguments.of("SELECT * FROM |", "TUMBLE(", "WHERE"),
        Arguments.of("SELECT * FROM or|", "orders", "flights"),
        Arguments.of("SELECT * FROM TUMBLE(TABLE |", "flights", "price"),
        Arguments.of("SELECT | FROM orders", "price", "origin"),
        Arguments.of("SELECT p| FROM orders", "price", "order_id"),
        Arguments.of("SELECT order_id FROM orders WHERE pr|", "price", "origin"),
        Arguments.of("SELECT o.| FROM orders AS o", "ts", "origin"),
        Arguments.of("SELECT f.d| FROM flights f", "delay", "origin"),
        Arguments.of("SELECT orders.| FROM orders", "price", "delay"),
        Arguments.of("SELECT cou|", "count(", "COUNT("),
        Arguments.of("SELECT order_id FROM orders WH|", "WHERE", "SELECT"),
        Arguments.of("SELECT order_id FROM orders GROUP |", "BY", "price"),
        Arguments.of("CREATE STREAM s (a |", "BIGINT", "price"),
        Arguments.of("CREATE STREAM s (a TIMES|", "TIMESTAMP(3)", "BIGINT"),
        Arguments.of("CREATE STREAM s (a INT) WITH (|", "'connector'", "'path'"),
        Arguments.of("CREATE STREAM s (a INT) WITH ('con|", "'connector'", "'path'"),
        Arguments.of("CREATE STREAM s (a INT) WITH ('connector' = |", "'bucket'", "'path'"),
        Arguments.of("CREATE STREAM s (a INT) WITH ('connector' = 'oc|", "'ocean'", "'bucket'"),
        Arguments.of(
            "CREATE STREAM s (a INT) WITH ('connector' = 'bucket', '|", "'path'", "'connector'"),
        Arguments.of(
            "CREATE STREAM s (a INT) WITH ('connector' = 'bucket', 'pa|", "'path'", "'format'"),
        Arguments.of(
            "CREATE STREAM s (a INT) WITH ('connector' = 'bucket', 'format' = '|",
            "'json'",
            "'path'"),
        Arguments.of(
            "CREATE STREAM s (a INT) WITH ('connector' = 'bucket', 'sealed' = |",
            "'false'",
            "'json'"),
        Arguments.of(
            "CREATE STREAM s (a INT) WITH ('connector' = 'bucket', 'tag|", "'tag.", "'path'"),
        Arguments.of(
            "CREATE SINK s WITH ('connector' = 'bucket') AS SELECT p| FROM orders",
            "price",
            "'path'"),
        Arguments.of("SET |", "'parallelism'", "'path'"),
        Arguments.of("SET 'time|", "'time-zone'", "'parallelism'"),
        Arguments.of("SET 'time-zone' = |", "'UTC'", "'parallelism'"),
        Arguments.of("\\|", "\\d", "SELECT"),
        Arguments.of("\\t|", "\\timing", "\\d"),
        Arguments.of("\\d fl|", "flights", "orders"));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void offersWhatTheScopeAsksFor(String text, String wanted, String unwanted) {
    assertThat(offered(text)).contains(wanted).doesNotContain(unwanted);
  }

  @Test
  void offersNothingInsideStringsAndComments() {
    assertThat(offered("SELECT 'sel|")).isEmpty();
    assertThat(offered("SELECT 1 -- fr|")).isEmpty();
  }

  @Test
  void optionsAlreadyGivenAreNotOfferedAgain() {
    assertThat(offered("CREATE STREAM s (a INT) WITH ('connector' = 'bucket', 'path' = 'x', '|"))
        .contains("'format'")
        .doesNotContain("'path'");
  }

  @Test
  void secretsHaveNoSuggestedValue() {
    assertThat(offered("CREATE STREAM s (a INT) WITH ('connector' = 'bucket', 'password' = |"))
        .isEmpty();
  }

  @Test
  void everySuggestionStartsWithWhatItReplaces() {
    cases()
        .map(c -> (String) c.get()[0])
        .forEach(
            text -> {
              int cursor = text.indexOf('|');
              Suggestions found = completion.at(text.replace("|", ""), cursor);
              String typed =
                  text.substring(found.start(), cursor).toLowerCase(java.util.Locale.ROOT);
              assertThat(found.values())
                  .as(text)
                  .allSatisfy(
                      v ->
                          assertThat(v.text().toLowerCase(java.util.Locale.ROOT))
                              .startsWith(typed));
            });
  }

  private List<String> offered(String text) {
    int cursor = text.indexOf('|');
    return completion.at(text.replace("|", ""), cursor).values().stream()
        .map(Suggestions.Value::text)
        .toList();
  }

  /** A connector with one option of each kind that matters here. */
  private record Bucket(String name) implements Connector {
    @Override
    public String description() {
      return "holds water";
    }

    @Override
    public List<OptionSpec> options(TableRef table) {
      return List.of(
          OptionSpec.of("path", OptionSpec.Type.STRING, "where", "/x").asRequired(),
          OptionSpec.oneOf("format", List.of("csv", "json"), "how"),
          OptionSpec.of("sealed", OptionSpec.Type.BOOLEAN, "whether", "true"),
          OptionSpec.of("tag.*", OptionSpec.Type.STRING, "any tag", "x"),
          OptionSpec.of("password", OptionSpec.Type.STRING, "the key", "${env:KEY}").asSecret());
    }

    @Override
    public SourceCapabilities sourceCapabilities(TableRef table) {
      return SourceCapabilities.NONE;
    }

    @Override
    public SinkCapabilities sinkCapabilities(TableRef table) {
      return SinkCapabilities.NONE;
    }

    @Override
    public SplitSource openSource(ScanRequest request, ConnectorContext context) {
      throw new IllegalStateException("completion opens nothing");
    }

    @Override
    public TableSink openSink(TableRef table, ConnectorContext context) {
      throw new IllegalStateException("completion opens nothing");
    }
  }
}
