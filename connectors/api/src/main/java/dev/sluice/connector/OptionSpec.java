package dev.sluice.connector;

import java.util.List;
import java.util.Optional;

/**
 * One option of a connector or format, as data: validation, documentation, completion and
 * did-you-mean all derive from it. A value; safe for use by any thread.
 *
 * @param key the option's name; a key ending in {@code .*} stands for every key with that prefix
 * @param type how the value is read
 * @param required whether the option must be given (in the roles it belongs to)
 * @param defaultValue value when not given
 * @param choices the values of an ENUM
 * @param secret whether the value must never be shown
 * @param role where the option makes sense
 * @param description one sentence
 * @param example a value
 */
public record OptionSpec(
    String key,
    Type type,
    boolean required,
    Optional<String> defaultValue,
    List<String> choices,
    boolean secret,
    Role role,
    String description,
    String example) {
  /** How a value is read. */
  public enum Type {
    STRING,
    BOOLEAN,
    INTEGER,
    LONG,
    DOUBLE,
    /** {@code '500 ms'}, {@code '10 s'}, {@code '1 min'}, {@code '2 h'}, {@code '1 d'}. */
    DURATION,
    /** {@code '64 kb'}, {@code '1 mb'}, {@code '2 gb'}, or plain bytes. */
    SIZE,
    ENUM
  }

  /** Whether an option is for reading, writing, or both. */
  public enum Role {
    SOURCE,
    SINK,
    BOTH
  }

  public OptionSpec {
    choices = List.copyOf(choices);
  }

  public static OptionSpec of(String key, Type type, String description, String example) {
    return new OptionSpec(
        key, type, false, Optional.empty(), List.of(), false, Role.BOTH, description, example);
  }

  /** An option whose value is one of {@code choices}. */
  public static OptionSpec oneOf(String key, List<String> choices, String description) {
    return new OptionSpec(
        key,
        Type.ENUM,
        false,
        Optional.empty(),
        choices,
        false,
        Role.BOTH,
        description,
        choices.get(0));
  }

  public OptionSpec asRequired() {
    return new OptionSpec(
        key, type, true, defaultValue, choices, secret, role, description, example);
  }

  public OptionSpec withDefault(String value) {
    return new OptionSpec(
        key, type, required, Optional.of(value), choices, secret, role, description, example);
  }

  public OptionSpec asSecret() {
    return new OptionSpec(
        key, type, required, defaultValue, choices, true, role, description, example);
  }

  public OptionSpec only(Role value) {
    return new OptionSpec(
        key, type, required, defaultValue, choices, secret, value, description, example);
  }

  /**
   * Whether {@code given} is this option: equal, or under its prefix. Keys are compared exactly.
   */
  public boolean matches(String given) {
    return key.endsWith(".*")
        ? given.startsWith(key.substring(0, key.length() - 1)) && given.length() > key.length() - 1
        : given.equals(key);
  }
}
