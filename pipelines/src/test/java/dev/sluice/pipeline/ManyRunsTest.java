package dev.sluice.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.sluice.connector.ConnectorRegistry;
import dev.sluice.connector.Settings;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A hundred queries one after another in one process (with {@code -Psoak} a thousand), as a shell
 * does: nothing is left of them.
 */
class ManyRunsTest {
  private static final int WARM_UP = 30;
  private static final int RUNS = Integer.getInteger("sluice.many.runs", 100);

  @TempDir Path directory;

  /** What a process has of things that may leak. */
  private record Held(int threads, long files, int classes, long classBytes) {}

  @Test
  void nothingIsLeftOfRuns() throws Exception {
    Held before = new Held(0, 0, 0, 0);
    for (int run = 0; run < RUNS; run++) {
      if (run == WARM_UP) {
        before = held(run);
      } else {
        held(run);
      }
    }
    Held after = held(RUNS);
    assertThat(after.threads()).isLessThanOrEqualTo(before.threads() + 2);
    assertThat(after.files()).isLessThanOrEqualTo(before.files() + 5);
    assertThat(after.classes()).isLessThanOrEqualTo(before.classes() + 100);
    assertThat(after.classBytes()).isLessThanOrEqualTo(before.classBytes() + (2L << 20));
  }

  /** Runs a query and says what is left when it has ended. */
  private Held held(int run) throws InterruptedException {
    Session session =
        new Session(
            new SessionOptions(
                ConnectorRegistry.load(),
                Map.of(),
                name -> Optional.empty(),
                Map.of("parallelism", "2", Settings.SPILL_ALWAYS, Boolean.toString(run % 2 == 0)),
                "many",
                directory));
    String sql =
        "CREATE TABLE d (k BIGINT, v AS k % 7) WITH ('connector' = 'datagen', 'number-of-rows' ="
            + " '500', 'fields.k.kind' = 'sequence', 'fields.k.start' = '1', 'fields.k.end' ="
            + " '500'); SELECT a.v, COUNT(*) AS n, SUM(a.k + "
            + run % 5
            + ") AS s FROM d a JOIN d b ON a.k = b.k GROUP BY a.v";
    for (Step step : session.prepare(List.of(new SqlText("query", sql)))) {
      if (step instanceof Step.Query query) {
        session.start(query.plan(), batch -> batch.close(), new StringBuilder()).await();
      }
    }
    if (run == WARM_UP || run == RUNS) {
      // classes that nobody uses are let go with the garbage
      System.gc();
    }
    long files =
        ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
            ? unix.getOpenFileDescriptorCount()
            : 0;
    return new Held(
        ManagementFactory.getThreadMXBean().getThreadCount(),
        files,
        ManagementFactory.getClassLoadingMXBean().getLoadedClassCount(),
        ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getName().equals("Metaspace"))
            .mapToLong(pool -> pool.getUsage().getUsed())
            .sum());
  }
}
