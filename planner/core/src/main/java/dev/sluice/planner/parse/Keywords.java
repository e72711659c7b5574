package dev.sluice.planner.parse;

import dev.sluice.planner.parser.SluiceParser;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;

/** The words of the language, in capitals. Safe for use by any thread. */
public final class Keywords {
  /** Names of window functions: to the grammar names like others, to the reader keywords. */
  private static final List<String> WINDOWS = List.of("TUMBLE", "HOP", "CUMULATE", "SESSION");

  private Keywords() {}

  /** Whether that is the name of a window function. */
  static boolean isWindow(String name) {
    return WINDOWS.contains(name.toUpperCase(Locale.ROOT));
  }

  /** Every word, ours included, sorted. Takes a while on first use. */
  public static List<String> all() {
    TreeSet<String> words = new TreeSet<>(SluiceParser.keywords());
    words.addAll(WINDOWS);
    return List.copyOf(words);
  }
}
