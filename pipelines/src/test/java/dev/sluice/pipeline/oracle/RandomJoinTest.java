package dev.sluice.pipeline.oracle;

import java.nio.file.Path;
import java.sql.Connection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random joins over random tables: whatever the batch size and parallelism, given once or as
 * changes, the final rows equal DuckDB's. Runs on as {@link Seeds} says.
 */
class RandomJoinTest {
  private static final int TABLES = 26;
  private static final int QUERIES_PER_TABLE = 5;

  @TempDir Path directory;

  @Test
  void joinsEqualTheBatchEngines() throws Exception {
    OracleRun run = new OracleRun(TABLES, directory);
    run.play(
        0.8,
        (seed, choice, duckdb) -> {
          RandomTable a = RandomTable.of("a", choice);
          RandomTable b = RandomTable.of("b", choice);
          // rows are out of order by up to 20 minutes: nothing is late, and state is freed early
          String ddl =
              (made(a, duckdb, seed) + made(b, duckdb, seed)).replace("'1' DAY", "'21' MINUTE");
          JoinQueries queries = new JoinQueries(choice, a, b);
          for (int i = 0; i < QUERIES_PER_TABLE; i++) {
            run.ask(ddl, queries.next(), RandomQueryTest.ways(seed + i));
          }
        });
  }

  private String made(RandomTable table, Connection duckdb, long seed) throws Exception {
    Path file = directory.resolve(table.name() + "-" + seed + ".json");
    table.write(file);
    table.createIn(duckdb);
    return table.ddl(file);
  }
}
