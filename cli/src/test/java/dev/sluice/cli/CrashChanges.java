package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.testing.databases.MariaDbServer;
import dev.sluice.testing.databases.PostgresServer;
import dev.sluice.testing.kafka.KafkaServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * The changes of a table in another database, as Debezium tells them, upserted into MariaDB and
 * PostgreSQL: as they are, and as sums of groups between which rows move.
 */
final class CrashChanges implements CrashRig.Subject {
  private static final int CHANGES = 12_000;
  private static final int IDS = 500;
  private static final String TOPIC = "crash-changes";

  /** The table when the changes have ended: group and value of each id. */
  private final Map<Long, long[]> table = new TreeMap<>();

  CrashChanges(Random random) {
    List<String> records = new ArrayList<>();
    for (int i = 0; i < CHANGES; i++) {
      long id = random.nextInt(IDS);
      long[] before = table.get(id);
      boolean gone = before != null && random.nextInt(5) == 0;
      long[] after = {random.nextInt(30), random.nextInt(1000)};
      if (gone) {
        table.remove(id);
      } else {
        table.put(id, after);
      }
      records.add(
          String.format(
              Locale.ROOT,
              "{\"before\":%s,\"after\":%s,\"op\":\"%s\"}",
              image(id, before),
              gone ? "null" : image(id, after),
              gone ? "d" : before == null ? "c" : "u"));
    }
    KafkaServer.shared().createTopic(TOPIC, 1);
    KafkaServer.shared().produce(TOPIC, 0, records.toArray(new String[0]));
  }

  private static String image(long id, long[] row) {
    return row == null
        ? "null"
        : String.format(Locale.ROOT, "{\"id\":%d,\"g\":%d,\"v\":%d}", id, row[0], row[1]);
  }

  @Override
  public String sql(String name) {
    PostgresServer postgres = PostgresServer.shared();
    MariaDbServer maria = MariaDbServer.shared();
    String toMaria =
        CrashRig.login(maria.url(), MariaDbServer.USER, MariaDbServer.PASSWORD).replace(")", "");
    String toPostgres =
        CrashRig.login(postgres.url(), PostgresServer.USER, PostgresServer.PASSWORD)
            .replace(")", "");
    return String.join(
        "\n",
        "SET 'pipeline.name' = 'crash_" + name + "';",
        "SET 'checkpoint.interval' = '30 ms';",
        "SET 'batch.rows' = '200';",
        "CREATE STREAM s (id BIGINT, g BIGINT, v BIGINT, PRIMARY KEY (id) NOT ENFORCED) WITH (",
        "  'connector' = 'kafka', 'topic' = '" + TOPIC + "', 'format' = 'debezium-json',",
        "  'scan.bounded.mode' = 'latest-offset', 'properties.bootstrap.servers' = '"
            + KafkaServer.shared().bootstrap()
            + "');",
        rows("maria", "c_" + name, toMaria),
        rows("pg", "c_" + name, toPostgres),
        "CREATE SINK sums (g BIGINT, n BIGINT, v BIGINT, PRIMARY KEY (g) NOT ENFORCED) WITH (",
        "  'connector' = 'jdbc', 'table.create' = 'true', 'table-name' = 's_" + name + "',",
        "  'url' = " + toMaria + ");",
        "INSERT INTO sums SELECT g, COUNT(*) AS n, SUM(v) AS v FROM s GROUP BY g EMIT ON UPDATE;");
  }

  private static String rows(String sink, String target, String login) {
    return "CREATE SINK "
        + sink
        + " (id BIGINT, g BIGINT, v BIGINT, PRIMARY KEY (id) NOT ENFORCED) WITH ('connector' ="
        + " 'jdbc', 'table.create' = 'true', 'table-name' = '"
        + target
        + "', 'url' = "
        + login
        + ");\nINSERT INTO "
        + sink
        + " SELECT id, g, v FROM s EMIT ON UPDATE;";
  }

  /** The state between two epochs is known to nobody but the pipeline. */
  @Override
  public void requirePart(String name, CharSequence story) {}

  @Override
  public void requireAll(String name, String story) throws SQLException {
    List<String> rows = new ArrayList<>();
    Map<Long, long[]> groups = new TreeMap<>();
    table.forEach(
        (id, row) -> {
          rows.add(id + " " + row[0] + " " + row[1]);
          long[] sum = groups.computeIfAbsent(row[0], g -> new long[2]);
          sum[0]++;
          sum[1] += row[1];
        });
    List<String> sums = new ArrayList<>();
    groups.forEach((g, sum) -> sums.add(g + " " + sum[0] + " " + sum[1]));
    assertThat(read(MariaDbServer.shared().connect(), "c_" + name, "id, g, v"))
        .as("mariadb, " + story)
        .isEqualTo(rows);
    assertThat(read(PostgresServer.shared().connect(), "c_" + name, "id, g, v"))
        .as("postgres, " + story)
        .isEqualTo(rows);
    assertThat(read(MariaDbServer.shared().connect(), "s_" + name, "g, n, v"))
        .as("sums in mariadb, " + story)
        .isEqualTo(sums);
  }

  private static List<String> read(Connection opened, String name, String columns)
      throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Connection connection = opened;
        Statement statement = connection.createStatement();
        ResultSet found =
            statement.executeQuery("SELECT " + columns + " FROM " + name + " ORDER BY 1")) {
      while (found.next()) {
        rows.add(found.getLong(1) + " " + found.getLong(2) + " " + found.getLong(3));
      }
    }
    return rows;
  }
}
