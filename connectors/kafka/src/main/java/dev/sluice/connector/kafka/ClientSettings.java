package dev.sluice.connector.kafka;

import dev.sluice.connector.Options;
import dev.sluice.error.DidYouMean;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.TableRef;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.SaslConfigs;

/**
 * The {@code properties.*} of a table as settings for Kafka's clients. Settings that name classes
 * are refused: they would let a SQL file run code of its choice. Stateless; any thread.
 */
final class ClientSettings {
  /** Set here, or without meaning for a reader that keeps its offsets itself. */
  private static final Set<String> OURS =
      Set.of(
          "key.serializer",
          "value.serializer",
          "key.deserializer",
          "value.deserializer",
          "enable.auto.commit",
          "auto.commit.interval.ms",
          "partition.assignment.strategy",
          "group.protocol",
          "transactional.id",
          "enable.idempotence");

  /** Settings whose values could name code or files; looked at again once references are known. */
  private static final List<String> LOOKED_AT =
      List.of(
          SaslConfigs.SASL_JAAS_CONFIG,
          SaslConfigs.SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL,
          SaslConfigs.SASL_OAUTHBEARER_JWKS_ENDPOINT_URL);

  /** One reference to a secret and nothing else, whose value is not known at plan time. */
  private static final Pattern REFERENCE = Pattern.compile("\\$\\{[^{}]*\\}");

  private static final Pattern LOGIN_MODULE = Pattern.compile("\\s*([A-Za-z0-9_.$]+)\\s");

  /** A semicolon of a password ends no login. */
  private static final Pattern QUOTED = Pattern.compile("\"(?:[^\"\\\\]|\\\\.)*\"");

  private static final List<String> LOGIN_MODULES =
      List.of(
          "org.apache.kafka.common.security.plain.PlainLoginModule",
          "org.apache.kafka.common.security.scram.ScramLoginModule",
          "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule",
          "com.sun.security.auth.module.Krb5LoginModule");

  private static final Set<String> RESETS = Set.of("earliest", "latest", "none");

  /** How long the start waits for a broker. */
  private static final int START_MILLIS = 10_000;

  private ClientSettings() {}

  /** Refuses, without I/O, settings that do not exist or may not be set. */
  static void validate(TableRef table) {
    Set<String> known = new TreeSet<>(ConsumerConfig.configNames());
    known.addAll(ProducerConfig.configNames());
    known.addAll(AdminClientConfig.configNames());
    for (String key : table.options().keySet()) {
      if (!key.startsWith("properties.")) {
        continue;
      }
      String name = key.substring("properties.".length());
      if (!known.contains(name)) {
        throw UserError.of(
                ErrorCode.UNKNOWN_OPTION,
                "unknown option '"
                    + key
                    + "' for '"
                    + table.name()
                    + "': Kafka's clients have no setting '"
                    + name
                    + "'")
            .withHint(
                DidYouMean.hint(
                    name, known, "see the settings of Kafka's consumers and producers"));
      }
      if (OURS.contains(name) || namesCode(name)) {
        throw UserError.of(
                ErrorCode.OPTION_VALUE,
                "option '" + key + "' of '" + table.name() + "' cannot be set")
            .withHint(
                OURS.contains(name)
                    ? "Sluice sets it; leave it out"
                    : "it names a class to run, which a SQL file may not do; leave it out");
      }
    }
    requireKnownLogin(table);
    String reset = table.options().get("properties." + ConsumerConfig.AUTO_OFFSET_RESET_CONFIG);
    if (reset != null && !RESETS.contains(reset.toLowerCase(Locale.ROOT))) {
      throw UserError.of(
              ErrorCode.OPTION_VALUE,
              "option 'properties.auto.offset.reset' of '"
                  + table.name()
                  + "' cannot take '"
                  + reset
                  + "'")
          .withHint(
              "it takes earliest, latest or none: where reading begins if the group has no offset");
    }
  }

  /** Refuses a login that is written into the table; of a reference only the form is known. */
  private static void requireKnownLogin(TableRef table) {
    for (String name : LOOKED_AT) {
      String value = table.options().getOrDefault("properties." + name, "");
      if (!value.isEmpty() && !REFERENCE.matcher(value).matches()) {
        requireHarmless(name, value);
      }
    }
  }

  /**
   * A login module is a class that the client loads and runs: only those that are Kafka's. A token
   * is fetched from a server, not from a file of this machine.
   */
  private static void requireHarmless(String name, String value) {
    if (!name.equals(SaslConfigs.SASL_JAAS_CONFIG)) {
      if (!value.startsWith("https:")) {
        throw UserError.of(
                ErrorCode.OPTION_VALUE, "option 'properties." + name + "' cannot be used")
            .withHint("it starts with https://");
      }
      return;
    }
    Matcher module = LOGIN_MODULE.matcher(value);
    boolean known = module.lookingAt() && LOGIN_MODULES.contains(module.group(1));
    String bare = QUOTED.matcher(value).replaceAll("").stripTrailing();
    boolean one = bare.indexOf(';') == bare.length() - 1;
    if (!known || !one) {
      throw UserError.of(
              ErrorCode.OPTION_VALUE,
              "option 'properties." + name + "' names a login that may not be used")
          .withHint("one of " + String.join(", ", LOGIN_MODULES) + ", one alone");
    }
  }

  private static boolean namesCode(String name) {
    return name.endsWith(".class")
        || name.endsWith(".classes")
        || name.endsWith(".reporters")
        || name.startsWith("config.providers")
        || name.equals("security.providers")
        || name.endsWith("callback.handler.class")
        || name.equals("ssl.engine.factory.class");
  }

  /** For an admin client: gives up after a bounded wait. */
  static Map<String, Object> admin(Options options) {
    Map<String, Object> settings = of(options, AdminClientConfig.configNames());
    settings.putIfAbsent(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, START_MILLIS);
    settings.putIfAbsent(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, START_MILLIS / 2);
    return settings;
  }

  /** For a consumer that is told its partitions and offsets. */
  static Map<String, Object> consumer(Options options) {
    Map<String, Object> settings = of(options, ConsumerConfig.configNames());
    settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    settings.putIfAbsent(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    settings.putIfAbsent(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, START_MILLIS);
    settings.putIfAbsent(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, START_MILLIS / 2);
    settings.putIfAbsent(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 8192);
    settings.putIfAbsent(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 8 << 20);
    settings.putIfAbsent(ConsumerConfig.RECEIVE_BUFFER_CONFIG, 1 << 20);
    return settings;
  }

  /** For a producer. */
  static Map<String, Object> producer(Options options) {
    Map<String, Object> settings = of(options, ProducerConfig.configNames());
    settings.putIfAbsent(ProducerConfig.LINGER_MS_CONFIG, 5);
    settings.putIfAbsent(ProducerConfig.BATCH_SIZE_CONFIG, 256 << 10);
    settings.putIfAbsent(ProducerConfig.COMPRESSION_TYPE_CONFIG, "zstd");
    settings.putIfAbsent(ProducerConfig.MAX_BLOCK_MS_CONFIG, 30_000);
    return settings;
  }

  private static Map<String, Object> of(Options options, Set<String> names) {
    Map<String, Object> settings = new HashMap<>();
    options
        .withPrefix(KafkaOptions.PROPERTIES)
        .forEach(
            (name, value) -> {
              if (LOOKED_AT.contains(name)) {
                requireHarmless(name, value);
              }
              if (names.contains(name)) {
                settings.put(name, value);
              }
            });
    return settings;
  }
}
