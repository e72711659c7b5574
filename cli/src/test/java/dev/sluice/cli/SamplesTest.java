package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.time.LocalDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The shipped samples do what their comments say. */
class SamplesTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Path FLIGHTS =
      ROOT.resolve("pipelines/samples/flights/data/flights-2001-01-first-week.csv.gz");

  @TempDir Path out;

  static List<Path> samples() throws Exception {
    try (Stream<Path> files = Files.walk(ROOT.resolve("pipelines/samples"))) {
      return files
          .filter(f -> f.toString().endsWith(".sql"))
          .map(ROOT::relativize)
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("samples")
  void everySamplePassesCheck(Path sample) {
    Invocation run = Invocation.of(ROOT, "check", sample.toString());
    assertThat(run.code()).as(run.err()).isZero();
  }

  @Test
  void quickstartWritesEveryHourOfEveryAirport() throws Exception {
    Invocation run = run("flights/flight-delays.sql");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.err())
        .contains("113,493 rows in")
        .contains("0 late, 0 malformed")
        .contains("look at the result");
    assertThat(table("SELECT airport, window_start, flights FROM hourly_delays"))
        .isEqualTo(expected(1));
    assertThat(table("SELECT airport, window_start, flights FROM sliding_delays"))
        .isEqualTo(expected(3));
  }

  @Test
  void secondRunReplacesRatherThanAdds() throws Exception {
    run("flights/flight-delays.sql");
    Map<String, Long> once = table("SELECT airport, window_start, flights FROM hourly_delays");
    assertThat(run("flights/flight-delays.sql").code()).isZero();
    assertThat(table("SELECT airport, window_start, flights FROM hourly_delays")).isEqualTo(once);
  }

  @Test
  void printedHintShowsTheResult() throws Exception {
    Invocation run = run("flights/flight-delays.sql");
    Matcher hint =
        Pattern.compile("  \\./sluice -e \"(CREATE TABLE hourly_delays .*)\"\n").matcher(run.err());
    assertThat(hint.find()).as(run.err()).isTrue();
    Invocation look = Invocation.of(ROOT, "-e", hint.group(1).replaceAll("\\\\(.)", "$1"));
    assertThat(look.code()).as(look.err()).isZero();
    assertThat(look.out().lines()).hasSize(11);
  }

  @Test
  void lookShowsTheWorstHours() throws Exception {
    run("flights/flight-delays.sql");
    Invocation look =
        Invocation.of(ROOT, "-f", "pipelines/samples/flights/look.sql", "--set", "OUT=" + out);
    assertThat(look.code()).as(look.err()).isZero();
    assertThat(look.out().lines())
        .hasSize(11)
        .first()
        .isEqualTo("airport,window_start,flights,delayed,avg_delay");
  }

  @Test
  void badRowsGoToTheirFileAndTheRestGoesOn() throws Exception {
    Invocation run = run("files/bad-rows.sql");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(Files.readString(out.resolve("bad-readings.csv")))
        .contains("warm")
        .contains("yesterday")
        .hasLineCount(3);
    assertThat(Files.readAllLines(out.resolve("fahrenheit.json"))).hasSize(5);
  }

  @Test
  void csvBecomesParquetAndReadsBack() throws Exception {
    Invocation run = run("files/csv-to-parquet.sql");
    assertThat(run.code()).as(run.err()).isZero();
    Invocation count =
        Invocation.of(
            out,
            "-e",
            "CREATE TABLE f (origin STRING, distance BIGINT) WITH ('connector' = 'filesystem', "
                + "'path' = 'long-flights.parquet', 'format' = 'parquet'); "
                + "SELECT COUNT(*) AS n, MIN(distance) AS m FROM f");
    assertThat(count.out()).as(count.err()).isEqualTo("n,m\n" + longFlights());
  }

  private Invocation run(String sample) {
    return Invocation.of(ROOT, "run", "pipelines/samples/" + sample, "--set", "OUT=" + out);
  }

  private Map<String, Long> table(String sql) throws Exception {
    Map<String, Long> rows = new TreeMap<>();
    try (Connection connection =
            DriverManager.getConnection("jdbc:h2:" + out.resolve("flights"), "sa", "");
        ResultSet found = connection.createStatement().executeQuery(sql)) {
      while (found.next()) {
        String hour = found.getTimestamp(2).toString().substring(0, 13);
        rows.put(found.getString(1) + " " + hour, found.getLong(3));
      }
    }
    return rows;
  }

  /**
   * Flights by airport and window, counted without the engine: windows of {@code hours}, one each
   * hour.
   */
  private static Map<String, Long> expected(int hours) throws Exception {
    Map<String, Long> counts = new TreeMap<>();
    for (String[] flight : flights()) {
      LocalDateTime hour =
          LocalDateTime.parse(flight[0].replace(' ', 'T')).truncatedTo(ChronoUnit.HOURS);
      for (int back = 0; back < hours; back++) {
        String start = hour.minusHours(back).toString().replace('T', ' ').substring(0, 13);
        counts.merge(flight[3] + " " + start, 1L, Long::sum);
      }
    }
    return counts;
  }

  private static String longFlights() throws Exception {
    long[] distances =
        flights().stream()
            .mapToLong(f -> Long.parseLong(f[2]))
            .filter(d -> d >= 1000)
            .sorted()
            .toArray();
    return distances.length + "," + distances[0] + "\n";
  }

  private static List<String[]> flights() throws Exception {
    List<String[]> rows = new ArrayList<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(FLIGHTS)), StandardCharsets.UTF_8))) {
      lines.readLine();
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        rows.add(line.split(","));
      }
    }
    return rows;
  }
}
