package dev.sluice.connector.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.plan.TableRef;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.Schema;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The contract on an H2 database in memory. */
class H2Test extends JdbcContract {
  private static final String URL = "jdbc:h2:mem:contract;DB_CLOSE_DELAY=-1";

  @Override
  Map<String, String> login() {
    return Map.of("url", URL);
  }

  @Override
  Connection connect() throws SQLException {
    return DriverManager.getConnection(URL, "sa", "");
  }

  @Override
  String schema() {
    return "public";
  }

  @Override
  String quote(String name) {
    return '"' + name + '"';
  }

  @Test
  void relativeFilesAreTakenFromTheWorkingDirectory() throws Exception {
    Path work = Files.createDirectories(folder.resolve("work"));
    for (String url :
        List.of("jdbc:h2:./a", "jdbc:h2:file:./deep/b", "jdbc:h2:../c;CACHE_SIZE=100")) {
      TableRef table =
          new TableRef(
              "x",
              "jdbc",
              Map.of("url", url, "table.create", "true"),
              Set.of(),
              Schema.of(new Field("k", DataType.string())),
              Map.of(),
              List.of(),
              List.of());
      try (JdbcHarness harness = new JdbcHarness(work)) {
        harness.write(table, new JdbcHarness.Change[] {JdbcHarness.insert("v")});
      }
    }
    assertThat(work.resolve("a.mv.db")).exists();
    assertThat(work.resolve("deep/b.mv.db")).exists();
    assertThat(folder.resolve("c.mv.db")).exists();
  }
}
