package dev.sluice.planner;

import dev.sluice.connector.ConnectorRegistry;
import dev.sluice.plan.PhysicalPlan;
import dev.sluice.planner.catalog.Catalog;
import dev.sluice.planner.parse.ParsedQuery;
import dev.sluice.planner.physical.QueryPlanner;
import dev.sluice.type.Schema;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * SQL text to physical plans: the only public door of the planner. Keeps a catalog and settings, which
 * definitions and SET change. Single-threaded. Does no I/O. Every mistake of the user is a
 * {@link dev.sluice.error.UserError} with its position.
 */
public final class Planner {
  /** The connector name of the sink that {@link #planQuery} ends in; the engine binds it to its caller. */
  public static final String RESULT_CONNECTOR = "sluice-result";

  private final ConnectorRegistry connectors;
  private final Catalog catalog = new Catalog();
  private final Map<String, String> settings = new TreeMap<>();

  /**
   * @param connectors what is installed
   * @param variables values of ${NAME} given on the command line
   * @param environment the process environment, the last resort for ${NAME}
   */
  public Planner(
      ConnectorRegistry connectors, Map<String, String> variables, Function<String, Optional<String>> environment) {
    this.connectors = connectors;
  }

  /**
   * Splits, substitutes and parses a script. SET statements take effect while parsing (later ${NAME} see
   * them); nothing else is applied. Stops at the first mistake.
   *
   * @param source name for positions: a file name, {@code -e}, {@code <stdin>}
   */
  public List<Statement> parse(String source, String text) {
    throw new UnsupportedOperationException("parse");
  }

  /**
   * Whether {@code text} ends inside a statement, so that a shell should ask for another line: an open
   * string, comment or bracket, or no semicolon yet.
   */
  public boolean isIncomplete(String text) {
    throw new UnsupportedOperationException("isIncomplete");
  }

  /** Applies a definition to the catalog, after checking it fully (types, options, expressions, views). */
  public void apply(Statement.Definition definition) {
    throw new UnsupportedOperationException("apply");
  }

  /** Plans all inserts of a file as one graph with shared scans. */
  public PhysicalPlan plan(List<Statement.Insert> inserts) {
    return planner().plan(inserts.stream().map(i -> parsed(i.ast())).toList());
  }

  /** Plans a bare query; the plan's only sink has the connector {@link #RESULT_CONNECTOR} and takes any changelog. */
  public PhysicalPlan planQuery(Statement.Query query) {
    return planner().planQuery(parsed(query.ast()), RESULT_CONNECTOR);
  }

  private QueryPlanner planner() {
    return new QueryPlanner(catalog, connectors, settings);
  }

  private static ParsedQuery parsed(Statement.Ast ast) {
    return (ParsedQuery) ast.node();
  }

  /** The text of EXPLAIN for a query or insert (or for {@code inserts} of a whole file together). */
  public String explain(Statement.Explain.Format format, List<? extends Statement> targets) {
    return new Explanation(this, connectors).of(format, targets);
  }

  /** Calcite's algebra of a query or insert. */
  String logical(Statement.Ast ast) {
    return planner().logical(parsed(ast));
  }

  /** Rows of text that answer DESCRIBE and SHOW. */
  public TextTable answer(Statement statement) {
    throw new UnsupportedOperationException("answer");
  }

  /** A little table of text. */
  public record TextTable(List<String> columns, List<List<String>> rows) {}

  /** The settings that SET gave so far, known ones only (variables left out). */
  public Map<String, String> settings() {
    throw new UnsupportedOperationException("settings");
  }

  /** Names of all objects in the catalog with their columns (computed ones included), for completion. */
  public Map<String, Schema> objects() {
    throw new UnsupportedOperationException("objects");
  }

  /** Reserved and unreserved words of the grammar, in capitals, for completion and highlighting. */
  public List<String> keywords() {
    throw new UnsupportedOperationException("keywords");
  }
}
