package dev.sluice.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.batch.RecordBatch;
import dev.sluice.connector.ConnectorRegistry;
import dev.sluice.format.RowText;
import dev.sluice.format.TextWriter;
import dev.sluice.function.FunctionCatalog;
import dev.sluice.function.FunctionSpec;
import dev.sluice.function.FunctionSpec.Kind;
import dev.sluice.function.FunctionSpec.Param;
import dev.sluice.function.FunctionSpec.Signature;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The manual of functions is made from their declarations, and every example in it is run. {@code
 * -Daccept=true} writes the manual anew.
 */
class FunctionsManualTest {
  private static final Path MANUAL = Path.of("../docs/functions.md");
  private static final String ROWS =
      " FROM (VALUES ('ann', 2, 1.5, 'new', TRUE, 7), ('bob', 3, 2.5, 'old', FALSE, 8)) AS"
          + " t(name, price, delay, status, ok, user_id)";

  static Stream<FunctionSpec> functions() {
    return FunctionCatalog.all().stream().filter(f -> !isOperator(f));
  }

  private static boolean isOperator(FunctionSpec function) {
    return !function.name().matches("[A-Z][A-Z0-9_]*");
  }

  @ParameterizedTest
  @MethodSource("functions")
  void exampleIsTrue(FunctionSpec function) throws Exception {
    String example = function.example();
    assertThat(example).as("example of " + function.name()).isNotBlank();
    String query = "SELECT " + example + (function.kind() == Kind.AGGREGATE ? ROWS : "");
    List<String> rows = run(query);
    assertThat(rows).as(query).hasSize(1);
    if (example.contains(" = ") || example.contains(" IS ")) {
      assertThat(rows).as(query).containsExactly("+I[true]");
    }
  }

  private static List<String> run(String query) throws InterruptedException {
    Session session =
        new Session(
            new SessionOptions(
                ConnectorRegistry.load(),
                Map.of(),
                name -> Optional.empty(),
                Map.of(),
                "manual",
                Path.of(".")));
    List<String> rows = new ArrayList<>();
    for (Step step : session.prepare(List.of(new SqlText("example", query)))) {
      session
          .start(((Step.Query) step).plan(), batch -> add(batch, rows), new StringBuilder())
          .await();
    }
    return rows;
  }

  private static void add(RecordBatch batch, List<String> rows) {
    try (batch) {
      for (int i = 0; i < batch.rowCount(); i++) {
        TextWriter text = new TextWriter();
        RowText.row(batch, batch.position(i), text);
        rows.add(text.toString());
      }
    }
  }

  @Test
  void manualIsUpToDate() throws Exception {
    String manual = manual();
    if (Boolean.getBoolean("accept")) {
      Files.writeString(MANUAL, manual);
    }
    assertThat(Files.readString(MANUAL)).isEqualTo(manual);
  }

  private static String manual() {
    Map<String, List<FunctionSpec>> byCategory = new TreeMap<>();
    functions()
        .forEach(f -> byCategory.computeIfAbsent(f.category(), c -> new ArrayList<>()).add(f));
    StringBuilder text =
        new StringBuilder(
            """
            # Functions

            Made from the functions themselves; every example is run by the tests. `SHOW FUNCTIONS` and, in the
            shell, `\\df` list them too. Names are not case-sensitive. Unless said otherwise the result is NULL if an
            argument is. Operators (`+ - * / || = <> < <= > >= AND OR NOT LIKE BETWEEN IN IS …`) and CAST, TRY_CAST
            and CASE are as in standard SQL.
            """);
    byCategory.forEach(
        (category, functions) -> {
          text.append("\n## ").append(title(category)).append("\n\n");
          text.append("| function | what it gives | example |\n| --- | --- | --- |\n");
          functions.forEach(f -> text.append(line(f)));
        });
    return text.toString();
  }

  private static String title(String category) {
    return category.substring(0, 1).toUpperCase(Locale.ROOT) + category.substring(1);
  }

  private static String line(FunctionSpec function) {
    List<String> calls = new ArrayList<>();
    for (Signature signature : function.signatures()) {
      String call = "`" + function.name() + arguments(signature) + "`";
      if (!calls.contains(call)) {
        calls.add(call);
      }
    }
    String also =
        function.aliases().isEmpty() ? "" : " Also " + String.join(", ", function.aliases()) + ".";
    return "| "
        + String.join("<br>", calls)
        + " | "
        + cell(function.description() + also)
        + " | `"
        + cell(function.example())
        + "` |\n";
  }

  private static String arguments(Signature signature) {
    List<String> names = new ArrayList<>();
    int required = signature.params().size() - signature.optional();
    for (int i = 0; i < signature.params().size(); i++) {
      String name = name(signature.params().get(i));
      names.add(i >= required ? "[" + name + "]" : name);
    }
    return "(" + String.join(", ", names) + (signature.variadic() ? ", …" : "") + ")";
  }

  private static String name(Param param) {
    return param.name().toLowerCase(Locale.ROOT);
  }

  private static String cell(String text) {
    return text.replace("|", "\\|");
  }
}
