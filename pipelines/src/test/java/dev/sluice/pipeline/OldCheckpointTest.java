package dev.sluice.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.connector.ConnectorRegistry;
import dev.sluice.engine.Job;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Checkpoints in every version of their format are read: of each there is one from the middle of
 * {@code pipeline.sql}, which must come to the end that it comes to without a stop. The pipeline of
 * version 1 has no join and no COUNT(DISTINCT), whose state has been another since.
 */
class OldCheckpointTest {
  private static final Pattern SINK = Pattern.compile("CREATE SINK (\\w+)");

  @TempDir Path directory;

  private static InputStream resource(String name) {
    return Objects.requireNonNull(
        OldCheckpointTest.class.getResourceAsStream("/checkpoints/" + name), name);
  }

  private static String pipeline(String version) throws IOException {
    try (InputStream in = resource(version + "/pipeline.sql")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private List<String> run(String sql, Path place) throws Exception {
    Session session =
        new Session(
            new SessionOptions(
                ConnectorRegistry.load(),
                Map.of(),
                name -> name.equals("RATE") ? Optional.of("1000000") : Optional.empty(),
                Map.of("checkpoint.dir", "c", "parallelism", "3"),
                "p",
                place));
    Step.Pipeline pipeline =
        session.prepare(List.of(new SqlText("pipeline.sql", sql))).stream()
            .filter(Step.Pipeline.class::isInstance)
            .map(Step.Pipeline.class::cast)
            .findFirst()
            .orElseThrow();
    Job job = session.start(pipeline.plan(), batch -> batch.close(), new StringBuilder());
    job.await();
    return job.notices();
  }

  private static List<String> rows(Path folder) throws IOException {
    List<String> rows = new ArrayList<>();
    try (var files = Files.list(folder)) {
      for (Path file : files.filter(f -> !f.getFileName().toString().startsWith(".")).toList()) {
        List<String> lines = Files.readAllLines(file);
        rows.addAll(lines.subList(1, lines.size()));
      }
    }
    rows.sort(null);
    return rows;
  }

  /** Unpacks the checkpoint, which may consist of several files. */
  private static void unpack(String version, Path place) throws Exception {
    Path folder =
        Path.of(
            Objects.requireNonNull(OldCheckpointTest.class.getResource("/checkpoints/" + version))
                .toURI());
    try (var files = Files.list(folder)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".gz")).toList()) {
        String name = file.getFileName().toString();
        try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
          Files.copy(in, place.resolve(name.substring(0, name.length() - ".gz".length())));
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"v1, 19, 3", "v2-forms, 11, 4"})
  void itIsGoneOnFrom(String version, int epoch, int sinks) throws Exception {
    String sql = pipeline(version);
    Path calm = Files.createDirectory(directory.resolve("calm"));
    run(sql, calm);
    Path old = Files.createDirectory(directory.resolve("old"));
    unpack(version, Files.createDirectory(old.resolve("c")));
    assertThat(run(sql, old))
        .contains("going on from checkpoint " + epoch)
        .noneMatch(n -> n.startsWith("lost") || n.contains("changed"));
    List<String> names = SINK.matcher(sql).results().map(found -> found.group(1)).toList();
    assertThat(names).hasSize(sinks);
    for (String sink : names) {
      assertThat(rows(old.resolve(sink))).as(sink).isNotEmpty().isEqualTo(rows(calm.resolve(sink)));
    }
  }
}
