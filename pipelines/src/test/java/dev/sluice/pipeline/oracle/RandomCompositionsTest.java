package dev.sluice.pipeline.oracle;

import dev.sluice.pipeline.oracle.OracleRun.Way;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random queries several operators deep, over tables of inserts and over histories of updates and
 * deletes, once and as changes: the final rows equal DuckDB's. Runs on as {@link Seeds} says.
 */
class RandomCompositionsTest {
  private static final int TABLES = 14;
  private static final int QUERIES_PER_TABLE = 5;
  private static final int[] BATCHES = {1, 7, 4096};
  private static final int[] TASKS = {1, 2, 5};

  @TempDir Path directory;

  @Test
  void compositionsEqualTheBatchEngines() throws Exception {
    OracleRun run = new OracleRun(TABLES, directory).mayRefuse();
    run.play(
        0.7,
        (seed, choice, duckdb) -> {
          RandomTable a = RandomTable.of("a", choice);
          RandomTable b = RandomTable.of("b", choice);
          String ddl = ddl(a, choice, duckdb, seed) + ddl(b, choice, duckdb, seed);
          Compositions queries = new Compositions(choice, List.of(a, b));
          for (int i = 0; i < QUERIES_PER_TABLE; i++) {
            run.ask(ddl, queries.next(), ways(seed * QUERIES_PER_TABLE + i));
          }
        });
  }

  /** Every size of batches, and every parallelism, each with another one the next time. */
  private static List<Way> ways(long turn) {
    List<Way> ways = new ArrayList<>();
    for (int i = 0; i < BATCHES.length; i++) {
      String emit = (turn + i) % 2 == 0 ? " EMIT ON UPDATE" : "";
      ways.add(new Way(emit, BATCHES[i], TASKS[(int) ((turn / 2 + i) % TASKS.length)]));
    }
    return ways;
  }

  private String ddl(RandomTable table, Choice choice, Connection duckdb, long seed)
      throws Exception {
    Path file = directory.resolve(table.name() + "-" + seed + ".json");
    table.createIn(duckdb);
    if (choice.oneIn(3)) {
      table.write(file);
      return table.ddl(file);
    }
    Histories histories = new Histories(choice, table);
    histories.write(file);
    return histories.ddl(file, choice.oneIn(2));
  }
}
