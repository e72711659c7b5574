package dev.sluice.planner.parse;

import dev.sluice.error.SourcePosition;
import dev.sluice.planner.ast.LikeClause;
import dev.sluice.planner.catalog.CatalogEntry;
import dev.sluice.planner.catalog.FunctionDef;
import java.util.Map;
import java.util.Optional;

/**
 * What a CREATE or DROP says. A value.
 *
 * @param verb for instance {@code CREATE STREAM}
 * @param object the object's name
 * @param replace OR REPLACE
 * @param ifNotExists IF NOT EXISTS of a CREATE, IF EXISTS of a DROP
 * @param entry what is made; empty for DROP
 * @param dropped the kind word of a DROP
 * @param query the query of CREATE SINK … AS
 * @param optionPlaces where each option of the WITH clause stands
 * @param function the function of CREATE FUNCTION
 * @param like the table that the new one takes after
 */
public record DdlResult(
    String verb,
    String object,
    boolean replace,
    boolean ifNotExists,
    Optional<CatalogEntry> entry,
    Optional<String> dropped,
    Optional<ParsedQuery> query,
    Map<String, SourcePosition> optionPlaces,
    Optional<FunctionDef> function,
    Optional<LikeClause> like) {
  /** Of anything but a function. */
  DdlResult(
      String verb,
      String object,
      boolean replace,
      boolean ifNotExists,
      Optional<CatalogEntry> entry,
      Optional<String> dropped,
      Optional<ParsedQuery> query,
      Map<String, SourcePosition> optionPlaces) {
    this(
        verb,
        object,
        replace,
        ifNotExists,
        entry,
        dropped,
        query,
        optionPlaces,
        Optional.empty(),
        Optional.empty());
  }

  /** The same, taking after a table. */
  DdlResult withLike(Optional<LikeClause> clause) {
    return new DdlResult(
        verb, object, replace, ifNotExists, entry, dropped, query, optionPlaces, function, clause);
  }
}
