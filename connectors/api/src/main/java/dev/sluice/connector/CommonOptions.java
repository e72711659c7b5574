package dev.sluice.connector;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.TableRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Options every source understands, whatever its connector; the host acts on them. Constants; any
 * thread.
 */
public final class CommonOptions {
  /** What happens to records that cannot be decoded. */
  public static final OptionSpec ON_ERROR =
      OptionSpec.of(
              "on-error",
              OptionSpec.Type.STRING,
              "What happens to a record that cannot be decoded: fail, drop, or to:<sink>.",
              "to:bad_rows")
          .withDefault("fail")
          .only(OptionSpec.Role.SOURCE);

  private CommonOptions() {}

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

  public static List<OptionSpec> source() {
    List<OptionSpec> all = new ArrayList<>(LookupOptions.all());
    all.add(ON_ERROR);
    return List.copyOf(all);
  }

  /**
   * A connector's own options and the common ones: what {@link Options#check} may meet in a table.
   */
  public static List<OptionSpec> with(List<OptionSpec> own) {
    List<OptionSpec> all = new ArrayList<>(own);
    all.addAll(source());
    return List.copyOf(all);
  }
}
