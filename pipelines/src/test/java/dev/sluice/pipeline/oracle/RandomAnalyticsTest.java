package dev.sluice.pipeline.oracle;

import dev.sluice.pipeline.oracle.OracleRun.Way;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random rankings, functions over windows, subqueries and unnested collections, once and as
 * changes: the final rows equal DuckDB's. Runs on as {@link Seeds} says.
 */
class RandomAnalyticsTest {
  private static final int TABLES = 20;
  private static final int QUERIES_PER_TABLE = 6;

  @TempDir Path directory;

  @Test
  void answersEqualTheBatchEngines() throws Exception {
    OracleRun run = new OracleRun(TABLES, directory);
    run.play(
        0.8,
        (seed, choice, duckdb) -> {
          RandomTable table = RandomTable.of("t", choice);
          Path file = directory.resolve("t-" + seed + ".json");
          table.write(file);
          table.createIn(duckdb);
          Analytics queries = new Analytics(choice, table);
          for (int i = 0; i < QUERIES_PER_TABLE; i++) {
            long turn = seed + i;
            run.ask(
                table.ddl(file),
                queries.next(),
                List.of(Way.cut(turn), Way.cut(turn + 3).with(" EMIT ON UPDATE")));
          }
        });
  }
}
