package dev.sluice.pipeline.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.batch.RecordBatch;
import dev.sluice.connector.ConnectorRegistry;
import dev.sluice.connector.MalformedRecord;
import dev.sluice.connector.OptionSpec.Role;
import dev.sluice.connector.Options;
import dev.sluice.connector.RowDecoder;
import dev.sluice.connector.RowFormat;
import dev.sluice.error.UserError;
import dev.sluice.format.RowText;
import dev.sluice.format.TextWriter;
import dev.sluice.pipeline.Session;
import dev.sluice.pipeline.SessionOptions;
import dev.sluice.pipeline.SqlText;
import dev.sluice.plan.PlanJson;
import dev.sluice.plan.TableRef;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.Schema;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Texts like those in {@code src/test/resources/fuzz}, changed at random: whoever reads them takes
 * them, or refuses them in the way it says it does, soon. Each target has a second; {@code
 * -Dsluice.fuzz.seconds=600} gives it more, {@code -Dsluice.fuzz.seed=…} repeats. What failed once
 * belongs into the resources.
 */
class FuzzTest {
  private static final long SECONDS = Long.getLong("sluice.fuzz.seconds", 1);
  private static final long SEED = Long.getLong("sluice.fuzz.seed", System.nanoTime());
  private static final long SLOW_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final ObjectMapper JACKSON = new ObjectMapper();

  private static final Schema ROW =
      Schema.of(
          new Field("i", DataType.of(Kind.BIGINT)),
          new Field("s", DataType.string()),
          new Field("d", DataType.of(Kind.DOUBLE)),
          new Field("b", DataType.of(Kind.BOOLEAN)),
          new Field("n", DataType.decimal(12, 3)),
          new Field("ts", DataType.of(Kind.TIMESTAMP, 3)));

  /** Who reads. */
  enum Target {
    SQL("sql"),
    JSON("json"),
    CSV("csv"),
    DEBEZIUM("debezium-json"),
    CANAL("canal-json"),
    PLAN("plan"),
    OPTION("option"),
    URL("url");

    final String folder;

    Target(String folder) {
      this.folder = folder;
    }
  }

  private static List<byte[]> corpus(Target target) throws IOException {
    Path folder = Path.of("src/test/resources/fuzz", target.folder);
    List<byte[]> texts = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.sorted().toList()) {
        texts.add(Files.readAllBytes(file));
      }
    }
    if (target == Target.PLAN) {
      texts.add(PlanJson.write(ROW).getBytes(StandardCharsets.UTF_8));
    }
    assertThat(texts).as("texts in " + folder).isNotEmpty();
    return texts;
  }

  @ParameterizedTest
  @EnumSource
  void isReadOrRefused(Target target) throws IOException {
    List<byte[]> corpus = corpus(target);
    try (BufferAllocator allocator = new RootAllocator(512L << 20)) {
      for (byte[] text : corpus) {
        read(target, text, allocator);
      }
      Mutator mutator = new Mutator(corpus, SEED);
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
      long count = 0;
      while (System.nanoTime() < end) {
        read(target, mutator.next(), allocator);
        count++;
      }
      assertThat(count).isPositive();
      System.out.println("fuzz " + target + ": " + count + " texts");
    }
  }

  private static void read(Target target, byte[] text, BufferAllocator allocator) {
    long started = THREADS.getCurrentThreadCpuTime();
    try {
      switch (target) {
        case SQL -> sql(new String(text, StandardCharsets.UTF_8));
        case JSON -> json(text, allocator);
        case CSV, DEBEZIUM, CANAL -> decoded(target.folder, text, allocator);
        case PLAN -> plan(new String(text, StandardCharsets.UTF_8));
        case OPTION -> option(new String(text, StandardCharsets.UTF_8));
        case URL -> url(new String(text, StandardCharsets.UTF_8));
        default -> throw new IllegalStateException();
      }
    } catch (RuntimeException | Error e) {
      throw new AssertionError(
          target
              + ", seed "
              + SEED
              + ", text (base64) "
              + Base64.getEncoder().encodeToString(text)
              + ", that is "
              + new String(text, StandardCharsets.UTF_8),
          e);
    }
    assertThat(THREADS.getCurrentThreadCpuTime() - started)
        .as("%s takes too long over %s", target, Base64.getEncoder().encodeToString(text))
        .isLessThan(SLOW_NANOS);
  }

  private static void sql(String text) {
    try {
      new Session(
              new SessionOptions(
                  ConnectorRegistry.load(),
                  Map.of(),
                  name -> Optional.empty(),
                  Map.of(),
                  "fuzz",
                  Path.of("target")))
          .prepare(List.of(new SqlText("fuzz.sql", text)));
    } catch (UserError e) {
      assertThat(e.summary()).isNotBlank();
    }
  }

  private static RowDecoder decoder(String format, BufferAllocator allocator) {
    RowFormat rows = ConnectorRegistry.rowFormat(format);
    return rows.decoder(
        ROW,
        ROW,
        Options.check(
            new TableRef("t", "any", Map.of(), Set.of(), ROW, Map.of(), List.of("i"), List.of()),
            rows.options(),
            Role.SOURCE),
        allocator);
  }

  /** The rows of a text, as text; empty if it is refused. */
  private static List<List<String>> decoded(String format, byte[] text, BufferAllocator allocator) {
    List<List<String>> rows = new ArrayList<>();
    try (RowDecoder decoder = decoder(format, allocator)) {
      try {
        decoder.decode(text, 0, text.length);
      } catch (MalformedRecord e) {
        assertThat(e.at()).isBetween(-1, text.length);
      }
      try (RecordBatch batch = decoder.finish()) {
        for (int row = 0; row < batch.rowCount(); row++) {
          List<String> cells = new ArrayList<>();
          for (int c = 0; c < batch.schema().size(); c++) {
            TextWriter cell = new TextWriter();
            RowText.value(batch.schema().type(c), batch.vector(c), batch.position(row), cell);
            cells.add(cell.toString());
          }
          rows.add(cells);
        }
      }
    }
    return rows;
  }

  /** What both take means the same to both. */
  private static void json(byte[] text, BufferAllocator allocator) {
    List<List<String>> rows = decoded("json", text, allocator);
    JsonNode tree;
    try {
      tree = JACKSON.readTree(text);
    } catch (JsonProcessingException e) {
      return;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    if (rows.size() == 1 && tree != null && tree.isObject()) {
      JsonNode i = tree.path("i");
      JsonNode s = tree.path("s");
      JsonNode b = tree.path("b");
      if (i.isIntegralNumber()) {
        assertThat(rows.get(0).get(0)).isEqualTo(i.bigIntegerValue().toString());
      }
      if (s.isTextual() && !s.textValue().contains("\ufffd")) {
        assertThat(rows.get(0).get(1)).isEqualTo(s.textValue());
      }
      if (b.isBoolean()) {
        assertThat(rows.get(0).get(3)).isEqualTo(b.toString());
      }
    }
  }

  private static void plan(String text) {
    try {
      PlanJson.readSchema(text);
    } catch (IllegalArgumentException | IllegalStateException | UserError e) {
      assertThat(e.getMessage()).isNotNull();
    }
    try {
      PlanJson.read(text);
    } catch (IllegalArgumentException | IllegalStateException | UserError e) {
      assertThat(e.getMessage()).isNotNull();
    }
  }

  private static void option(String text) {
    try {
      Options.parseDuration(text);
    } catch (IllegalArgumentException e) {
      assertThat(e.getMessage()).isNotNull();
    }
    try {
      Options.parseSize(text);
    } catch (IllegalArgumentException e) {
      assertThat(e.getMessage()).isNotNull();
    }
  }

  private static void url(String text) {
    TableRef table =
        new TableRef(
            "t", "jdbc", Map.of("url", text), Set.of(), ROW, Map.of(), List.of(), List.of());
    try {
      ConnectorRegistry.load().connector("jdbc").validate(table, Role.SOURCE);
    } catch (UserError e) {
      assertThat(e.summary()).isNotBlank();
    }
  }
}
