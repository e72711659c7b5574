package dev.sluice.connector.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.connector.OptionSpec.Role;
import dev.sluice.error.UserError;
import dev.sluice.plan.TableRef;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.Schema;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that unfold without end. */
class UnpackLimitTest {
  private static final Schema ROW = Schema.of(new Field("id", DataType.of(Kind.BIGINT)));
  private static final int BOMB_BYTES = 80 << 20;

  @TempDir Path folder;
  private FileHarness host;

  @BeforeEach
  void open() {
    host = new FileHarness(folder);
  }

  @AfterEach
  void allocatorClosesAtZero() {
    host.close();
  }

  private static TableRef table(String path, String format, String... more) {
    Map<String, String> options = new HashMap<>(Map.of("path", path, "format", format));
    for (int i = 0; i < more.length; i += 2) {
      options.put(more[i], more[i + 1]);
    }
    return FileHarness.table(ROW, options);
  }

  /** Lines of spaces, which the json reader skips: nothing but the limit stops it. */
  private void bomb(String name) throws IOException {
    byte[] blanks = new byte[1 << 20];
    Arrays.fill(blanks, (byte) ' ');
    blanks[blanks.length - 1] = '\n';
    OutputStream raw = Files.newOutputStream(folder.resolve(name));
    try (OutputStream out =
        name.endsWith(".gz")
            ? new GZIPOutputStream(raw)
            : new com.github.luben.zstd.ZstdOutputStream(raw)) {
      for (int done = 0; done < BOMB_BYTES; done += blanks.length) {
        out.write(blanks);
      }
      out.write("{\"id\":1}\n".getBytes(StandardCharsets.UTF_8));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bomb.json.gz", "bomb.json.zst"})
  void packedTextUnfoldsOnlySoFar(String name) throws IOException {
    bomb(name);
    assertThat(Files.size(folder.resolve(name))).isLessThan(BOMB_BYTES / 500);
    assertThatThrownBy(() -> host.read(table(name, "json", "source.max-unpack-ratio", "500")))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("unpacks to more than 500 times its size");
    assertThat(host.read(table(name, "json", "source.max-unpack-ratio", "1000000")))
        .containsExactly("+I[1]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"zstd", "gzip"})
  void aPageOfAParquetFileUnfoldsOnlySoFar(String codec) throws SQLException, IOException {
    int length = (int) UnpackLimit.FREE_BYTES + 1000;
    try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = duckdb.createStatement()) {
      statement.execute(
          "COPY (SELECT repeat('a', "
              + length
              + ") AS s) TO '"
              + folder.resolve("bomb.parquet")
              + "' (FORMAT parquet, COMPRESSION "
              + codec
              + ")");
    }
    assertThat(Files.size(folder.resolve("bomb.parquet"))).isLessThan(length / 500);
    Schema schema = Schema.of(new Field("s", DataType.string()));
    Map<String, String> options = Map.of("path", "bomb.parquet", "source.max-unpack-ratio", "500");
    assertThatThrownBy(() -> host.read(FileHarness.table(schema, options)))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("column 's' unpacks to more than 500 times its size");
  }

  @Test
  void aSmallPageMayPackToNothing() {
    UnpackLimit limit = new UnpackLimit(1000);
    limit.check("a page", 20, 1 << 20);
    assertThatThrownBy(() -> limit.check("a page", 20, UnpackLimit.FREE_BYTES + 1))
        .isInstanceOf(UserError.class);
    limit.check("a page", UnpackLimit.FREE_BYTES / 900, UnpackLimit.FREE_BYTES + 1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "x"})
  void theRatioIsANumberAboveZero(String ratio) {
    assertThatThrownBy(
            () ->
                FileHarness.check(
                    table("a.json", "json", "source.max-unpack-ratio", ratio), Role.SOURCE))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("source.max-unpack-ratio");
  }
}
