package dev.sluice.planner.ast;

import java.util.List;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlWriter;
import org.apache.calcite.sql.parser.SqlParserPos;

/** {@code LIKE table [(INCLUDING | EXCLUDING | OVERWRITING part …)]} of a CREATE TABLE. */
public final class LikeClause extends Tree {
  /** What becomes of a part that the other table has. */
  public enum Merging {
    INCLUDING,
    EXCLUDING,
    OVERWRITING
  }

  /** Parts of a table. */
  public enum Part {
    ALL,
    CONSTRAINTS,
    GENERATED,
    METADATA,
    OPTIONS,
    PARTITIONS,
    WATERMARKS
  }

  /** What is said of one part. */
  public record Option(Merging merging, Part part) {}

  private final SqlIdentifier source;
  private final List<Option> options;

  public LikeClause(SqlParserPos position, SqlIdentifier source, List<Option> options) {
    super("LIKE", position, source);
    this.source = source;
    this.options = List.copyOf(options);
  }

  public SqlIdentifier source() {
    return source;
  }

  /** In the order written; of two about one part the later is meant. */
  public List<Option> options() {
    return options;
  }

  /**
   * What becomes of {@code part}: as said of it or of ALL; if nothing is said, it is included,
   * options may be given anew.
   */
  public Merging merging(Part part) {
    Merging said = part == Part.OPTIONS ? Merging.OVERWRITING : Merging.INCLUDING;
    for (Option option : options) {
      if (option.part() == Part.ALL) {
        said = option.merging();
      }
    }
    for (Option option : options) {
      if (option.part() == part) {
        said = option.merging();
      }
    }
    return said;
  }

  @Override
  public void unparse(SqlWriter writer, int left, int right) {
    writer.keyword("LIKE");
    source.unparse(writer, 0, 0);
    if (!options.isEmpty()) {
      SqlWriter.Frame frame = writer.startList("(", ")");
      for (Option option : options) {
        writer.keyword(option.merging().name());
        writer.keyword(option.part().name());
      }
      writer.endList(frame);
    }
  }
}
