package dev.sluice.benchmark.flink;

import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.table.api.TableResult;

/**
 * Runs one SQL file in streaming mode on an in-process cluster: {@code FlinkSql FILE PARALLELISM
 * REUSE}, the last whether operators hand on objects without copying them, which Flink leaves off.
 * Prints one line of JSON: the milliseconds from submission to the end, and those that Flink itself
 * counts for the job.
 */
public final class FlinkSql {

  private FlinkSql() {}

  /** See the class comment. Ends with exit code 0 or the exception's stack trace. */
  public static void main(String[] args) throws Exception {
    Configuration options = new Configuration();
    options.setString("parallelism.default", args[1]);
    options.setString("pipeline.object-reuse", args[2]);
    options.setString("table.local-time-zone", "UTC");
    options.setString("taskmanager.numberOfTaskSlots", args[1]);
    TableEnvironment tables =
        TableEnvironment.create(
            EnvironmentSettings.newInstance().inStreamingMode().withConfiguration(options).build());
    long started = 0;
    long jobMillis = 0;
    for (String statement : Files.readString(Path.of(args[0])).split(";\\s*\n")) {
      if (statement.isBlank()) {
        continue;
      }
      started = System.nanoTime();
      TableResult result = tables.executeSql(statement);
      if (result.getJobClient().isPresent()) {
        jobMillis = result.getJobClient().get().getJobExecutionResult().get().getNetRuntime();
      }
    }
    long millis = (System.nanoTime() - started) / 1_000_000;
    System.out.println("{\"elapsedMillis\":" + millis + ",\"jobMillis\":" + jobMillis + "}");
    System.exit(0);
  }
}
