package dev.sluice.pipeline.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.RunReport;
import dev.sluice.pipeline.oracle.OracleRun.Way;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random sessions, windows of rows, and windows of what event time does not pass, closed as time
 * passes, once and as changes: the final rows equal DuckDB's. Runs on as {@link Seeds} says.
 */
class RandomWindowsTest {
  private static final int TABLES = 20;
  private static final int LATE_TABLES = 20;
  private static final int QUERIES_PER_TABLE = 6;

  @TempDir Path directory;

  @Test
  void answersEqualTheBatchEngines() throws Exception {
    OracleRun run = new OracleRun(TABLES, directory);
    run.play(
        0.8,
        (seed, choice, duckdb) -> {
          RandomTable table = RandomTable.of("t", choice).withDistinctTimes();
          Path file = directory.resolve("t-" + seed + ".json");
          table.write(file);
          table.createIn(duckdb);
          RowWindows queries = new RowWindows(choice, table);
          HeldWindows held = new HeldWindows(choice, table);
          for (int i = 0; i < QUERIES_PER_TABLE; i++) {
            Question question = i % 2 == 0 ? queries.next() : held.next();
            run.ask(ddl(table, file), question, ways(seed + i));
          }
        });
  }

  /**
   * Rows that are late, out of order, without a time: those that count are the model's, the others
   * are counted and told to the sink of LATE ROWS TO, each once.
   */
  @Test
  void lateRowsAreLeftOutAndTold() throws Exception {
    OracleRun run = new OracleRun(LATE_TABLES, directory);
    run.play(
        0.8,
        (seed, choice, duckdb) -> {
          LateWindows queries = new LateWindows(choice);
          String ddl = queries.write(directory.resolve("late-" + seed));
          for (int i = 0; i < QUERIES_PER_TABLE; i++) {
            LateWindows.Asked asked = queries.next(duckdb);
            Way way = Way.cut(seed + i);
            run.ask(ddl, asked.question(), List.of(way.with(asked.clauses())));
            if (asked.late().isPresent() && i % 2 == 0) {
              Path told = directory.resolve("told-" + seed + "-" + i + ".json");
              String sql = ddl + sink(told) + asked.question().ours() + asked.clauses();
              Way other = Way.cut(seed + i + 1);
              run.claim(
                  sql, other, () -> tellsLateRows(sql, other, told, asked.late().orElseThrow()));
            }
          }
        });
  }

  private static String sink(Path told) {
    return "CREATE TABLE told (id INT) WITH ('connector' = 'filesystem', 'format' = 'json', 'path'"
        + " = '"
        + told
        + "');\n";
  }

  private void tellsLateRows(String sql, Way way, Path told, Set<Integer> late) throws Exception {
    RunReport report =
        Answers.run(sql + " LATE ROWS TO told", way.batchRows(), way.parallelism(), directory)
            .report()
            .orElseThrow();
    List<Integer> ids = new ArrayList<>();
    if (Files.exists(told)) {
      for (String line : Files.readAllLines(told)) {
        ids.add(Integer.parseInt(line.replaceAll("\\D", "")));
      }
    }
    assertThat(ids).containsExactlyInAnyOrderElementsOf(late);
    assertThat(report.lateRows()).isEqualTo(late.size());
    assertThat(report.flows()).allSatisfy(flow -> assertThat(flow.missing()).isZero());
    assertThat(report.flows().stream().mapToLong(RunReport.Flow::late).sum())
        .isEqualTo(late.size());
  }

  /** No row is late, but windows close long before the end. */
  private static String ddl(RandomTable table, Path file) {
    return table.ddl(file).replace("INTERVAL '1' DAY", "INTERVAL '21' MINUTE");
  }

  private static List<Way> ways(long turn) {
    String emit = turn % 2 == 0 ? " EMIT ON UPDATE" : " EMIT EVERY INTERVAL '0.001' SECOND";
    return List.of(Way.cut(turn), Way.cut(turn + 3).with(emit));
  }
}
