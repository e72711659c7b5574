package dev.sluice.connector;

import dev.sluice.error.DidYouMean;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.TableRef;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The options of one table, checked against their specs. Reading a value resolves its secret
 * references; nothing else does. Immutable; safe for use by any thread. Values are never part of a
 * message when secret.
 */
public final class Options {
  private static final Pattern SECRET = Pattern.compile("\\$\\{(env|file):([^}]*)}");
  private static final Pattern AMOUNT = Pattern.compile("(\\d+)\\s*([a-zA-Z]*)");

  private final String owner;
  private final Map<String, String> values;
  private final List<OptionSpec> specs;

  private Options(String owner, Map<String, String> values, List<OptionSpec> specs) {
    this.owner = owner;
    this.values = values;
    this.specs = specs;
  }

  /**
   * Checks a table's options: unknown keys, missing required ones, values of the wrong form,
   * options of the other role. Opens nothing; secret references are checked for form only.
   *
   * @param role SOURCE or SINK; BOTH when the use is not known yet, which skips the check for
   *     required ones
   */
  public static Options check(TableRef table, List<OptionSpec> specs, OptionSpec.Role role) {
    String owner = "'" + table.name() + "' (connector '" + table.connector() + "')";
    Options options = new Options(owner, new TreeMap<>(table.options()), List.copyOf(specs));
    for (String key : options.values.keySet()) {
      OptionSpec spec = options.find(key).orElseThrow(() -> options.unknown(key));
      options.checkForm(key, spec);
    }
    if (role != OptionSpec.Role.BOTH) {
      for (OptionSpec spec : specs) {
        boolean mine = spec.role() == OptionSpec.Role.BOTH || spec.role() == role;
        if (spec.required() && mine && !options.values.containsKey(spec.key())) {
          throw UserError.of(
                  ErrorCode.MISSING_OPTION,
                  "option '" + spec.key() + "' of " + owner + " is missing")
              .withHint(
                  "add '" + spec.key() + "' = '" + spec.example() + "': " + spec.description());
        }
      }
    }
    return options;
  }

  private UserError unknown(String key) {
    List<String> known = specs.stream().map(OptionSpec::key).sorted().toList();
    return UserError.of(ErrorCode.UNKNOWN_OPTION, "unknown option '" + key + "' for " + owner)
        .withHint(
            FlinkOptions.hint(key)
                .orElseGet(
                    () ->
                        DidYouMean.hint(key, known, "known options: " + String.join(", ", known))));
  }

  private Optional<OptionSpec> find(String key) {
    return specs.stream()
        .filter(s -> s.key().equals(key))
        .findFirst()
        .or(() -> specs.stream().filter(s -> s.matches(key)).findFirst());
  }

  private void checkForm(String key, OptionSpec spec) {
    String value = values.get(key);
    if (SECRET.matcher(value).find()) {
      return;
    }
    try {
      switch (spec.type()) {
        case STRING -> {
          // any text will do
        }
        case BOOLEAN -> parseBoolean(value);
        case INTEGER -> Integer.parseInt(value.trim());
        case LONG -> Long.parseLong(value.trim());
        case DOUBLE -> Double.parseDouble(value.trim());
        case DURATION -> parseDuration(value);
        case SIZE -> parseSize(value);
        case ENUM -> {
          if (spec.choices().stream().noneMatch(value::equalsIgnoreCase)) {
            throw new IllegalArgumentException("not one of the choices");
          }
        }
      }
    } catch (IllegalArgumentException e) {
      throw valueError(key, spec);
    }
  }

  private UserError valueError(String key, OptionSpec spec) {
    String shown = spec.secret() ? "its value" : "'" + values.get(key) + "'";
    UserError error =
        UserError.of(
            ErrorCode.OPTION_VALUE, "option '" + key + "' of " + owner + " cannot take " + shown);
    return spec.type() == OptionSpec.Type.ENUM
        ? error.withHint(
            DidYouMean.hint(
                values.get(key),
                spec.choices(),
                "it takes one of: " + String.join(", ", spec.choices())))
        : error.withHint(
            "it takes a "
                + spec.type().name().toLowerCase(Locale.ROOT)
                + " such as '"
                + spec.example()
                + "'");
  }

  /** Whether the option was given. */
  public boolean has(OptionSpec spec) {
    return values.containsKey(spec.key());
  }

  /** The value with its secret references resolved, or the default, or empty. */
  public Optional<String> find(OptionSpec spec) {
    return Optional.ofNullable(values.get(spec.key()))
        .map(v -> resolve(spec.key(), v))
        .or(spec::defaultValue);
  }

  /** The value or default of an option that has one. */
  public String string(OptionSpec spec) {
    return find(spec)
        .orElseThrow(
            () ->
                UserError.of(
                        ErrorCode.MISSING_OPTION,
                        "option '" + spec.key() + "' of " + owner + " is missing")
                    .withHint(
                        "add '"
                            + spec.key()
                            + "' = '"
                            + spec.example()
                            + "': "
                            + spec.description()));
  }

  public boolean bool(OptionSpec spec) {
    return parseBoolean(string(spec));
  }

  public int integer(OptionSpec spec) {
    return Integer.parseInt(string(spec).trim());
  }

  public long number(OptionSpec spec) {
    return Long.parseLong(string(spec).trim());
  }

  public Duration duration(OptionSpec spec) {
    return parseDuration(string(spec));
  }

  /** In bytes. */
  public long size(OptionSpec spec) {
    return parseSize(string(spec));
  }

  /**
   * Every given option under the prefix of {@code spec} (whose key ends in {@code .*}), the prefix
   * cut off.
   */
  public Map<String, String> withPrefix(OptionSpec spec) {
    String prefix = spec.key().substring(0, spec.key().length() - 1);
    Map<String, String> found = new TreeMap<>();
    values.forEach(
        (key, value) -> {
          if (key.startsWith(prefix)) {
            found.put(key.substring(prefix.length()), resolve(key, value));
          }
        });
    return found;
  }

  /** Whether an option of that name, whoever takes it, has a value that must not be shown. */
  public static boolean namesSecret(String key) {
    String lower = key.toLowerCase(Locale.ROOT);
    return lower.contains("password") || lower.contains("secret") || lower.contains("jaas");
  }

  /** The keys whose values must not be shown. */
  public static List<String> secretKeys(Map<String, String> given, List<OptionSpec> specs) {
    List<String> keys = new ArrayList<>();
    for (String key : given.keySet()) {
      if (namesSecret(key) || specs.stream().anyMatch(s -> s.secret() && s.matches(key))) {
        keys.add(key);
      }
    }
    return keys;
  }

  private String resolve(String key, String value) {
    Matcher matcher = SECRET.matcher(value);
    StringBuilder text = new StringBuilder();
    while (matcher.find()) {
      String secret =
          matcher.group(1).equals("env")
              ? environment(key, matcher.group(2))
              : file(key, matcher.group(2));
      matcher.appendReplacement(text, Matcher.quoteReplacement(secret));
    }
    return matcher.appendTail(text).toString();
  }

  private String environment(String key, String name) {
    String value = System.getenv(name);
    if (value == null) {
      throw UserError.of(
              ErrorCode.SECRET,
              "option '"
                  + key
                  + "' of "
                  + owner
                  + " refers to environment variable '"
                  + name
                  + "', which is not set")
          .withHint("export " + name + "=… before the start");
    }
    return value;
  }

  private String file(String key, String path) {
    try {
      return Files.readString(Path.of(path), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw UserError.of(
              ErrorCode.SECRET,
              "option '"
                  + key
                  + "' of "
                  + owner
                  + " refers to file '"
                  + path
                  + "', which cannot be read")
          .causedBy(e);
    }
  }

  private static boolean parseBoolean(String value) {
    return switch (value.trim().toLowerCase(Locale.ROOT)) {
      case "true", "yes", "on" -> true;
      case "false", "no", "off" -> false;
      default -> throw new IllegalArgumentException("not a boolean");
    };
  }

  /**
   * {@code 500 ms}, {@code 10 s}, {@code 1 min}, {@code 2 h}, {@code 1 d}; a bare number is
   * milliseconds.
   */
  public static Duration parseDuration(String value) {
    Matcher matcher = AMOUNT.matcher(value.trim());
    if (!matcher.matches()) {
      throw new IllegalArgumentException("not a duration: " + value);
    }
    try {
      return duration(Long.parseLong(matcher.group(1)), matcher.group(2).toLowerCase(Locale.ROOT));
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("longer than anything lasts: " + value, e);
    }
  }

  private static Duration duration(long amount, String unit) {
    return switch (unit) {
      case "", "ms", "milli", "millis", "millisecond", "milliseconds" -> Duration.ofMillis(amount);
      case "s", "sec", "secs", "second", "seconds" -> Duration.ofSeconds(amount);
      case "m", "min", "mins", "minute", "minutes" -> Duration.ofMinutes(amount);
      case "h", "hour", "hours" -> Duration.ofHours(amount);
      case "d", "day", "days" -> Duration.ofDays(amount);
      default -> throw new IllegalArgumentException("not a unit of time: " + unit);
    };
  }

  /** {@code 64 kb}, {@code 1 mb}, {@code 2 gb}; a bare number is bytes. Powers of 1024. */
  public static long parseSize(String value) {
    Matcher matcher = AMOUNT.matcher(value.trim());
    if (!matcher.matches()) {
      throw new IllegalArgumentException("not a size: " + value);
    }
    long amount = Long.parseLong(matcher.group(1));
    int shift =
        switch (matcher.group(2).toLowerCase(Locale.ROOT)) {
          case "", "b", "bytes" -> 0;
          case "k", "kb", "kib" -> 10;
          case "m", "mb", "mib" -> 20;
          case "g", "gb", "gib" -> 30;
          case "t", "tb", "tib" -> 40;
          default -> throw new IllegalArgumentException("not a size: " + value);
        };
    if (amount > Long.MAX_VALUE >> shift) {
      throw new IllegalArgumentException("larger than anything is: " + value);
    }
    return amount << shift;
  }
}
