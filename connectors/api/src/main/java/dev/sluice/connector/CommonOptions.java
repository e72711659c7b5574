package dev.sluice.connector;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.TableRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Options every table understands, whatever its connector; the host acts on them. Constants; any
 * thread.
 */
public final class CommonOptions {
  /** What happens to records that cannot be decoded, and to rows that a sink does not take. */
  public static final OptionSpec ON_ERROR =
      OptionSpec.of(
              "on-error",
              OptionSpec.Type.STRING,
              "What happens to a record that cannot be decoded, or to a row that does not fit the"
                  + " sink's columns: fail, drop, or to:<sink>.",
              "to:bad_rows")
          .withDefault("fail");

  public static final OptionSpec SINK_PARALLELISM =
      OptionSpec.of(
              "sink.parallelism",
              OptionSpec.Type.INTEGER,
              "How many writers write side by side, at most; by default the parallelism.",
              "1")
          .only(OptionSpec.Role.SINK);

  private CommonOptions() {}

  /** How many writers a sink may have in a run of {@code parallelism}. */
  public static int writers(TableRef table, int parallelism) {
    String given = table.options().get(SINK_PARALLELISM.key());
    return given == null
        ? parallelism
        : Math.max(1, Math.min(parallelism, Integer.parseInt(given.trim())));
  }

  /** The value of {@code on-error}, checked: fail, drop or to:&lt;sink&gt;. */
  public static String onError(TableRef table) {
    String policy = table.options().getOrDefault(ON_ERROR.key(), "fail").trim();
    String lower = policy.toLowerCase(Locale.ROOT);
    if (lower.equals("fail") || lower.equals("drop") || lower.startsWith("to:")) {
      return lower.startsWith("to:") ? policy : lower;
    }
    throw UserError.of(
            ErrorCode.OPTION_VALUE,
            "option 'on-error' of '" + table.name() + "' cannot take '" + policy + "'")
        .withHint("it takes fail, drop, or to:<sink>");
  }

  public static List<OptionSpec> all() {
    List<OptionSpec> all = new ArrayList<>(LookupOptions.all());
    all.add(ON_ERROR);
    all.add(SINK_PARALLELISM);
    return List.copyOf(all);
  }

  /**
   * A connector's own options and the common ones: what {@link Options#check} may meet in a table.
   */
  public static List<OptionSpec> with(List<OptionSpec> own) {
    List<OptionSpec> both = new ArrayList<>(own);
    both.addAll(all());
    return List.copyOf(both);
  }
}
