package dev.sluice.cli.run;

import dev.sluice.cli.print.JsonText;
import dev.sluice.cli.print.ResultPrinter;
import dev.sluice.cli.print.Row;
import dev.sluice.cli.print.RowPrinter;
import dev.sluice.cli.print.RowPrinter.Layout;
import dev.sluice.connector.Settings;
import dev.sluice.engine.Job;
import dev.sluice.engine.RunReport;
import dev.sluice.engine.status.JobStatus;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.pipeline.Session;
import dev.sluice.pipeline.Step;
import dev.sluice.plan.PhysicalPlan;
import dev.sluice.planner.Planner.TextTable;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.RowKind;
import dev.sluice.type.Schema;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/** Does what prepared steps say and shows what comes of it. Single-threaded. */
public final class StepRunner {
  /** How much is said of a pipeline's end. */
  public enum Telling {
    /** A summary and how to look at the result. */
    FULL,
    /** One JSON object on standard output. */
    JSON,
    /** One line. */
    BRIEF
  }

  private final Session session;
  private final Console console;
  private final Telling telling;
  private Layout layout;
  private ResultStream results;
  private boolean ranSomething;
  private Optional<Job> lastJob = Optional.empty();
  private Optional<JobStatus> lastStatus = Optional.empty();

  public StepRunner(Session session, Console console, Layout layout, Telling telling) {
    this.session = session;
    this.console = console;
    this.layout = layout;
    this.telling = telling;
    this.results = console.out();
  }

  /** Prints further results to {@code target} in that layout. */
  public void redirect(ResultStream target, Layout newLayout) {
    results = target;
    layout = newLayout;
  }

  /** Whether a pipeline or query has been started, so that a failure is no longer a refusal. */
  public boolean ranSomething() {
    return ranSomething;
  }

  /**
   * Runs the steps in order until one fails or is interrupted.
   *
   * @param sayDone whether a definition is confirmed, as a shell does
   * @return the exit code
   * @throws UserError if a step cannot start or fails
   */
  public int run(List<Step> steps, boolean sayDone) throws InterruptedException {
    for (Step step : steps) {
      int code = ExitCode.DONE;
      if (step instanceof Step.Pipeline pipeline) {
        code = remembered(() -> pipeline(pipeline.plan()));
      } else if (step instanceof Step.Query query) {
        code = remembered(() -> query(query.plan()));
      } else if (step instanceof Step.Answer answer) {
        table(answer.table());
      } else if (step instanceof Step.Text text) {
        results.print(text.text().stripTrailing() + "\n");
        results.flush();
      } else if (sayDone && step instanceof Step.Done done) {
        results.print(done.what() + "\n");
        results.flush();
      }
      if (code != ExitCode.DONE) {
        return code;
      }
    }
    return ExitCode.DONE;
  }

  /** A job that is waited for. */
  private interface Run {
    int code() throws InterruptedException;
  }

  /** Keeps what the job says of itself at its end, and not the job. */
  private int remembered(Run run) throws InterruptedException {
    try {
      return run.code();
    } finally {
      lastStatus = lastJob.map(Job::status).or(() -> lastStatus);
      lastJob = Optional.empty();
    }
  }

  private int pipeline(PhysicalPlan plan) throws InterruptedException {
    Job job = session.start(plan, batch -> batch.close(), results.strict());
    ranSomething = true;
    lastJob = Optional.of(job);
    List<String> notices = job.notices();
    notices.forEach(notice -> console.err().print(notice + "\n"));
    console.err().flush();
    RunReport report;
    Optional<Integer> interrupted;
    try (Interrupts interrupts = new Interrupts(job, true, console.err());
        TerminalSize size = new TerminalSize();
        Progress progress = progress(job, true, size, () -> 0, notices.size())) {
      try {
        report = job.await();
      } catch (UserError e) {
        interrupted = interrupts.exitCode();
        progress.close();
        if (results.isAbandoned()) {
          return ExitCode.DONE;
        }
        tellFailure(job, e);
        if (e.code() == ErrorCode.INTERRUPTED && interrupted.isPresent()) {
          return interrupted.get();
        }
        throw e;
      }
      interrupted = interrupts.exitCode();
    }
    checkWritten();
    tell(plan, report);
    return interrupted.orElse(ExitCode.DONE);
  }

  private void tellFailure(Job job, UserError failure) {
    results.flush();
    if (telling == Telling.JSON) {
      Map<String, Object> error = new LinkedHashMap<>();
      error.put("code", failure.code().id());
      error.put("message", failure.summary());
      console
          .out()
          .print(Summary.json(job.report(), job.status(), "failed", Optional.of(error)) + "\n");
      console.out().flush();
    }
  }

  private void tell(PhysicalPlan plan, RunReport report) {
    switch (telling) {
      case JSON -> {
        String status = report.stopped() ? "stopped" : "done";
        console
            .out()
            .print(
                Summary.json(report, lastJob.orElseThrow().status(), status, Optional.empty())
                    + "\n");
        console.out().flush();
      }
      case BRIEF ->
          console.err().print(Summary.text(report).lines().findFirst().orElseThrow() + "\n");
      case FULL -> {
        console.err().print(Summary.text(report));
        List<String> hints = LookHint.of(plan, session, console.command());
        if (!hints.isEmpty()) {
          console.err().print("look at the result:\n");
          hints.forEach(hint -> console.err().print("  " + hint + "\n"));
        }
      }
    }
    console.err().flush();
  }

  private int query(PhysicalPlan plan) throws InterruptedException {
    ZoneId zone = ZoneId.of(plan.settings().getOrDefault(Settings.TIME_ZONE.key(), "UTC"));
    RowPrinter printer = RowPrinter.of(layout, results);
    ResultPrinter result = new ResultPrinter(plan, printer, zone);
    AtomicBoolean unread = new AtomicBoolean();
    AtomicReference<Optional<Job>> running = new AtomicReference<>(Optional.empty());
    Job job =
        session.start(
            plan,
            batch -> {
              result.accept(batch);
              // nobody reads any longer, as in … | head
              if (results.checkError()) {
                unread.set(true);
                running.get().ifPresent(Job::cancel);
              }
            },
            results.strict());
    result.begin();
    running.set(Optional.of(job));
    ranSomething = true;
    lastJob = Optional.of(job);
    try (Interrupts interrupts = new Interrupts(job, false, console.err());
        Progress progress = progress(job, false, () -> Integer.MAX_VALUE, result::rows, 0)) {
      awaitQuery(job, interrupts, unread);
      progress.close();
      result.end();
      checkWritten();
      Summary.leftOut(job.report()).ifPresent(text -> console.err().print(text + "\n"));
      return interrupts.exitCode().orElse(ExitCode.DONE);
    }
  }

  /** A result that is lost is a failure, unless nobody wants it. */
  private void checkWritten() {
    results
        .lost()
        .ifPresent(
            failure -> {
              throw failure;
            });
  }

  private static void awaitQuery(Job job, Interrupts interrupts, AtomicBoolean unread)
      throws InterruptedException {
    try {
      job.await();
    } catch (UserError e) {
      boolean wanted = unread.get() || interrupts.exitCode().isPresent();
      if (e.code() != ErrorCode.INTERRUPTED || !wanted) {
        throw e;
      }
    }
  }

  private Progress progress(
      Job job, boolean pipeline, IntSupplier width, LongSupplier rows, int toldNotices) {
    Progress.Mode mode =
        !pipeline
            ? Progress.Mode.STALLS
            : console.errTerminal() ? Progress.Mode.LIVE : Progress.Mode.PLAIN;
    return new Progress(job, mode, console.err(), width, rows, Progress.STALL_AFTER, toldNotices);
  }

  /** Why the last pipeline or query gave no more than it did, as it stood when it ended. */
  public String why() {
    return lastStatus.map(Why::text).orElse("nothing has run yet\n");
  }

  /** Prints a table of text in the layout of results. */
  public void table(TextTable table) {
    RowPrinter printer = RowPrinter.of(layout, results);
    Schema columns =
        new Schema(table.columns().stream().map(c -> new Field(c, DataType.string())).toList());
    printer.begin(columns, false, false);
    printer.rows(
        table.rows().stream()
            .map(
                row ->
                    new Row(RowKind.INSERT, row.stream().map(cell -> cell(printer, cell)).toList()))
            .toList());
    printer.end();
  }

  private static Optional<String> cell(RowPrinter printer, String text) {
    return Optional.of(printer.wantsJson() ? JsonText.of(text) : text);
  }
}
