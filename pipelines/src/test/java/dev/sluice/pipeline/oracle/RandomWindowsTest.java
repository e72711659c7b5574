package dev.sluice.pipeline.oracle;

import dev.sluice.pipeline.oracle.OracleRun.Way;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random sessions, windows of rows, and windows of what event time does not pass, closed as time
 * passes, once and as changes: the final rows equal DuckDB's. Runs on as {@link OracleRun} says.
 */
class RandomWindowsTest {
  private static final int TABLES = 20;
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
            run.ask(ddl(table, file), question, ways(question, seed + i));
          }
        });
  }

  /** No row is late, but windows close long before the end. */
  private static String ddl(RandomTable table, Path file) {
    return table.ddl(file).replace("INTERVAL '1' DAY", "INTERVAL '21' MINUTE");
  }

  /** Sessions that are grouped by more than themselves have final results only. */
  private static List<Way> ways(Question question, long turn) {
    boolean changing = question.ours().startsWith("CREATE VIEW");
    String own = question.ours().contains("PARTITION BY `k`, DESCRIPTOR") ? "`k`, " : "";
    boolean last =
        changing && question.ours().contains("ROWS ")
            || question.ours().contains("SESSION(")
                && (changing || !question.ours().contains(" GROUP BY " + own + "window_start"));
    List<Way> ways = new ArrayList<>(List.of(Way.cut(turn)));
    if (!last) {
      ways.add(Way.cut(turn + 3).with(" EMIT ON UPDATE"));
    }
    return ways;
  }
}
