package dev.sluice.planner.validate;

import dev.sluice.connector.Options;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.SourcePosition;
import dev.sluice.error.UserError;
import dev.sluice.plan.LookupCache;
import dev.sluice.plan.LookupRequests;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a LOOKUP hint says of lookups that find nothing, as in Flink: {@code 'retry-predicate' =
 * 'lookup_miss', 'retry-strategy' = 'fixed_delay', 'fixed-delay' = '10 s', 'max-attempts' = '3'}. A
 * value.
 *
 * @param attempts how often they are repeated
 * @param delayMicros how long after the one before
 */
record LookupRetries(int attempts, long delayMicros, SourcePosition position) {
  private static final String PREDICATE = "retry-predicate";
  private static final String STRATEGY = "retry-strategy";
  private static final String DELAY = "fixed-delay";
  private static final String ATTEMPTS = "max-attempts";

  /** The options, of which all are said or none. */
  static final List<String> KEYS = List.of(PREDICATE, STRATEGY, DELAY, ATTEMPTS);

  private static final Map<String, String> ONLY =
      Map.of(PREDICATE, "lookup_miss", STRATEGY, "fixed_delay");

  /** Those of a hint; empty if it says nothing of retries. */
  static Optional<LookupRetries> of(Map<String, String> options, SourcePosition position) {
    if (KEYS.stream().noneMatch(options::containsKey)) {
      return Optional.empty();
    }
    for (String key : KEYS) {
      Optional<String> value = Optional.ofNullable(options.get(key));
      boolean takes =
          value.isPresent() && (!ONLY.containsKey(key) || ONLY.get(key).equals(value.get()));
      if (!takes) {
        throw wrong(key, value, ONLY.getOrDefault(key, key.equals(DELAY) ? "10 s" : "3"), position);
      }
    }
    return Optional.of(
        new LookupRetries(attempts(options, position), delayMicros(options, position), position));
  }

  private static int attempts(Map<String, String> options, SourcePosition position) {
    String text = options.get(ATTEMPTS);
    if (!text.matches("[1-9][0-9]{0,5}")) {
      throw wrong(ATTEMPTS, Optional.of(text), "3", position);
    }
    return Integer.parseInt(text);
  }

  private static long delayMicros(Map<String, String> options, SourcePosition position) {
    String text = options.get(DELAY);
    try {
      return Options.parseDuration(text).toMillis() * 1000;
    } catch (IllegalArgumentException e) {
      throw wrong(DELAY, Optional.of(text), "10 s", position).causedBy(e);
    }
  }

  private static UserError wrong(
      String key, Optional<String> value, String example, SourcePosition position) {
    return UserError.of(
            ErrorCode.OPTION_VALUE,
            "LOOKUP: '"
                + key
                + "' "
                + value.map(v -> "cannot be '" + v + "'").orElse("is missing beside other retries"))
        .withHint("write '" + key + "' = '" + example + "'")
        .at(position);
  }

  LookupRequests applied(LookupRequests requests, LookupCache.Mode mode) {
    if (mode == LookupCache.Mode.FULL || mode == LookupCache.Mode.LIVE) {
      throw UserError.of(
              ErrorCode.UNSUPPORTED,
              "LOOKUP: a table that is kept in memory whole is not asked again")
          .withHint("leave the retries out, or set 'lookup.cache' = 'PARTIAL' where that can be")
          .at(position);
    }
    if (attempts * (double) delayMicros >= requests.timeoutMicros()) {
      throw UserError.of(
              ErrorCode.OPTION_VALUE,
              "LOOKUP: "
                  + attempts
                  + " attempts take longer than 'lookup.timeout', which is "
                  + requests.timeoutMicros() / 1000
                  + " ms")
          .withHint("raise 'timeout' in the hint, or try less often")
          .at(position);
    }
    return requests.withMisses(attempts, delayMicros);
  }
}
