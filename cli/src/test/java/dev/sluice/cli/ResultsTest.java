package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Queries and their rows, or the errors they end in, as files: statements that all cases share,
 * then cases between lines of equals signs, each a query, a line of dashes and the result. Each
 * case runs three times, with other batch sizes and parallelisms; only the order of rows may
 * differ, and not even that if the query begins with {@code -- ordered}. {@code -Daccept=true}
 * writes what comes out as the new expectation.
 */
class ResultsTest {
  private static final Path ROOT = Path.of("src/test/resources/results");
  private static final String CASE = "\n====\n";
  private static final String CUT = "\n----\n";
  private static final List<String> WAYS =
      List.of(
          "SET 'parallelism' = '1'; SET 'batch.rows' = '1'; ",
          "SET 'parallelism' = '2'; SET 'batch.rows' = '4096'; ",
          "SET 'parallelism' = '5'; SET 'batch.rows' = '7'; ");

  @TempDir Path directory;

  @TestFactory
  List<DynamicTest> everyQueryGivesItsRows() throws IOException {
    try (Stream<Path> files = Files.list(ROOT)) {
      return files
          .sorted()
          .map(f -> DynamicTest.dynamicTest(ROOT.relativize(f).toString(), () -> check(f)))
          .toList();
    }
  }

  private void check(Path file) throws IOException {
    String[] parts = Files.readString(file).split(CASE);
    List<String> actual = new ArrayList<>(List.of(parts[0]));
    for (String part : List.of(parts).subList(1, parts.length)) {
      int cut = part.indexOf(CUT);
      String query = cut < 0 ? part.strip() : part.substring(0, cut);
      List<String> outcomes =
          WAYS.stream().map(way -> outcome(way, parts[0], query)).distinct().toList();
      assertThat(outcomes).as("results of %s", query).hasSize(1);
      actual.add(query + CUT + outcomes.get(0));
    }
    String whole = String.join(CASE, actual).stripTrailing() + "\n";
    if (Boolean.getBoolean("accept")) {
      Files.writeString(file, whole);
    }
    assertThat(whole).isEqualTo(Files.readString(file));
  }

  private String outcome(String way, String shared, String query) {
    Invocation run =
        Invocation.of(directory, "--output", "json", "-e", way + shared + "\n" + query);
    if (run.code() != 0) {
      String error =
          run.err()
              .lines()
              .filter(l -> l.startsWith("error[") || l.startsWith("hint:"))
              .collect(Collectors.joining("\n"));
      return error;
    }
    Stream<String> rows = run.out().lines();
    return (query.startsWith("-- ordered") ? rows : rows.sorted())
        .collect(Collectors.joining("\n"));
  }
}
