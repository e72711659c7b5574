package dev.sluice.engine;

import dev.sluice.batch.RecordBatch;
import dev.sluice.connector.ConnectorRegistry;
import dev.sluice.engine.host.Host;
import dev.sluice.engine.host.ThreadHost;
import dev.sluice.plan.PhysicalPlan;
import dev.sluice.plan.StageGraph;
import java.util.function.Consumer;

/**
 * The one-process runtime. Immutable; safe for use by any thread; each job has its own threads and
 * memory.
 */
public final class Engine {
  /** Sinks of this connector are not opened: their rows go to the caller. */
  public static final String RESULT_CONNECTOR = "sluice-result";

  private final ConnectorRegistry connectors;

  public Engine(ConnectorRegistry connectors) {
    this.connectors = connectors;
  }

  /**
   * Opens every source and sink, then starts. A pipeline that fails by a fault that may pass starts
   * again, as its options say.
   *
   * @param results takes the rows of sinks whose connector is {@code sluice-result}: called by one
   *     thread, in order, at the end of each tick; the callee owns the batch
   * @param standardOutput where {@code print} sinks write
   * @throws dev.sluice.error.UserError if something cannot be opened: nothing has run then and all
   *     is closed
   */
  public Job start(
      PhysicalPlan plan,
      EngineOptions options,
      Consumer<RecordBatch> results,
      Appendable standardOutput) {
    GeneratedCode.dumpIfAsked();
    if (isQuery(plan)) {
      // rows that were shown cannot be taken back
      return startOnce(plan, options, results, standardOutput);
    }
    return RestartingJob.start(
        () -> startOnce(plan, options, results, standardOutput),
        new FaultJudge(plan, connectors),
        options);
  }

  /** Bytes of batches that all jobs of this process hold now. */
  public static long batchBytes() {
    return ProcessMemory.ofThisProcess().used();
  }

  /** Of these, what jobs that have ended did not give back: a mistake if there are any. */
  public static long lostBytes() {
    return ProcessMemory.ofThisProcess().lost();
  }

  /** Writes off {@link #lostBytes}; gives their number. */
  public static long forgetLost() {
    return ProcessMemory.ofThisProcess().forgetLost();
  }

  static boolean isQuery(PhysicalPlan plan) {
    return StageGraph.of(plan).sinks().stream()
        .anyMatch(sink -> sink.table().connector().equals(RESULT_CONNECTOR));
  }

  private LocalJob startOnce(
      PhysicalPlan plan,
      EngineOptions options,
      Consumer<RecordBatch> results,
      Appendable standardOutput) {
    JobBuilder builder =
        new JobBuilder(connectors, plan, options, standardOutput, ThreadHost.INSTANCE);
    LocalJob job;
    try {
      job = new LocalJob(builder.build(results), options);
    } catch (RuntimeException | Error e) {
      builder.abandon(e);
      throw e;
    }
    builder.bind(job::wakeUp);
    job.begin();
    return job;
  }

  /**
   * Opens every source and sink like {@link #start}, on a machine of the caller's, who takes the
   * job's steps.
   */
  public SteppedJob stepped(
      PhysicalPlan plan, EngineOptions options, Host host, Appendable standardOutput) {
    JobBuilder builder = new JobBuilder(connectors, plan, options, standardOutput, host);
    try {
      return new SteppedJob(builder.build(RecordBatch::close));
    } catch (RuntimeException | Error e) {
      builder.abandon(e);
      throw e;
    }
  }
}
