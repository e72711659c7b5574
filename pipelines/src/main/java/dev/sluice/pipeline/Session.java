package dev.sluice.pipeline;

import dev.sluice.batch.RecordBatch;
import dev.sluice.connector.OptionSpec;
import dev.sluice.connector.Settings;
import dev.sluice.engine.Engine;
import dev.sluice.engine.EngineOptions;
import dev.sluice.engine.Job;
import dev.sluice.error.SourcePosition;
import dev.sluice.error.UserError;
import dev.sluice.plan.PhysicalPlan;
import dev.sluice.planner.Planner;
import dev.sluice.planner.Planner.TextTable;
import dev.sluice.planner.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * One catalog with its settings, and the engine that runs what is planned against it.
 * Single-threaded, as its planner is; the jobs it starts are not.
 *
 * <p>A script is prepared as a whole before any of it runs, so that a mistake in its last statement
 * leaves no half-done work: definitions take effect in order, INSERTs gather into one graph with
 * shared scans, and the graph is cut only where order could show, before a query and before a DROP.
 */
public final class Session {
  private final SessionOptions options;
  private final Planner planner;
  private final Engine engine;
  private final Map<String, String> texts = new HashMap<>();

  public Session(SessionOptions options) {
    this.options = options;
    this.planner =
        new Planner(
            options.connectors(),
            options.variables(),
            options.environment(),
            options.workingDirectory());
    this.engine = new Engine(options.connectors());
  }

  /** For completion, highlighting and the question whether a statement is complete. */
  public Planner planner() {
    return planner;
  }

  public SessionOptions options() {
    return options;
  }

  /** The text given under that name last, for showing the line of a mistake. */
  public Optional<String> text(String source) {
    return Optional.ofNullable(texts.get(source));
  }

  /**
   * Parses, applies and plans everything; touches no data.
   *
   * @throws dev.sluice.error.UserError at the first mistake; definitions before it have taken
   *     effect
   */
  public List<Step> prepare(List<SqlText> scripts) {
    Preparation preparation = new Preparation();
    for (SqlText script : scripts) {
      parse(script).forEach(preparation::add);
    }
    return preparation.finish();
  }

  /**
   * The plan of a whole script as text. Statements other than definitions, inserts and queries are
   * left out.
   *
   * @throws dev.sluice.error.UserError at the first mistake
   */
  public String explain(List<SqlText> scripts, Statement.Explain.Format format) {
    List<Statement> targets = new ArrayList<>();
    for (SqlText script : scripts) {
      for (Statement statement : parse(script)) {
        if (statement instanceof Statement.Definition definition) {
          planner.apply(definition);
        } else if (statement instanceof Statement.Insert || statement instanceof Statement.Query) {
          targets.add(statement);
        }
      }
    }
    return targets.isEmpty() ? "" : planner.explain(format, targets, checkpointed());
  }

  /**
   * Starts a planned pipeline or query.
   *
   * @param results takes a query's rows: called by one thread, in order; the callee owns the batch
   * @param standardOutput where {@code print} sinks write
   * @throws dev.sluice.error.UserError if something cannot be opened; nothing has run then
   */
  public Job start(PhysicalPlan plan, Consumer<RecordBatch> results, Appendable standardOutput) {
    Map<String, String> settings = new HashMap<>(plan.settings());
    settings.putAll(options.settings());
    EngineOptions engineOptions =
        EngineOptions.of(settings, options.pipelineName(), options.workingDirectory());
    try {
      return engine.start(plan, engineOptions, results, standardOutput);
    } catch (UserError e) {
      Optional<SourcePosition> place =
          e.position().isPresent() ? Optional.empty() : e.subject().flatMap(planner::place);
      throw place.map(e::at).orElse(e);
    }
  }

  private boolean checkpointed() {
    return options.settings().containsKey(Settings.CHECKPOINT_DIR.key());
  }

  private List<Statement> parse(SqlText script) {
    texts.put(script.source(), script.text());
    return planner.parse(script.source(), script.text());
  }

  private TextTable settingsTable() {
    Map<String, String> given = planner.settings();
    List<List<String>> rows = new ArrayList<>();
    for (OptionSpec spec : Settings.all()) {
      String value = given.getOrDefault(spec.key(), spec.defaultValue().orElse(""));
      rows.add(
          List.of(
              spec.key(), options.settings().getOrDefault(spec.key(), value), spec.description()));
    }
    return new TextTable(List.of("setting", "value", "description"), rows);
  }

  /** The walk over one script. */
  private final class Preparation {
    private final List<Step> steps = new ArrayList<>();
    private final List<Statement.Insert> inserts = new ArrayList<>();

    void add(Statement statement) {
      if (statement instanceof Statement.Insert insert) {
        inserts.add(insert);
      } else if (statement instanceof Statement.Query query) {
        cut();
        steps.add(new Step.Query(planner.planQuery(query), query));
      } else if (statement instanceof Statement.Definition definition) {
        if (definition.verb().startsWith("DROP")) {
          cut();
        }
        planner.apply(definition);
        steps.add(new Step.Done(definition.verb() + " " + definition.object()));
      } else if (statement instanceof Statement.Explain explain) {
        steps.add(
            new Step.Text(planner.explain(explain.format(), explain.targets(), checkpointed())));
      } else if (statement instanceof Statement.Set set) {
        steps.add(
            set.assignment().isEmpty() ? new Step.Answer(settingsTable()) : new Step.Done("SET"));
      } else {
        steps.add(new Step.Answer(planner.answer(statement)));
      }
    }

    List<Step> finish() {
      cut();
      return List.copyOf(steps);
    }

    private void cut() {
      if (!inserts.isEmpty()) {
        steps.add(new Step.Pipeline(planner.plan(inserts)));
        inserts.clear();
      }
    }
  }
}
