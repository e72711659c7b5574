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
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Checkpoints of earlier versions are read: of each there is one from the middle of {@code
 * pipeline.sql}, which must come to the end that it comes to without a stop.
 */
class OldCheckpointTest {
  private static final List<String> SINKS = List.of("sums", "hours", "pairs", "top");

  @TempDir Path directory;

  private static InputStream resource(String name) {
    return Objects.requireNonNull(
        OldCheckpointTest.class.getResourceAsStream("/checkpoints/" + name), name);
  }

  private List<String> run(String version, Path place) throws Exception {
    String sql;
    try (InputStream in = resource(version + "/pipeline.sql")) {
      sql = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
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

  @ParameterizedTest
  @ValueSource(strings = "v1/checkpoint-00000018")
  void itIsGoneOnFrom(String name) throws Exception {
    String version = name.split("/")[0];
    Path calm = Files.createDirectory(directory.resolve("calm"));
    run(version, calm);
    Path old = Files.createDirectory(directory.resolve("old"));
    Path place = Files.createDirectory(old.resolve("c"));
    try (InputStream in = new GZIPInputStream(resource(name + ".gz"))) {
      Files.copy(in, place.resolve(name.split("/")[1]));
    }
    assertThat(run(version, old))
        .anyMatch(n -> n.startsWith("going on from checkpoint"))
        .noneMatch(n -> n.startsWith("lost") || n.contains("changed"));
    for (String sink : SINKS) {
      assertThat(rows(old.resolve(sink))).as(sink).isNotEmpty().isEqualTo(rows(calm.resolve(sink)));
    }
  }
}
