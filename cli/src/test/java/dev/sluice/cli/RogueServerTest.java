package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Databases that answer what no database would. */
class RogueServerTest {
  private static final String PASSWORD = "c4nary-p4ssword";
  private static final String SECRET = "c4nary-of-a-file-of-this-machine";
  private static final String ESCAPES = "\u001b[2J\u001b]0;owned\u0007\r\nerror[SLU-1001]: forged";

  @TempDir Path directory;

  /** What a MariaDB server does that is not one. */
  enum Maria {
    /** Asks for a local file in answer to the login. */
    FILE_AT_LOGIN,
    /** Asks for a local file in answer to every statement. */
    FILE_AT_STATEMENT,
    /** Asks for the password as it is. */
    CLEAR_PASSWORD,
    /** Asks for it by the plugin for dialogues. */
    DIALOG,
    /** Names a plugin that is a path. */
    PLUGIN_PATH,
    /** Refuses in words that steer a terminal. */
    ESCAPES,
    /** Speaks no protocol at all. */
    GARBAGE,
    /** Begins a packet that never comes. */
    LENGTH
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] joined(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  private byte[] fileRequest() {
    return joined(new byte[] {(byte) 0xfb}, text(directory.resolve("secret.txt").toString()));
  }

  private static byte[] switchTo(String plugin) {
    return joined(new byte[] {(byte) 0xfe}, text(plugin + "\0"), text("abcdefghijklmnopqrst\0"));
  }

  private void maria(Maria kind, InputStream in, OutputStream out) throws IOException {
    if (kind == Maria.GARBAGE) {
      out.write(new byte[] {(byte) 0xff, (byte) 0xff, (byte) 0xff, 0, 0x7f, 1, 2, 3});
      out.flush();
      return;
    }
    if (kind == Maria.LENGTH) {
      out.write(new byte[] {(byte) 0xff, (byte) 0xff, (byte) 0xff, 0, 10});
      out.flush();
      return;
    }
    FakeServer.mysqlPacket(out, 0, FakeServer.mysqlGreeting(false));
    FakeServer.mysqlRead(in);
    switch (kind) {
      case FILE_AT_LOGIN -> FakeServer.mysqlPacket(out, 2, fileRequest());
      case CLEAR_PASSWORD -> FakeServer.mysqlPacket(out, 2, switchTo("mysql_clear_password"));
      case DIALOG ->
          FakeServer.mysqlPacket(
              out, 2, joined(new byte[] {(byte) 0xfe}, text("dialog\0"), text("\4Password: \0")));
      case PLUGIN_PATH -> FakeServer.mysqlPacket(out, 2, switchTo("../../evil"));
      case ESCAPES ->
          FakeServer.mysqlPacket(
              out, 2, joined(new byte[] {(byte) 0xff, 0x15, 4}, text("#28000" + ESCAPES)));
      default -> FakeServer.mysqlPacket(out, 2, new byte[] {0, 0, 0, 2, 0, 0, 0});
    }
    for (byte[] said = FakeServer.mysqlRead(in); said.length > 0; said = FakeServer.mysqlRead(in)) {
      if (kind == Maria.FILE_AT_STATEMENT && said[0] == 3) {
        FakeServer.mysqlPacket(out, 1, fileRequest());
      }
    }
  }

  private Invocation read(String kind, int port) throws Exception {
    Files.writeString(directory.resolve("secret.txt"), SECRET);
    Files.writeString(
        directory.resolve("p.sql"),
        "CREATE STREAM s (id BIGINT) WITH ('connector' = 'jdbc', 'url' = 'jdbc:"
            + kind
            + "://127.0.0.1:"
            + port
            + "/x', 'username' = 'u', 'password' = '"
            + PASSWORD
            + "'); CREATE SINK o WITH ('connector' = 'blackhole') AS SELECT id FROM s;");
    return CompletableFuture.supplyAsync(() -> Invocation.of(directory, "run", "p.sql"))
        .get(60, TimeUnit.SECONDS);
  }

  private static void requireQuietRefusal(Invocation end, FakeServer server) {
    assertThat(end.code()).as(end.err()).isEqualTo(2);
    assertThat(end.err()).doesNotContain("OutOfMemory").doesNotContain(PASSWORD).contains("SLU-");
    assertThat(end.err().chars().filter(c -> Character.isISOControl(c) && c != '\n').count())
        .as(end.err())
        .isZero();
    assertThat(end.err().lines()).noneMatch(line -> line.startsWith("error[SLU-1001]"));
    assertThat(server.heard()).doesNotContain(SECRET).doesNotContain(PASSWORD);
  }

  @ParameterizedTest
  @EnumSource
  void aMariaDbThatIsNoneGetsNothing(Maria kind) throws Exception {
    try (FakeServer server = new FakeServer((client, in, out) -> maria(kind, in, out))) {
      requireQuietRefusal(read("mariadb", server.port()), server);
    }
  }

  /** What a PostgreSQL server does that is not one. */
  enum Postgres {
    /** Refuses in words that steer a terminal. */
    ESCAPES,
    /** Wants a login of a kind that there is not. */
    LOGIN,
    /** Speaks no protocol at all. */
    GARBAGE,
    /** Begins a message of two gigabytes. */
    LENGTH,
    /** Begins a message of less than nothing. */
    NEGATIVE,
    /** Lets anybody in, and answers every statement with a row of two gigabytes. */
    ROW
  }

  private static byte[] message(char type, byte[] body) {
    return joined(
        new byte[] {(byte) type}, ByteBuffer.allocate(4).putInt(body.length + 4).array(), body);
  }

  private static byte[] head(char type, int length) {
    return joined(new byte[] {(byte) type}, ByteBuffer.allocate(4).putInt(length).array());
  }

  private static void postgres(Postgres kind, InputStream in, OutputStream out) throws IOException {
    int length = ByteBuffer.wrap(in.readNBytes(4)).getInt();
    byte[] first = in.readNBytes(length - 4);
    if (ByteBuffer.wrap(first).getInt() != 3 << 16) {
      // not a login yet: whether there is TLS
      out.write('N');
      out.flush();
      in.readNBytes(ByteBuffer.wrap(in.readNBytes(4)).getInt() - 4);
    }
    byte[] failure =
        message(
            'E',
            joined(text("SFATAL\0"), text("C28P01\0"), text("M" + ESCAPES + "\0"), text("\0")));
    out.write(
        switch (kind) {
          case ESCAPES -> failure;
          case LOGIN -> message('R', ByteBuffer.allocate(4).putInt(9999).array());
          case GARBAGE -> text("HTTP/1.1 400 Bad Request\r\n\r\n");
          case LENGTH -> head('E', Integer.MAX_VALUE);
          case NEGATIVE -> head('R', -5);
          case ROW ->
              joined(
                  message('R', new byte[4]),
                  message('S', text("server_version\00018.0\0")),
                  message('S', text("server_encoding\0UTF8\0")),
                  message('S', text("client_encoding\0UTF8\0")),
                  message('S', text("standard_conforming_strings\0on\0")),
                  message('Z', text("I")),
                  head('D', Integer.MAX_VALUE),
                  new byte[] {0, 1, 0x7f, (byte) 0xff, (byte) 0xff, (byte) 0xf0});
        });
    out.flush();
    if (kind == Postgres.ROW) {
      // it ends while the row is awaited
      in.readNBytes(5);
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "ROW")
  void aPostgresThatIsNoneGetsNothing(Postgres kind) throws Exception {
    try (FakeServer server = new FakeServer((client, in, out) -> postgres(kind, in, out))) {
      requireQuietRefusal(read("postgresql", server.port()), server);
    }
  }

  /** Takes the connection, says nothing or too much; half a minute each, so not by default. */
  @Test
  @org.junit.jupiter.api.condition.EnabledIfSystemProperty(named = "sluice.slow", matches = "true")
  void aServerThatSaysNothingIsGivenUp() throws Exception {
    aPostgresThatIsNoneGetsNothing(Postgres.ROW);
    for (String kind : new String[] {"mariadb", "postgresql"}) {
      try (FakeServer server = new FakeServer((client, in, out) -> in.readAllBytes())) {
        requireQuietRefusal(read(kind, server.port()), server);
      }
    }
  }
}
