package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InvalidClassException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What SECURITY.md promises, tried through the front door. */
class SecurityTest {
  @TempDir Path directory;

  private static final String KAFKA =
      "CREATE STREAM s (v BIGINT) WITH ('connector' = 'kafka', 'topic' = 't', 'format' = 'json',"
          + " 'properties.bootstrap.servers' = '127.0.0.1:1', %s); SELECT * FROM s;";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "interceptor.classes",
        "metric.reporters",
        "key.deserializer",
        "value.serializer",
        "partitioner.class",
        "partition.assignment.strategy",
        "config.providers",
        "config.providers.file.class",
        "security.providers",
        "ssl.engine.factory.class",
        "sasl.login.class",
        "sasl.login.callback.handler.class",
        "sasl.client.callback.handler.class",
        "transactional.id",
        "enable.auto.commit",
        "enable.idempotence",
        "no.such.setting"
      })
  void propertiesThatNameCodeOrChangeDeliveryAreRefused(String property) throws IOException {
    Invocation check = check(String.format(KAFKA, "'properties." + property + "' = 'evil.Code'"));
    assertThat(check.code()).as(check.err()).isEqualTo(2);
    assertThat(check.err()).contains(property);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "com.sun.security.auth.module.JndiLoginModule required user.provider.url=\"ldap://x\";",
        "com.sun.security.auth.module.LdapLoginModule required userProvider=\"ldap://x\";",
        "evil.Module required;",
        "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"a\";"
            + " com.sun.security.auth.module.JndiLoginModule required;",
        "org.apache.kafka.common.security.plain.PlainLoginModule2 required;",
        "${env:NOTHING}com.sun.security.auth.module.JndiLoginModule required;",
        "com.sun.security.auth.module.JndiLoginModule required a=\"${env:NOTHING}\";",
        " \n"
      })
  void loginModulesThatAreNotKafkasAreRefused(String login) throws IOException {
    Invocation check =
        check(String.format(KAFKA, "'properties.sasl.jaas.config' = '" + login + "'"));
    assertThat(check.code()).as(check.err()).isEqualTo(2);
    assertThat(check.err()).contains("sasl.jaas.config").doesNotContain("://x");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "file:///etc/passwd",
        "http://169.254.169.254/latest/meta-data",
        "ftp://x",
        "${env:NOTHING}file:///etc/passwd"
      })
  void tokensComeFromNoFile(String url) throws IOException {
    for (String key :
        List.of("sasl.oauthbearer.token.endpoint.url", "sasl.oauthbearer.jwks.endpoint.url")) {
      Invocation check = check(String.format(KAFKA, "'properties." + key + "' = '" + url + "'"));
      assertThat(check.code()).as(check.err()).isEqualTo(2);
      assertThat(check.err()).contains(key).contains("https://");
    }
  }

  /** What a secret turns out to be is looked at, too, before a client is made. */
  @Test
  void aLoginByReferenceIsLookedAtOnceItIsKnown() throws IOException {
    Files.writeString(
        directory.resolve("login"),
        "com.sun.security.auth.module.JndiLoginModule required user.provider.url=\"ldap://x\";");
    Files.writeString(
        directory.resolve("x.sql"),
        String.format(
            KAFKA, "'properties.sasl.jaas.config' = '${file:" + directory.resolve("login") + "}'"));
    Invocation run = Invocation.of(directory, "run", "x.sql");
    assertThat(run.code()).as(run.err()).isEqualTo(2);
    assertThat(run.err()).contains("names a login that may not be used").doesNotContain("ldap");
  }

  @Test
  void kafkasOwnLoginsAreTaken() throws IOException {
    String login =
        "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"a\""
            + " password=\"b\";";
    Invocation check =
        check(String.format(KAFKA, "'properties.sasl.jaas.config' = '" + login + "'"));
    assertThat(check.err()).doesNotContain("sasl.jaas.config");
  }

  private Invocation check(String sql) throws IOException {
    Files.writeString(directory.resolve("x.sql"), sql);
    return Invocation.of(directory, "explain", "x.sql");
  }

  @Test
  void serializedObjectsAreRefused() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(new ArrayList<>(List.of("a")));
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      in.setObjectInputFilter(Main.REFUSE_ALL);
      assertThatThrownBy(in::readObject).isInstanceOf(InvalidClassException.class);
    }
  }

  @Test
  void dataDoesNotSteerTheTerminal() throws IOException {
    String evil = "\\u001b[2J\\u001b]0;owned\\u0007\\r\\nerror[SLU-1001]: forged\\u009b31m";
    Files.writeString(
        directory.resolve("in.json"), "{\"v\":\"" + evil + "\",\"n\":\"" + evil + "\"}\n");
    String source =
        "CREATE STREAM s (v STRING, n STRING) WITH ('connector' = 'filesystem', 'path' = 'in.json',"
            + " 'format' = 'json');";
    List<String> outputs = new ArrayList<>();
    for (String query :
        List.of(
            "SELECT v FROM s;",
            "SELECT CAST(n AS BIGINT) FROM s;",
            "CREATE SINK p WITH ('connector' = 'print') AS SELECT v FROM s;")) {
      Files.writeString(directory.resolve("q.sql"), source + query);
      Invocation run = Invocation.of(directory, "--output", "table", "-f", "q.sql");
      outputs.add(run.out() + run.err());
    }
    assertThat(outputs).allMatch(text -> text.contains("owned"));
    for (String text : outputs) {
      assertThat(text.chars().filter(c -> Character.isISOControl(c) && c != '\n').count())
          .as(text)
          .isZero();
      assertThat(text.lines()).noneMatch(line -> line.startsWith("error[SLU-1001]"));
    }
  }

  @Test
  void secretsAreNowhere() throws IOException {
    Random random = new Random();
    List<String> secrets = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      secrets.add("canary" + Long.toString(random.nextLong(Long.MAX_VALUE), 36));
    }
    Files.writeString(directory.resolve("in.json"), "{\"v\":1}\n{\"v\":2}\n");
    String sql =
        "CREATE STREAM s (v BIGINT) WITH ('connector' = 'filesystem', 'path' = 'in.json', 'format'"
            + " = 'json');\n"
            + "CREATE SINK d WITH ('connector' = 'jdbc', 'url' = 'jdbc:h2:./db', 'table.create' ="
            + " 'true', 'username' = 'sa', 'password' = '"
            + secrets.get(0)
            + "') AS SELECT v FROM s;\n";
    String broken =
        "CREATE SINK e WITH ('connector' = 'jdbc', 'url' ="
            + " 'jdbc:postgresql://127.0.0.1:1/x', 'username' = 'a', 'password' = '"
            + secrets.get(1)
            + "') AS SELECT v FROM s;\n";
    String topic =
        "CREATE SINK k WITH ('connector' = 'kafka', 'topic' = 't', 'format' = 'json',"
            + " 'properties.bootstrap.servers' = '127.0.0.1:1', 'properties.ssl.key.password' = '"
            + secrets.get(2)
            + "', 'properties.sasl.jaas.config' ="
            + " 'org.apache.kafka.common.security.plain.PlainLoginModule required username=\"u\""
            + " password=\""
            + secrets.get(3)
            + "\";') AS SELECT v FROM s;\n";
    Files.writeString(directory.resolve("a.sql"), sql);
    Files.writeString(directory.resolve("b.sql"), sql + broken);
    Files.writeString(directory.resolve("c.sql"), sql + topic);
    StringBuilder seen = new StringBuilder();
    for (String[] command :
        new String[][] {
          {"run", "a.sql", "--checkpoint-dir", "state"},
          {"checkpoints", "list", "state"},
          {"checkpoints", "show", "state"},
          {"run", "b.sql", "--debug"},
          {"explain", "c.sql"},
          {"explain", "--format", "json", "c.sql"},
          {"check", "c.sql"}
        }) {
      Invocation run = Invocation.of(directory, command);
      seen.append(run.out()).append(run.err());
    }
    assertThat(seen.toString()).contains("SLU-").contains("state");
    for (String secret : secrets) {
      assertThat(seen.toString()).doesNotContain(secret);
      try (Stream<Path> files = Files.walk(directory.resolve("state"))) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          String bytes = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
          assertThat(bytes).as(file.toString()).doesNotContain(secret);
        }
      }
    }
  }

  @Test
  void filesWithRowsAreTheOwners() throws IOException {
    Files.writeString(directory.resolve("in.json"), "{\"v\":1}\n");
    Files.writeString(
        directory.resolve("a.sql"),
        "CREATE STREAM s (v BIGINT) WITH ('connector' = 'filesystem', 'path' = 'in.json', 'format'"
            + " = 'json');\n"
            + "CREATE SINK o WITH ('connector' = 'filesystem', 'path' = 'o.csv', 'format' = 'csv')"
            + " AS SELECT v FROM s;");
    Invocation run = Invocation.of(directory, "run", "a.sql", "--checkpoint-dir", "state");
    assertThat(run.code()).as(run.err()).isZero();
    TreeSet<String> modes = new TreeSet<>();
    try (Stream<Path> files = Files.list(directory.resolve("state"))) {
      for (Path file : files.filter(f -> !f.getFileName().toString().equals(".lock")).toList()) {
        modes.add(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
      }
    }
    assertThat(modes).containsExactly("rw-------");
  }

  @Test
  void aPatternThatGoesBackAndForthEnds() throws IOException {
    Files.writeString(
        directory.resolve("r.sql"),
        "SELECT REGEXP(REPEAT('a', 60) || 'b', '(a|aa)+\\1c') FROM (VALUES (1)) AS t(x);");
    long started = System.nanoTime();
    Invocation run = Invocation.of(directory, "run", "r.sql");
    assertThat(run.code()).as(run.out()).isNotZero();
    assertThat(run.err()).contains("back and forth");
    assertThat((System.nanoTime() - started) / 1e9).isLessThan(30);
  }
}
