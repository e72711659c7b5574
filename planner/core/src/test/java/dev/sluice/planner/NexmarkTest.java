package dev.sluice.planner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.connector.ConnectorRegistry;
import dev.sluice.error.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The questions of the public Nexmark benchmark (github.com/nexmark/nexmark), q0 to q23, in our
 * dialect, of {@code benchmarks/nexmark} where it runs them. Each must parse. What plans has its
 * plan in the file, behind a line of dashes; {@code -Daccept=true} writes it. What does not must be
 * refused as not supported, at a place.
 */
class NexmarkTest {
  private static final Path ROOT = Path.of("src/test/resources/nexmark");
  private static final Path BENCHMARK = Path.of("../../benchmarks/nexmark/sql/streaming");
  private static final String CUT = "\n----\n";
  private static final int QUERIES = 24;
  private static final String SOURCES =
      """
      CREATE STREAM person (id BIGINT, name STRING, emailAddress STRING, creditCard STRING,
        city STRING, state STRING, dateTime TIMESTAMP(3), extra STRING,
        WATERMARK FOR dateTime AS dateTime - INTERVAL '4' SECOND) WITH ('connector' = 'datagen');
      CREATE STREAM auction (id BIGINT, itemName STRING, description STRING, initialBid BIGINT,
        reserve BIGINT, dateTime TIMESTAMP(3), expires TIMESTAMP(3), seller BIGINT, category BIGINT,
        extra STRING,
        WATERMARK FOR dateTime AS dateTime - INTERVAL '4' SECOND) WITH ('connector' = 'datagen');
      CREATE STREAM bid (auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING,
        dateTime TIMESTAMP(3), extra STRING,
        WATERMARK FOR dateTime AS dateTime - INTERVAL '4' SECOND) WITH ('connector' = 'datagen');
      CREATE TABLE side_input (key BIGINT, value STRING, PRIMARY KEY (key) NOT ENFORCED)
        WITH ('connector' = 'datagen', 'number-of-rows' = '10000');
      """;

  /** Bids with the time they came in; a statement of its own, since not every version plans it. */
  private static final String PROCESSED =
      "CREATE VIEW processed AS SELECT *, PROCTIME() AS p_time FROM bid";

  @Test
  void allQueriesAreThere() throws IOException {
    try (Stream<Path> files = Files.list(ROOT)) {
      assertThat(files.count()).isEqualTo(QUERIES);
    }
  }

  @TestFactory
  List<DynamicTest> parseAndPlanOrSayWhyNot() throws IOException {
    try (Stream<Path> files = Files.list(ROOT)) {
      return files
          .sorted()
          .map(f -> DynamicTest.dynamicTest(ROOT.relativize(f).toString(), () -> check(f)))
          .toList();
    }
  }

  private static void check(Path file) throws IOException {
    String text = Files.readString(file);
    int cut = text.indexOf(CUT);
    String written = cut < 0 ? text.strip() : text.substring(0, cut);
    String sql = query(file, written);
    Planner planner = new Planner(ConnectorRegistry.load(), Map.of(), name -> Optional.empty());
    define(planner, SOURCES);
    List<Statement> statements = planner.parse(file.getFileName().toString(), sql);
    assertThat(statements).isNotEmpty();
    String plan;
    try {
      if (sql.contains("processed")) {
        define(planner, PROCESSED);
      }
      plan = plan(planner, statements);
    } catch (UserError e) {
      assertThat(e.code().id()).as(e.toString()).isEqualTo("SLU-2007");
      assertThat(e.position()).as(e.toString()).isPresent();
      assertThat(cut).as("planned before, now: %s", e).isNegative();
      return;
    }
    String actual = written + CUT + plan;
    if (Boolean.getBoolean("accept")) {
      Files.writeString(file, actual);
    } else if (cut >= 0) {
      assertThat(actual).isEqualTo(text);
    }
  }

  /** A query that the benchmark runs stands there, under a comment of the file here. */
  private static String query(Path file, String written) throws IOException {
    Path benchmark = BENCHMARK.resolve(file.getFileName());
    return written.equals("-- of the benchmark") ? Files.readString(benchmark).strip() : written;
  }

  private static void define(Planner planner, String sql) {
    planner.parse("sources", sql).forEach(s -> planner.apply((Statement.Definition) s));
  }

  private static String plan(Planner planner, List<Statement> statements) {
    for (Statement statement : statements) {
      if (statement instanceof Statement.Definition definition) {
        planner.apply(definition);
      }
    }
    Statement last = statements.get(statements.size() - 1);
    return planner.explain(Statement.Explain.Format.PHYSICAL, List.of(last));
  }
}
