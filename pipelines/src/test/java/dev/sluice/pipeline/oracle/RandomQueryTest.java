package dev.sluice.pipeline.oracle;

import dev.sluice.pipeline.oracle.OracleRun.Way;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random queries over random tables: whatever the batch size and parallelism, the final rows equal
 * DuckDB's batch answer. Runs on as {@link Seeds} says.
 */
class RandomQueryTest {
  private static final int TABLES = 30;
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
          Queries queries = new Queries(choice, table);
          for (int i = 0; i < QUERIES_PER_TABLE; i++) {
            run.ask(table.ddl(file), queries.next(), ways(seed + i));
          }
        });
  }

  /** At full size, and in one of the ways that cut rows into batches and tasks. */
  static List<Way> ways(long turn) {
    return List.of(Way.of(32_768, 2), Way.cut(turn));
  }
}
