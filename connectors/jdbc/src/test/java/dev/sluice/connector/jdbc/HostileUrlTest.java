package dev.sluice.connector.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.connector.OptionSpec.Role;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.TableRef;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.Schema;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * URLs and properties that make a driver run code or read files are refused before it sees them.
 */
class HostileUrlTest {
  private static final Map<String, List<String>> DANGEROUS =
      Map.of(
          "h2",
          List.of(
              "INIT=RUNSCRIPT FROM 'http://127.0.0.1:PORT/x.sql'",
              "INIT=CREATE ALIAS X AS $$ void x() {} $$\\;CALL X()",
              "TRACE_LEVEL_FILE=4",
              "DATABASE_EVENT_LISTENER='evil.Listener'",
              "JAVA_OBJECT_SERIALIZER='evil.Serializer'",
              "AUTHREALM=x",
              "AUTHENTICATOR=TRUE",
              "CIPHER=AES",
              "AUTO_SERVER=TRUE",
              "FORBID_CREATION=FALSE",
              "PASSWORD_HASH=TRUE"),
          "postgresql",
          List.of(
              "socketFactory=org.springframework.context.support.ClassPathXmlApplicationContext",
              "socketFactoryArg=http://127.0.0.1:PORT/x.xml",
              "sslfactory=evil.Factory",
              "sslfactoryarg=file:///etc/passwd",
              "sslhostnameverifier=evil.Verifier",
              "sslpasswordcallback=evil.Callback",
              "authenticationPluginClassName=evil.Plugin",
              "xmlFactoryFactory=evil.Factory",
              "loggerLevel=DEBUG",
              "loggerFile=/tmp/x.jsp",
              "jaasApplicationName=x",
              "options=-c%20session_preload_libraries=x",
              "service=x",
              "passfile=/etc/passwd"),
          "mariadb",
          List.of(
              "autoDeserialize=true",
              "allowLocalInfile=true",
              "allowLoadLocalInfile=true",
              "allowUrlInLocalInfile=true",
              "queryInterceptors=evil.Interceptor",
              "statementInterceptors=evil.Interceptor",
              "detectCustomCollations=true",
              "allowMultiQueries=true",
              "serverRsaPublicKeyFile=/etc/passwd",
              "credentialType=evil",
              "socketFactory=evil.Factory",
              "sessionVariables=sql_mode=''",
              "initSql=DROP TABLE x",
              "keyStore=http://127.0.0.1:PORT/x",
              "localSocket=/tmp/x",
              "pipe=x",
              "tlsSocketType=evil"));

  private static TableRef table(String url, Map<String, String> more) {
    Map<String, String> options = new TreeMap<>(more);
    options.put("url", url);
    return new TableRef(
        "t",
        "jdbc",
        options,
        Set.of(),
        Schema.of(new Field("k", DataType.string())),
        Map.of(),
        List.of(),
        List.of());
  }

  /** The same parameter, written as people do who know that somebody looks for it. */
  private static List<String> disguises(String parameter, Random random) {
    int equals = parameter.indexOf('=');
    String key = parameter.substring(0, equals);
    String value = parameter.substring(equals);
    StringBuilder mixed = new StringBuilder();
    for (char c : key.toCharArray()) {
      mixed.append(random.nextBoolean() ? Character.toUpperCase(c) : Character.toLowerCase(c));
    }
    List<String> all = new ArrayList<>();
    all.add(parameter);
    all.add(key.toLowerCase(Locale.ROOT) + value);
    all.add(mixed + value);
    all.add(" " + key + " " + value);
    all.add("\t" + key + value);
    all.add("%" + Integer.toHexString(key.charAt(0)) + key.substring(1) + value);
    all.add(key + "%3D" + value.substring(1));
    all.add("connectTimeout=1&" + parameter);
    all.add("connectTimeout=1;" + parameter);
    all.add("connectTimeout=1&&" + parameter + "&" + parameter);
    all.add("x#" + parameter);
    all.add(key + "\u0000" + value);
    all.add(key + "\n" + value);
    all.add((char) (key.charAt(0) + 0xfee0) + key.substring(1) + value);
    return all;
  }

  private static List<String> urls(String database, int port) {
    Random random = new Random(11);
    List<String> urls = new ArrayList<>();
    for (String parameter : DANGEROUS.get(database)) {
      for (String disguise : disguises(parameter.replace("PORT", "" + port), random)) {
        if (database.equals("h2")) {
          urls.add("jdbc:h2:mem:x;" + disguise.replace('&', ';'));
          urls.add("jdbc:h2:tcp://127.0.0.1:" + port + "/x;" + disguise.replace('&', ';'));
        } else {
          urls.add("jdbc:" + database + "://127.0.0.1:" + port + "/db?" + disguise);
        }
        if (database.equals("mariadb")) {
          urls.add("jdbc:mysql://127.0.0.1:" + port + "/db?" + disguise);
          urls.add("jdbc:mysql://(host=127.0.0.1,port=" + port + "," + disguise.trim() + ")/db");
        }
      }
    }
    return urls;
  }

  @ParameterizedTest
  @ValueSource(strings = {"h2", "postgresql", "mariadb"})
  void noParameterThatRunsCodeGetsThrough(String database) throws Exception {
    try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      server.setSoTimeout(1);
      List<String> urls = urls(database, server.getLocalPort());
      assertThat(urls).hasSizeGreaterThanOrEqualTo(150);
      for (String url : urls) {
        requireRefused(url, Map.of());
      }
      for (String parameter : DANGEROUS.get(database)) {
        String key = parameter.substring(0, parameter.indexOf('='));
        String url =
            database.equals("h2")
                ? "jdbc:h2:mem:x"
                : "jdbc:" + database + "://127.0.0.1:" + server.getLocalPort() + "/db";
        requireRefused(url, Map.of("properties." + key, "x"));
      }
      boolean called = true;
      try {
        server.accept().close();
      } catch (SocketTimeoutException e) {
        called = false;
      }
      assertThat(called).as("a socket was opened").isFalse();
    }
  }

  private static void requireRefused(String url, Map<String, String> properties) {
    UserError refused = null;
    try {
      new JdbcConnector().validate(table(url, properties), Role.SOURCE);
    } catch (UserError e) {
      refused = e;
    }
    assertThat(refused).as(url + " " + properties).isNotNull();
    assertThat(refused.code()).as(url).isEqualTo(ErrorCode.OPTION_VALUE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:h2:zip:/tmp/x.zip!/x",
        "jdbc:h2:file:zip:/tmp/x.zip!/x",
        "jdbc:h2:classpath:x",
        "jdbc:h2:memFS:x",
        "jdbc:h2:nioMapped:x",
        "jdbc:h2:http://127.0.0.1/x",
        "jdbc:h2:ftp://127.0.0.1/x",
        "jdbc:derby:x;create=true",
        "jdbc:sqlite:/etc/passwd",
        "JDBC:H2:mem:x;INIT=X",
        " jdbc:h2:mem:x;INIT=X",
        "jdbc:postgresql:\\\\h\\x",
        "jdbc:mysql:loadbalance://address=(host=x)(autoDeserialize=true)/db"
      })
  void placesThatNobodyMeansAreRefused(String url) {
    requireRefused(url, Map.of());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:h2:mem:x",
        "jdbc:h2:./x",
        "jdbc:h2:file:/tmp/x",
        "jdbc:h2:~/x",
        "jdbc:h2:./données;MODE=PostgreSQL",
        "jdbc:h2:tcp://localhost:9092/x",
        "jdbc:postgresql://h:5432/db?sslmode=verify-full",
        "jdbc:postgresql://h1,h2/db",
        "jdbc:mysql://h/db?useSSL=true",
        "jdbc:mariadb://h:3306/db"
      })
  void whatPeopleWriteIsTaken(String url) {
    assertThat(JdbcDialect.of(table(url, Map.of()), url)).isNotNull();
  }

  @Test
  void namesCannotLeaveTheirQuotes() {
    Random random = new Random(5);
    String letters = "ab\"`'\\;- \n\u0000\u201d*/.%é";
    for (int i = 0; i < 5000; i++) {
      StringBuilder name = new StringBuilder();
      int length = 1 + random.nextInt(12);
      for (int c = 0; c < length; c++) {
        name.append(letters.charAt(random.nextInt(letters.length())));
      }
      for (JdbcDialect dialect : JdbcDialect.values()) {
        String quoted = dialect.quote(name.toString());
        char mark = quoted.charAt(0);
        String inside = quoted.substring(1, quoted.length() - 1);
        assertThat(quoted.charAt(quoted.length() - 1)).isEqualTo(mark);
        assertThat(inside.replace("" + mark + mark, "")).doesNotContain("" + mark);
        assertThat(inside.replace("" + mark + mark, "" + mark)).isEqualTo(name.toString());
      }
    }
  }
}
