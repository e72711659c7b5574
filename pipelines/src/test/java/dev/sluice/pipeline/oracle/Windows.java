package dev.sluice.pipeline.oracle;

/**
 * A window over {@code ts} in every form Sluice takes, and as the join that defines it. Lengths in
 * seconds.
 *
 * @param step the size of TUMBLE, the slide of HOP, the step of CUMULATE
 * @param size the size of HOP, the greatest size of CUMULATE
 */
record Windows(String table, String kind, int step, int size) {
  private static String interval(int seconds) {
    return seconds % 60 == 0
        ? "INTERVAL '" + seconds / 60 + "' MINUTE"
        : "INTERVAL '" + seconds + "' SECOND";
  }

  private String lengths() {
    return kind.equals("TUMBLE") ? interval(size) : interval(step) + ", " + interval(size);
  }

  /** The FROM clause: 0 the standard form, 1 named arguments, 2 the short form. */
  String from(int form) {
    return switch (form) {
      case 0 -> "TABLE(" + kind + "(TABLE " + table + ", DESCRIPTOR(ts), " + lengths() + "))";
      case 1 ->
          "TABLE("
              + kind
              + "(DATA => TABLE "
              + table
              + ", TIMECOL => DESCRIPTOR(ts), "
              + (kind.equals("TUMBLE")
                  ? "SIZE => " + interval(size)
                  : (kind.equals("HOP") ? "SLIDE => " : "STEP => ")
                      + interval(step)
                      + ", SIZE => "
                      + interval(size))
              + "))";
      default -> kind + "(" + table + ", ts, " + lengths() + ")";
    };
  }

  /** The function of GROUP BY. */
  String function() {
    return kind + "(ts, " + lengths() + ")";
  }

  String functionStart() {
    return kind + "_START(ts, " + lengths() + ")";
  }

  String functionEnd() {
    return kind + "_END(ts, " + lengths() + ")";
  }

  /** Each row once for each window it is in. */
  String duck() {
    String epoch = "TIMESTAMP '1970-01-01'";
    return switch (kind) {
      case "TUMBLE" ->
          "(SELECT *, time_bucket(to_seconds(%d), ts, %s) AS window_start, window_start + to_seconds(%d)"
                  .formatted(size, epoch, size)
              + " AS window_end FROM "
              + table
              + ")";
      case "HOP" ->
          "(SELECT t.*, time_bucket(to_seconds(%d), ts, %s) - to_seconds(i * %d) AS window_start,"
                  .formatted(step, epoch, step)
              + " window_start + to_seconds(%d) AS window_end FROM %s t, range(0, %d) r(i)"
                  .formatted(size, table, size / step + 2)
              + " WHERE ts < time_bucket(to_seconds(%d), ts, %s) - to_seconds(i * %d) + to_seconds(%d))"
                  .formatted(step, epoch, step, size);
      default ->
          "(SELECT t.*, time_bucket(to_seconds(%d), ts, %s) AS window_start, window_start +"
                  .formatted(size, epoch)
              + " to_seconds(i * %d) AS window_end FROM %s t, range(1, %d) r(i)"
                  .formatted(step, table, size / step + 1)
              + " WHERE ts < time_bucket(to_seconds(%d), ts, %s) + to_seconds(i * %d))"
                  .formatted(size, epoch, step);
    };
  }
}
