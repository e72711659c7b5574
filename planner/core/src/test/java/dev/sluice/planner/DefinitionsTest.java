package dev.sluice.planner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.connector.ConnectorRegistry;
import dev.sluice.error.UserError;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DefinitionsTest {
  private final Planner planner =
      new Planner(ConnectorRegistry.load(), Map.of(), name -> Optional.empty());

  private void apply(String sql) {
    planner.parse("test", sql).forEach(s -> planner.apply((Statement.Definition) s));
  }

  private UserError refusal(String sql) {
    return catchThrowableOfType(UserError.class, () -> apply(sql));
  }

  @Test
  void refusesAViewThatReadsItselfAndKeepsTheOneBefore() {
    apply(
        "CREATE TABLE t (a INT) WITH ('connector' = 'datagen'); CREATE VIEW v AS SELECT a FROM t");
    apply("CREATE VIEW w AS SELECT a FROM v");

    assertThat(refusal("CREATE OR REPLACE VIEW v AS SELECT * FROM v").code().id())
        .isEqualTo("SLU-2001");
    assertThat(refusal("CREATE OR REPLACE VIEW v AS SELECT * FROM w").code().id())
        .isEqualTo("SLU-2001");
    assertThat(planner.objects().get("v").size()).isEqualTo(1);
  }

  @Test
  void dropsAnObjectOnlyAsWhatItIs() {
    apply(
        "CREATE STREAM s (a INT) WITH ('connector' = 'datagen'); CREATE VIEW v AS SELECT a FROM s");

    assertThat(refusal("DROP VIEW s").hint()).contains("use DROP TABLE s");
    assertThat(refusal("DROP TABLE v").hint()).contains("use DROP VIEW v");
    apply("DROP VIEW v; DROP STREAM s; DROP VIEW IF EXISTS v");
    assertThat(planner.objects()).isEmpty();
  }

  @Test
  void pointsIntoTheTextOfAView() {
    apply("CREATE TABLE t (a INT) WITH ('connector' = 'datagen')");

    UserError unknown = refusal("CREATE VIEW v AS\nSELECT a,\n  bb FROM t");
    assertThat(unknown.code().id()).isEqualTo("SLU-2003");
    assertThat(unknown.position().map(p -> p.line() + ":" + p.column())).contains("3:3");
  }

  @Test
  void pointsIntoTheExpressionsOfATable() {
    UserError column =
        refusal("CREATE STREAM s (a INT,\n b AS a + c) WITH ('connector' = 'datagen')");
    assertThat(column.position().map(p -> p.line() + ":" + p.column())).contains("2:11");
    UserError watermark =
        refusal(
            "CREATE STREAM s (t TIMESTAMP(3),\n WATERMARK FOR t AS tt - INTERVAL '1' SECOND)"
                + " WITH ('connector' = 'datagen')");
    assertThat(watermark.position().map(p -> p.line() + ":" + p.column())).contains("2:21");
  }
}
