package dev.sluice.planner.parse;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.calcite.sql.parser.SqlAbstractParserImpl;
import org.apache.calcite.sql.parser.SqlParser;

/** The words of the language, in capitals. Computed on first use; safe for use by any thread. */
public final class Keywords {
  private static final List<String> OURS =
      List.of(
          "ALLOWED",
          "CHANGES",
          "CONFLICT",
          "CONNECTORS",
          "EMIT",
          "ENFORCED",
          "FINAL",
          "FUNCTIONS",
          "FUTURE",
          "IDLE",
          "LATE",
          "LATENESS",
          "METADATA",
          "PARTITIONED",
          "PHYSICAL",
          "SHOW",
          "SINK",
          "SINKS",
          "SKEW",
          "STREAM",
          "STREAMS",
          "STATEMENT",
          "TABLES",
          "VIEWS",
          "VIRTUAL",
          "WATERMARK",
          "TUMBLE",
          "HOP",
          "CUMULATE",
          "DESCRIPTOR");

  private Keywords() {}

  /** Words that cannot be names without quotes. */
  static Set<String> reserved() {
    return Reserved.WORDS;
  }

  /** Every word, ours included, sorted. */
  public static List<String> all() {
    TreeSet<String> words = new TreeSet<>(Reserved.ALL);
    words.addAll(OURS);
    return List.copyOf(words);
  }

  private static final class Reserved {
    private static final SqlAbstractParserImpl.Metadata METADATA =
        SqlParser.create("").getMetadata();
    private static final Set<String> ALL =
        METADATA.getTokens().stream()
            .filter(METADATA::isKeyword)
            .collect(java.util.stream.Collectors.toCollection(TreeSet::new));
    private static final Set<String> WORDS =
        ALL.stream()
            .filter(METADATA::isReservedWord)
            .collect(java.util.stream.Collectors.toCollection(TreeSet::new));
  }
}
