package dev.sluice.planner;

import dev.sluice.connector.ConnectorRegistry;
import dev.sluice.connector.OptionSpec;
import dev.sluice.connector.Options;
import dev.sluice.connector.Settings;
import dev.sluice.error.DidYouMean;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.SourcePosition;
import dev.sluice.error.UserError;
import dev.sluice.plan.PhysicalPlan;
import dev.sluice.planner.catalog.Catalog;
import dev.sluice.planner.catalog.CatalogEntry;
import dev.sluice.planner.catalog.FunctionDef;
import dev.sluice.planner.parse.Keywords;
import dev.sluice.planner.parse.NamePlaces;
import dev.sluice.planner.parse.ParsedQuery;
import dev.sluice.planner.parse.StatementParser;
import dev.sluice.planner.physical.QueryPlanner;
import dev.sluice.type.Schema;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * SQL text to physical plans: the only public door of the planner. Keeps a catalog and settings,
 * which definitions and SET change. Single-threaded. Does no I/O but for reading the jars of
 * functions. Every mistake of the user is a {@link dev.sluice.error.UserError} with its position.
 */
public final class Planner {
  /**
   * The connector name of the sink that {@link #planQuery} ends in; the engine binds it to its
   * caller.
   */
  public static final String RESULT_CONNECTOR = "sluice-result";

  private final ConnectorRegistry connectors;
  private final Map<String, String> commandLine;
  private final Function<String, Optional<String>> environment;
  private final Path workingDirectory;
  private final Catalog catalog = new Catalog();
  private final Map<String, String> variables = new TreeMap<>();
  private final Map<String, String> settings = new TreeMap<>();

  /** As below, in the working directory of the process. */
  public Planner(
      ConnectorRegistry connectors,
      Map<String, String> variables,
      Function<String, Optional<String>> environment) {
    this(connectors, variables, environment, Path.of(""));
  }

  /**
   * @param connectors what is installed
   * @param variables values of ${NAME} given on the command line
   * @param environment the process environment, the last resort for ${NAME}
   * @param workingDirectory base of the relative paths of functions' jars
   */
  public Planner(
      ConnectorRegistry connectors,
      Map<String, String> variables,
      Function<String, Optional<String>> environment,
      Path workingDirectory) {
    this.connectors = connectors;
    this.commandLine = Map.copyOf(variables);
    this.environment = environment;
    this.workingDirectory = workingDirectory;
  }

  /**
   * Splits, substitutes and parses a script. SET and RESET take effect while parsing (later ${NAME}
   * see them), and RESET is no statement of the result; nothing else is applied. Stops at the first
   * mistake.
   *
   * @param source name for positions: a file name, {@code -e}, {@code <stdin>}
   */
  public List<Statement> parse(String source, String text) {
    Collector collector = new Collector();
    StatementParser parser = new StatementParser(this::variable, none -> knownVariables());
    return bounded(
        () -> {
          parser.parse(source, text, collector);
          return collector.statements;
        });
  }

  private Optional<String> variable(String name) {
    return Optional.ofNullable(commandLine.get(name))
        .or(() -> Optional.ofNullable(variables.get(name)))
        .or(() -> environment.apply(name));
  }

  private List<String> knownVariables() {
    List<String> known = new ArrayList<>(commandLine.keySet());
    known.addAll(variables.keySet());
    return known;
  }

  /** Makes {@link Statement}s of what the parser reads. */
  private final class Collector implements StatementParser.Listener {
    private final List<Statement> statements = new ArrayList<>();

    @Override
    public void definition(StatementParser.Place place, String verb, String object, Object ddl) {
      statements.add(
          new Statement.Definition(
              place.position(), place.text(), verb, object, new Statement.Ast(ddl)));
    }

    @Override
    public void insert(StatementParser.Place place, String target, ParsedQuery query) {
      statements.add(
          new Statement.Insert(place.position(), place.text(), target, new Statement.Ast(query)));
    }

    @Override
    public void query(StatementParser.Place place, ParsedQuery query) {
      statements.add(new Statement.Query(place.position(), place.text(), new Statement.Ast(query)));
    }

    @Override
    public void explain(StatementParser.Place place, String format, List<ParsedQuery> queries) {
      List<Statement> explained = new ArrayList<>();
      for (ParsedQuery query : queries) {
        Statement.Ast ast = new Statement.Ast(query);
        explained.add(
            query.target().isPresent()
                ? new Statement.Insert(
                    place.position(), place.text(), query.target().get().getSimple(), ast)
                : new Statement.Query(place.position(), place.text(), ast));
      }
      Statement.Explain.Format as = Statement.Explain.Format.valueOf(format);
      statements.add(
          new Statement.Explain(place.position(), place.text(), as, List.copyOf(explained)));
    }

    @Override
    public void describe(StatementParser.Place place, String object) {
      statements.add(new Statement.Describe(place.position(), place.text(), object));
    }

    @Override
    public void show(
        StatementParser.Place place, String what, Optional<String> object, Optional<String> like) {
      statements.add(new Statement.Show(place.position(), place.text(), what, object, like));
    }

    @Override
    public void set(
        StatementParser.Place place, Map<String, String> assignment, SourcePosition keyPosition) {
      assignment.forEach((key, value) -> assign(key, value, keyPosition));
      statements.add(new Statement.Set(place.position(), place.text(), assignment));
    }

    @Override
    public void reset(
        StatementParser.Place place, Optional<String> key, SourcePosition keyPosition) {
      if (key.isEmpty()) {
        settings.clear();
        variables.clear();
      } else {
        reset(key.get(), keyPosition);
      }
    }

    private void reset(String key, SourcePosition position) {
      Optional<OptionSpec> setting = Settings.find(key.toLowerCase(java.util.Locale.ROOT));
      if (setting.isPresent()) {
        settings.remove(setting.get().key());
      } else if (variables.remove(key) == null) {
        throw Settings.unknown(key).at(position);
      }
    }
  }

  /**
   * SET: a known setting, or a variable. A name with a dot or hyphen, or nearly a setting's, is a
   * mistyped setting; any other plain name is a variable.
   */
  private void assign(String key, String value, SourcePosition position) {
    Optional<OptionSpec> setting = Settings.find(key.toLowerCase(java.util.Locale.ROOT));
    if (setting.isPresent()) {
      checkSetting(setting.get(), value, position);
      settings.put(setting.get().key(), value);
      return;
    }
    List<String> keys = Settings.all().stream().map(OptionSpec::key).toList();
    boolean plain = key.matches("[A-Za-z_][A-Za-z0-9_]*");
    if (!plain
        || !key.equals(key.toUpperCase(java.util.Locale.ROOT))
            && !DidYouMean.nearest(key, keys).isEmpty()) {
      throw Settings.unknown(key).at(position);
    }
    variables.put(key, value);
  }

  private static void checkSetting(OptionSpec setting, String value, SourcePosition position) {
    try {
      switch (setting.type()) {
        case INTEGER -> {
          if (Integer.parseInt(value.trim()) < 1) {
            throw new IllegalArgumentException("not positive");
          }
        }
        case DURATION -> Options.parseDuration(value);
        case SIZE -> Options.parseSize(value);
        default -> {
          if (setting.equals(Settings.TIME_ZONE)) {
            java.time.ZoneId.of(value);
          }
        }
      }
    } catch (IllegalArgumentException | java.time.DateTimeException e) {
      throw UserError.of(
              ErrorCode.SETTING_VALUE,
              "setting '" + setting.key() + "' cannot take '" + value + "'")
          .withHint("it takes a value such as '" + setting.example() + "'")
          .at(position)
          .causedBy(e);
    }
  }

  /**
   * Whether {@code text} ends inside a statement, so that a shell should ask for another line: an
   * open string, comment or bracket, or no semicolon yet.
   */
  public boolean isIncomplete(String text) {
    return StatementParser.isIncomplete(text);
  }

  /**
   * Applies a definition to the catalog, after checking it fully (types, options, expressions,
   * views).
   */
  public void apply(Statement.Definition definition) {
    try {
      bounded(
          () -> {
            new Definitions(catalog, connectors, workingDirectory, this::planner)
                .apply(definition.ast().node());
            return definition;
          });
    } catch (UserError e) {
      throw e.position().isPresent()
          ? e
          : e.at(NamePlaces.find(definition.position(), definition.text(), definition.object()));
    }
  }

  /** Trees are walked by recursion, ours and Calcite's: one too deep is the text's mistake. */
  private static <T> T bounded(Supplier<T> work) {
    try {
      return work.get();
    } catch (StackOverflowError e) {
      throw UserError.of(ErrorCode.SYNTAX, "the statement is nested too deeply")
          .withHint("cut it into views")
          .causedBy(e);
    }
  }

  private QueryPlanner planner() {
    return new QueryPlanner(catalog, connectors, settings);
  }

  /** Plans all inserts of a file as one graph with shared scans. */
  public PhysicalPlan plan(List<Statement.Insert> inserts) {
    return bounded(() -> planner().plan(inserts.stream().map(i -> parsed(i.ast())).toList()));
  }

  /**
   * Plans a bare query; the plan's only sink has the connector {@link #RESULT_CONNECTOR} and takes
   * any changelog.
   */
  public PhysicalPlan planQuery(Statement.Query query) {
    return bounded(() -> planner().planQuery(parsed(query.ast()), RESULT_CONNECTOR));
  }

  private static ParsedQuery parsed(Statement.Ast ast) {
    return (ParsedQuery) ast.node();
  }

  /**
   * The text of EXPLAIN for a query or insert (or for {@code inserts} of a whole file together).
   */
  public String explain(Statement.Explain.Format format, List<? extends Statement> targets) {
    return explain(format, targets, false);
  }

  /** The same; {@code checkpointed} if a run would keep checkpoints whatever SET says. */
  public String explain(
      Statement.Explain.Format format, List<? extends Statement> targets, boolean checkpointed) {
    return bounded(() -> new Explanation(this, connectors, checkpointed).of(format, targets));
  }

  /** Calcite's algebra of a query or insert. */
  String logical(Statement.Ast ast) {
    return planner().logical(parsed(ast));
  }

  /** Rows of text that answer DESCRIBE and SHOW. */
  public TextTable answer(Statement statement) {
    return new Answers(catalog, connectors, settings, this::planner).answer(statement);
  }

  /** A little table of text. */
  public record TextTable(List<String> columns, List<List<String>> rows) {}

  /** Where the object of that name was declared, for messages about it. */
  public Optional<SourcePosition> place(String object) {
    return catalog.find(object).flatMap(CatalogEntry::place);
  }

  /** The settings that SET gave so far, known ones only (variables left out). */
  public Map<String, String> settings() {
    return Map.copyOf(settings);
  }

  /**
   * Names of all objects in the catalog with their columns (computed ones included), for
   * completion.
   */
  public Map<String, Schema> objects() {
    Map<String, Schema> objects = new LinkedHashMap<>();
    QueryPlanner planner = planner();
    for (CatalogEntry entry : catalog.all()) {
      objects.put(entry.name(), planner.columns(entry));
    }
    return objects;
  }

  /** Names of the functions that were defined, for completion. */
  public List<String> functions() {
    return catalog.functions().stream().map(FunctionDef::name).toList();
  }

  /** Reserved and unreserved words of the grammar, in capitals, for completion and highlighting. */
  public List<String> keywords() {
    return Keywords.all();
  }
}
