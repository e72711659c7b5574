package dev.sluice.simulator;

import dev.sluice.connector.ConnectorRegistry;
import dev.sluice.connector.Settings;
import dev.sluice.connector.file.FileConnector;
import dev.sluice.engine.Engine;
import dev.sluice.engine.EngineOptions;
import dev.sluice.engine.SteppedJob;
import dev.sluice.engine.checkpoint.Checkpoints;
import dev.sluice.engine.checkpoint.LocalStorage;
import dev.sluice.error.UserError;
import dev.sluice.pipeline.Session;
import dev.sluice.pipeline.SessionOptions;
import dev.sluice.pipeline.SqlText;
import dev.sluice.pipeline.Step;
import dev.sluice.plan.PhysicalPlan;
import dev.sluice.state.WeakHashes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * One seed: a pipeline and its rows are drawn and run undisturbed; then they are run again in
 * processes that die, on a machine that loses its power, over calls that fail or lose their
 * answers, each time with another parallelism and batch size, until they come to their end. Both
 * must leave the same rows in every sink. The same seed gives the same history.
 */
public final class Simulation {
  private static final int MOST_LIVES = 12;

  /** Turns without news after which input that never ends counts as read. */
  private static final int QUIET_TURNS = 80;

  private static final Map<String, PhysicalPlan> PLANS = new ConcurrentHashMap<>();

  static {
    WeakHashes.allow();
  }

  private final long seed;
  private final SimPipeline pipeline;
  private final SimData data;
  private final StringBuilder story = new StringBuilder();

  /**
   * How it went.
   *
   * @param fingerprint equal for equal histories
   * @param lives processes it took
   * @param failure what was wrong, and how to see it again
   */
  public record Result(String fingerprint, int lives, Optional<String> failure) {}

  private Simulation(long seed) {
    this.seed = seed;
    WeakHashes.use(seed % 4 == 3);
    Random draw = new Random(seed * 31 + 7);
    this.pipeline = SimPipeline.of(draw);
    this.data = SimData.of(draw);
  }

  /** The last checkpoint that the undisturbed run of a seed leaves, and the files it needs. */
  static Map<String, byte[]> lastCheckpoint(long seed) throws IOException {
    Simulation simulation = new Simulation(seed);
    SimWorld calm = new SimWorld(seed);
    simulation.life(calm, 0, Long.MAX_VALUE, SimWorld.Fault.ERROR, simulation.pipeline.script());
    Path directory = calm.disk().getPath("/run/checkpoints");
    Checkpoints.Entry last = Checkpoints.list(new LocalStorage(directory)).get(0);
    Map<String, byte[]> files = new TreeMap<>();
    files.put(last.name(), Files.readAllBytes(directory.resolve(last.name())));
    for (String name : last.manifest().orElseThrow().files()) {
      files.put(name, Files.readAllBytes(directory.resolve(name)));
    }
    return files;
  }

  /** Runs one seed. */
  public static Result of(long seed) {
    return new Simulation(seed).run();
  }

  /**
   * The pipeline of a seed once for each of its calls to the outside, which goes wrong, and then to
   * its end; gives how often, and the first failure.
   */
  static Result everyCall(long seed, SimWorld.Fault fault) {
    return new Simulation(seed).every(fault);
  }

  private Result every(SimWorld.Fault fault) {
    SimWorld calm = new SimWorld(seed);
    SimWorld world = calm;
    int at = 0;
    try {
      life(calm, 0, Long.MAX_VALUE, fault, pipeline.script());
      boolean reached = true;
      while (reached) {
        at++;
        story.setLength(0);
        world = new SimWorld(seed);
        boolean ended = life(world, 0, at, fault, pipeline.script());
        reached = world.faulted();
        // the user may have stopped it before that call
        if ((reached || !ended) && !life(world, 1, Long.MAX_VALUE, fault, pipeline.script())) {
          throw new AssertionError("it does not come to its end");
        }
        requireEqual(calm, world);
      }
      return new Result(calm.trace().fingerprint(), at - 1, Optional.empty());
    } catch (RuntimeException | AssertionError | IOException e) {
      return new Result("", at, Optional.of(report(world, e)));
    }
  }

  private Result run() {
    SimWorld calm = new SimWorld(seed);
    SimWorld world = new SimWorld(seed + 1_000_003);
    try {
      life(calm, 0, Long.MAX_VALUE, SimWorld.Fault.ERROR, pipeline.script());
      int lives = lives(world, calm.calls());
      requireEqual(calm, world);
      return new Result(world.trace().fingerprint(), lives, Optional.empty());
    } catch (RuntimeException | AssertionError | IOException e) {
      return new Result(world.trace().fingerprint(), 0, Optional.of(report(world, e)));
    }
  }

  private void requireEqual(SimWorld calm, SimWorld world) throws IOException {
    for (String sink : pipeline.sinks()) {
      List<String> expected = rows(calm, sink);
      List<String> found = rows(world, sink);
      if (!found.equals(expected)) {
        throw new AssertionError(
            "sink " + sink + ": " + difference(expected, found) + undisturbed(sink));
      }
    }
    requireNoResidue(world);
  }

  /** What the sink holds after other undisturbed runs: whether order alone makes a difference. */
  private String undisturbed(String sink) throws IOException {
    StringBuilder text = new StringBuilder(" undisturbed runs have");
    for (int i = 1; i <= 4; i++) {
      SimWorld world = new SimWorld(seed + i * 1_000_000_007L);
      life(world, 0, Long.MAX_VALUE, SimWorld.Fault.ERROR, pipeline.script());
      List<String> rows = rows(world, sink);
      text.append(' ').append(rows.size()).append('/').append(rows.hashCode() & 0xffff);
    }
    return text + " rows";
  }

  private int lives(SimWorld world, long calls) throws IOException {
    Random random = world.random();
    int disturbed = 1 + random.nextInt(6);
    String script = pipeline.script();
    for (int life = 0; life < MOST_LIVES; life++) {
      long at = Long.MAX_VALUE;
      if (life < disturbed) {
        // often early: recovery itself is disturbed, too
        at = 1 + random.nextLong(random.nextInt(3) == 0 ? 40 : calls + 20);
      }
      SimWorld.Fault[] kinds = SimWorld.Fault.values();
      if (life > 0 && random.nextInt(8) == 0) {
        script = pipeline.edited();
      }
      try {
        if (life(world, life, at, kinds[random.nextInt(kinds.length)], script)) {
          return life + 1;
        }
      } catch (UserError e) {
        if (script.equals(pipeline.script()) || !e.getMessage().contains("is the end of")) {
          throw e;
        }
        // too late for a further sink
        script = pipeline.script();
      }
    }
    throw new AssertionError("it does not come to its end");
  }

  /** One process; true if it came to the end of the pipeline. */
  private boolean life(SimWorld world, int life, long faultAt, SimWorld.Fault fault, String script)
      throws IOException {
    Random random = world.random();
    EngineOptions options = options(world, random, life);
    story.append(
        String.format(
            "%nlife %d: parallelism %d, batches of %d, %s at call %d%s",
            life,
            options.parallelism(),
            options.batchRows(),
            fault,
            faultAt,
            script.equals(pipeline.script()) ? "" : ", with a further sink"));
    world.begin(faultAt, fault);
    world.trace().add("life " + life);
    Optional<SteppedJob> job = Optional.empty();
    Optional<Throwable> failure = Optional.empty();
    List<Supplier<Optional<Path>>> aside = new ArrayList<>();
    boolean ended = false;
    try {
      Engine engine =
          new Engine(ConnectorRegistry.of(new SimConnector(world, data), new FileConnector()));
      job =
          Optional.of(
              engine.stepped(plan(script), options, new SimHost(world, life), new StringBuilder()));
      ended = turns(world, job.get(), faultAt < Long.MAX_VALUE, aside);
    } catch (RuntimeException | SimulatedCrash e) {
      failure = Optional.of(e);
    }
    try {
      job.ifPresent(SteppedJob::close);
    } catch (RuntimeException | SimulatedCrash e) {
      failure = failure.isPresent() ? failure : Optional.of(e);
    }
    // a process that dies gives nothing back
    long lost = Engine.forgetLost();
    if (world.dead()) {
      world.afterDeath();
      return false;
    }
    if (lost > 0) {
      throw new AssertionError(lost + " bytes of batches were lost when a run ended");
    }
    world.atRest();
    if (failure.isPresent() && !world.faulted()) {
      throw failure.get() instanceof UserError user
          ? user
          : new IllegalStateException("the run failed by itself", failure.get());
    }
    if (!world.faulted()) {
      requireWhole(aside);
    }
    failure.ifPresent(e -> story.append(" -> ").append(e.getMessage()));
    return failure.isEmpty() && ended;
  }

  private boolean turns(
      SimWorld world, SteppedJob job, boolean disturbed, List<Supplier<Optional<Path>>> aside) {
    job.start();
    int quiet = 0;
    boolean more = true;
    while (more && quiet < QUIET_TURNS && !world.dead()) {
      more = job.turn();
      quiet = !pipeline.bounded() && world.allRead() ? quiet + 1 : 0;
      if (disturbed && job.epoch() > 0 && world.random().nextInt(600) == 0) {
        aside.add(job.beginSavepoint("aside-" + world.calls()));
      }
      if (disturbed && world.random().nextInt(300) == 0) {
        // the user stops it, and starts it again
        world.trace().add("stopped");
        job.lastCommit();
        if (more && job.epoch() > 0 && world.random().nextBoolean()) {
          world.moveTo(job.savepoint());
        }
        return !more;
      }
    }
    job.lastCommit();
    return true;
  }

  /** What was saved beside a run that goes on is a checkpoint of it. */
  private static void requireWhole(List<Supplier<Optional<Path>>> aside) throws IOException {
    for (Supplier<Optional<Path>> one : aside) {
      Optional<Path> place = one.get();
      if (place.isPresent()
          && Checkpoints.list(new LocalStorage(place.get())).get(0).manifest().isEmpty()) {
        throw new AssertionError("the savepoint in " + place.get() + " is damaged");
      }
    }
  }

  private static EngineOptions options(SimWorld world, Random random, int life) {
    int[] batches = {1, 2, 7, 50, 4096};
    int[] widths = {1, 1, 2, 2, 3, 5, 8};
    Map<String, String> settings = new HashMap<>();
    world.home().savepoint().ifPresent(from -> settings.put(Settings.FROM_SAVEPOINT, from));
    settings.putAll(
        Map.of(
            Settings.COPIED_KEYS,
            Integer.toString(1 + random.nextInt(20)),
            "checkpoint.dir",
            world.home().checkpoints(),
            "checkpoint.interval",
            (20 + random.nextInt(250)) + " ms",
            "checkpoint.retain",
            Integer.toString(1 + random.nextInt(3)),
            "batch.rows",
            Integer.toString(batches[random.nextInt(batches.length)]),
            "parallelism",
            Integer.toString(widths[random.nextInt(widths.length)]),
            Settings.SPILL_ALWAYS,
            Boolean.toString(random.nextInt(16) == 0)));
    Path directory = world.disk().getPath("/run");
    if (life == 0) {
      try {
        Files.createDirectories(directory);
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
      // it was there before
      world.disk().forceAll();
    }
    return EngineOptions.of(settings, "simulated", directory);
  }

  private static PhysicalPlan plan(String script) {
    return PLANS.computeIfAbsent(
        script,
        text -> {
          Session session =
              new Session(
                  new SessionOptions(
                      ConnectorRegistry.of(new SimConnector(), new FileConnector()),
                      Map.of(),
                      name -> Optional.empty(),
                      Map.of("checkpoint.dir", "checkpoints"),
                      "simulated",
                      Path.of("/run")));
          return session.prepare(List.of(new SqlText("simulated.sql", text))).stream()
              .filter(Step.Pipeline.class::isInstance)
              .map(step -> ((Step.Pipeline) step).plan())
              .findFirst()
              .orElseThrow();
        });
  }

  private static List<String> rows(SimWorld world, String sink) throws IOException {
    Path directory = world.disk().getPath("/run");
    return switch (sink) {
      case "parts" -> lines(directory.resolve("parts"));
      case "whole" -> lines(directory.resolve("whole.csv"));
      default -> world.database().rows(sink);
    };
  }

  private static List<String> lines(Path path) throws IOException {
    List<Path> files = new ArrayList<>();
    if (Files.isDirectory(path)) {
      try (Stream<Path> found = Files.list(path)) {
        found.forEach(files::add);
      }
    } else if (Files.exists(path)) {
      files.add(path);
    }
    List<String> lines = new ArrayList<>();
    for (Path file : files) {
      List<String> all = Files.readAllLines(file);
      lines.addAll(all.subList(Math.min(1, all.size()), all.size()));
    }
    lines.sort(null);
    return lines;
  }

  /** After the end nothing is left but results and checkpoints. */
  private void requireNoResidue(SimWorld world) throws IOException {
    Path directory = world.disk().getPath("/run");
    for (String folder : List.of("parts", world.home().checkpoints(), ".")) {
      Path path = directory.resolve(folder).normalize();
      if (Files.isDirectory(path)) {
        try (Stream<Path> found = Files.list(path)) {
          List<String> left =
              found
                  .map(file -> file.getFileName().toString())
                  .filter(name -> name.startsWith(".") && !name.equals(".lock"))
                  .toList();
          if (!left.isEmpty()) {
            throw new AssertionError("left behind in " + path + ": " + left);
          }
        }
      }
    }
  }

  private static String difference(List<String> expected, List<String> found) {
    Map<String, Integer> counts = new TreeMap<>();
    expected.forEach(row -> counts.merge(row, 1, Integer::sum));
    found.forEach(row -> counts.merge(row, -1, Integer::sum));
    StringBuilder text = new StringBuilder();
    text.append(expected.size()).append(" rows expected, ").append(found.size()).append(" found;");
    counts.entrySet().stream()
        .filter(e -> e.getValue() != 0)
        .limit(6)
        .forEach(
            e ->
                text.append(e.getValue() > 0 ? " lost " : " too many ")
                    .append(Math.abs(e.getValue()))
                    .append(" x ")
                    .append(e.getKey())
                    .append(';'));
    return text.toString();
  }

  private String report(SimWorld world, Throwable e) {
    StringBuilder text = new StringBuilder("seed " + seed + ": " + e);
    for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
      text.append("\n  because ").append(cause);
    }
    if (e instanceof UserError user) {
      text.append("\n  ").append(user.detail().orElse(""));
    }
    text.append("\nagain: mvn -q -Dquick -pl engine/simulator -am test -Dtest=SimulatorTest")
        .append(" -Dsurefire.failIfNoSpecifiedTests=false -Dsluice.sim.seed=")
        .append(seed)
        .append('\n')
        .append(pipeline.script())
        .append(story)
        .append("\nthe last events:\n")
        .append(world.trace().tail());
    if (Boolean.getBoolean("sluice.sim.stack")) {
      java.io.StringWriter stack = new java.io.StringWriter();
      e.printStackTrace(new java.io.PrintWriter(stack));
      text.append('\n').append(stack);
    }
    return text.toString();
  }
}
