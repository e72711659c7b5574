package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Servers that show another's certificate, where a pipeline asks for one to be checked. Those in
 * {@code src/test/resources/tls} are good until 2120, but for the one that never was.
 */
class TlsTest {
  private static final String PASSWORD = "c4nary-p4ssword";

  @TempDir Path directory;

  /** How a connection becomes a TLS one, and how a table asks for that. */
  enum Protocol {
    KAFKA(
        "'connector' = 'kafka', 'topic' = 't', 'format' = 'json', 'properties.bootstrap.servers' ="
            + " 'localhost:%d', 'properties.security.protocol' = 'SASL_SSL',"
            + " 'properties.sasl.mechanism' = 'PLAIN', 'properties.sasl.jaas.config' ="
            + " 'org.apache.kafka.common.security.plain.PlainLoginModule required username=\"u\""
            + " password=\""
            + PASSWORD
            + "\";', 'properties.ssl.truststore.type' = 'PEM',"
            + " 'properties.ssl.truststore.location' = '%s',"
            + " 'properties.default.api.timeout.ms' = '2500', 'properties.request.timeout.ms' ="
            + " '2000'"),
    POSTGRESQL(
        "'connector' = 'jdbc', 'url' ="
            + " 'jdbc:postgresql://localhost:%d/x?sslmode=verify-full&sslrootcert=%s',"
            + " 'username' = 'u', 'password' = '"
            + PASSWORD
            + "'"),
    MARIADB(
        "'connector' = 'jdbc', 'url' ="
            + " 'jdbc:mariadb://localhost:%d/x?sslMode=verify-full&serverSslCert=%s', 'username'"
            + " = 'u', 'password' = '"
            + PASSWORD
            + "'");

    final String options;

    Protocol(String options) {
      this.options = options;
    }

    void begin(Socket client, InputStream in) throws IOException {
      switch (this) {
        case KAFKA -> {
          // TLS from the first byte
        }
        case POSTGRESQL -> {
          in.readNBytes(8);
          client.getOutputStream().write('S');
        }
        case MARIADB -> {
          FakeServer.mysqlPacket(client.getOutputStream(), 0, FakeServer.mysqlGreeting(true));
          FakeServer.mysqlRead(in);
        }
      }
    }
  }

  private static SSLContext context(String certificate) {
    try (InputStream in = TlsTest.class.getResourceAsStream("/tls/" + certificate + ".p12")) {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(in, "changeit".toCharArray());
      KeyManagerFactory keys =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(store, "changeit".toCharArray());
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), null, null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException(certificate, e);
    }
  }

  private String script(Protocol protocol, int port) throws IOException {
    Path trusted = directory.resolve("ca.pem");
    try (InputStream in = TlsTest.class.getResourceAsStream("/tls/ca.pem")) {
      Files.copy(in, trusted, StandardCopyOption.REPLACE_EXISTING);
    }
    Files.writeString(
        directory.resolve("p.sql"),
        "CREATE STREAM s (id BIGINT) WITH ("
            + String.format(protocol.options, port, trusted)
            + "); CREATE SINK o WITH ('connector' = 'blackhole') AS SELECT id FROM s;");
    return "p.sql";
  }

  @ParameterizedTest
  @CsvSource({
    "KAFKA, expired",
    "KAFKA, wrong-host",
    "KAFKA, self-signed",
    "POSTGRESQL, expired",
    "POSTGRESQL, wrong-host",
    "POSTGRESQL, self-signed",
    "MARIADB, expired",
    "MARIADB, wrong-host",
    "MARIADB, self-signed",
    "KAFKA, good",
    "POSTGRESQL, good",
    "MARIADB, good"
  })
  void onlyTheServerThatIsMeantIsTalkedTo(Protocol protocol, String certificate) throws Exception {
    SSLContext context = context(certificate);
    AtomicInteger told = new AtomicInteger();
    AtomicInteger tries = new AtomicInteger();
    try (FakeServer server =
        new FakeServer(
            (client, in, out) -> {
              protocol.begin(client, in);
              tries.incrementAndGet();
              try (SSLSocket tls =
                  (SSLSocket)
                      context.getSocketFactory().createSocket(client, "localhost", 0, true)) {
                tls.setUseClientMode(false);
                tls.startHandshake();
                // a client that does not trust the certificate says nothing over the connection
                if (tls.getInputStream().read() >= 0) {
                  told.incrementAndGet();
                }
              }
            })) {
      String script = script(protocol, server.port());
      CompletableFuture<Invocation> run =
          CompletableFuture.supplyAsync(() -> Invocation.of(directory, "run", script));
      if (certificate.equals("good")) {
        await().atMost(Duration.ofSeconds(30)).until(() -> told.get() > 0);
      }
      Invocation end = run.get(60, TimeUnit.SECONDS);
      assertThat(end.code()).as(end.err()).isEqualTo(2);
      assertThat(end.err()).doesNotContain(PASSWORD);
      assertThat(tries).hasPositiveValue();
      if (!certificate.equals("good")) {
        assertThat(told).as(end.err()).hasValue(0);
      }
    }
  }

  /** A server between the two that says it knows no TLS. */
  @ParameterizedTest
  @EnumSource(
      value = Protocol.class,
      names = {"POSTGRESQL", "MARIADB"})
  void aConnectionThatShallBePrivateIsNotMadeInTheOpen(Protocol protocol) throws Exception {
    try (FakeServer server =
        new FakeServer(
            (client, in, out) -> {
              if (protocol == Protocol.POSTGRESQL) {
                in.readNBytes(8);
                out.write('N');
                out.flush();
              } else {
                FakeServer.mysqlPacket(out, 0, FakeServer.mysqlGreeting(false));
              }
              in.readAllBytes();
            })) {
      Invocation end = Invocation.of(directory, "run", script(protocol, server.port()));
      assertThat(end.code()).as(end.err()).isEqualTo(2);
      assertThat(end.err()).doesNotContain(PASSWORD);
      // nothing of a login: not even the user
      assertThat(server.heard()).doesNotContain("user").doesNotContain("mysql_native_password");
    }
  }
}
