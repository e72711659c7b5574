package dev.sluice.connector;

import java.util.ArrayList;
import java.util.List;

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

  public static List<OptionSpec> source() {
    return List.of(ON_ERROR);
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
