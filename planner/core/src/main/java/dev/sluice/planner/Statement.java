package dev.sluice.planner;

import dev.sluice.error.SourcePosition;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A parsed statement. Values, apart from the opaque {@link Ast}; the planner that parsed it
 * understands it.
 */
public sealed interface Statement {
  /** Where it stands in the text, from its first to its last character. */
  SourcePosition position();

  /** The text as written, without the semicolon. Secret references are still references. */
  String text();

  /** The parser's tree, known to the planner only. */
  final class Ast {
    private final Object node;

    Ast(Object node) {
      this.node = node;
    }

    Object node() {
      return node;
    }
  }

  /**
   * CREATE, DROP, and anything else that changes the catalog. {@code object} is the object's name.
   */
  record Definition(SourcePosition position, String text, String verb, String object, Ast ast)
      implements Statement {}

  /** INSERT INTO … SELECT; also the query half of {@code CREATE SINK … AS SELECT}. */
  record Insert(SourcePosition position, String text, String target, Ast ast)
      implements Statement {}

  /** A bare query: SELECT, VALUES, WITH. */
  record Query(SourcePosition position, String text, Ast ast) implements Statement {}

  /** EXPLAIN of a query, an insert, or the inserts of a statement set. */
  record Explain(SourcePosition position, String text, Format format, List<Statement> targets)
      implements Statement {
    /** What EXPLAIN prints. */
    public enum Format {
      LOGICAL,
      PHYSICAL,
      STATE,
      JSON,
      DOT
    }
  }

  /** DESCRIBE x. */
  record Describe(SourcePosition position, String text, String object) implements Statement {}

  /**
   * SHOW STREAMS and its like; {@code what} in capitals ({@code CREATE} for SHOW CREATE x); {@code
   * like} is the pattern that names must fit.
   */
  record Show(
      SourcePosition position,
      String text,
      String what,
      Optional<String> object,
      Optional<String> like)
      implements Statement {}

  /** SET 'key' = 'value'; empty map: SET alone, which lists. Parsing has applied it already. */
  record Set(SourcePosition position, String text, Map<String, String> assignment)
      implements Statement {}
}
