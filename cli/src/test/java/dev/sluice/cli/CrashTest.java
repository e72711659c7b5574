package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.CrashRig.End;
import dev.sluice.cli.CrashRig.Kill;
import dev.sluice.cli.run.ExitCode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Pipelines in processes of their own that are killed, at named points and at random instants, and
 * started again until they finish: every sink must hold the rows of an undisturbed run, each once.
 * {@code -Dcrash.kills=200} asks for more kills than the few of every build, and for all points one
 * by one; {@code -Dcrash.seed=…} repeats a run.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CrashTest {
  private static final int KILLS = Integer.getInteger("crash.kills", 3);
  private static final boolean LONG = KILLS >= 100;
  private static final long SEED = Long.getLong("crash.seed", System.nanoTime());

  /** Where every life of a pipeline comes by several times. */
  private static final List<String> OFTEN =
      List.of(
          "source.polled",
          "tick.read",
          "tick.stage",
          "tick.delivered",
          "checkpoint.begin",
          "checkpoint.prepared",
          "checkpoint.state",
          "storage.written",
          "storage.forced",
          "storage.renamed",
          "checkpoint.durable",
          "checkpoint.sink-committed",
          "checkpoint.committed",
          "checkpoint.retention",
          "file.part-renamed",
          "jdbc.marked",
          "jdbc.loaded",
          "jdbc.committed",
          "kafka.begun",
          "kafka.sent",
          "kafka.marked",
          "kafka.committed");

  /** At the end of a run only. */
  private static final List<String> ONCE = List.of("file.written", "file.renamed");

  /** Where a life begins that has one before it. */
  private static final List<String> RECOVERY =
      List.of("recovery.acquired", "recovery.sink", "recovery.state");

  private CrashRig rig;
  private Random random;
  private List<String> windows = List.of();

  @BeforeAll
  void prepare(@TempDir Path directory) throws IOException {
    rig = new CrashRig(directory, SEED);
    random = rig.random;
    windows = rig.calm("calm", CrashRig.WINDOW);
  }

  private Kill anyKill() {
    if (random.nextInt(4) == 0) {
      return Kill.after(300 + random.nextInt(3500), random.nextInt(3) == 0 ? "STOP" : "KILL");
    }
    List<String> points = new ArrayList<>(OFTEN);
    points.addAll(ONCE);
    points.addAll(RECOVERY);
    String point = points.get(random.nextInt(points.size()));
    return Kill.at(point, 1 + random.nextInt(point.startsWith("storage") ? 30 : 8));
  }

  @Test
  void noRowIsLostAndNoneIsThereTwice() throws Exception {
    List<String> pairs = LONG ? rig.calm("calm2", CrashRig.JOIN) : List.of();
    int kills = 0;
    int pipelines = 0;
    while (kills < KILLS) {
      boolean join = LONG && pipelines++ % 3 == 2;
      CrashRig.Pipeline pipeline =
          rig.new Pipeline(join ? CrashRig.JOIN : CrashRig.WINDOW, join ? pairs : windows);
      int most = Math.min(6, KILLS - kills);
      int killed = 0;
      boolean alive = false;
      while (killed < most && !alive) {
        alive = !pipeline.dies(anyKill());
        killed += alive ? 0 : 1;
      }
      kills += killed;
      if (alive) {
        pipeline.check();
      } else {
        pipeline.finish();
      }
    }
    System.out.println(kills + " kills at random, seed " + SEED);
  }

  @Test
  void changesOfAnotherTableArriveAsTheyWereLeft() throws Exception {
    CrashChanges changes = new CrashChanges(random);
    int most = LONG ? KILLS / 4 : 2;
    int kills = 0;
    while (kills < most) {
      CrashRig.Pipeline pipeline = rig.new Pipeline(changes);
      boolean alive = false;
      for (int killed = 0; killed < 6 && kills < most && !alive; killed++) {
        alive = !pipeline.dies(kills % 4 == 0 ? anyKill() : Kill.at(anyOfChanges(), pass()));
        kills += alive ? 0 : 1;
      }
      if (alive) {
        pipeline.check();
      } else {
        pipeline.finish();
      }
    }
    System.out.println(kills + " kills of a pipeline of changes, seed " + SEED);
  }

  private int pass() {
    return 1 + random.nextInt(12);
  }

  /** A point where such a pipeline comes by. */
  private String anyOfChanges() {
    List<String> points =
        OFTEN.stream().filter(p -> !p.startsWith("file") && !p.startsWith("kafka")).toList();
    return points.get(random.nextInt(points.size()));
  }

  /** Each point is one that a life comes by: otherwise it would not die there. */
  @Test
  void aDeathAtEachPointCostsNothing() throws Exception {
    List<String> points = new ArrayList<>(OFTEN);
    points.addAll(ONCE);
    Collections.shuffle(points, random);
    int kills = 0;
    int turns = LONG ? 3 : 1;
    for (int i = 0; i < (LONG ? points.size() : 3); i++) {
      CrashRig.Pipeline pipeline = rig.new Pipeline(CrashRig.WINDOW, windows);
      String point = points.get(i);
      for (int turn = 1; turn <= turns; turn++) {
        // the three databases pass the same points, one after the other
        boolean died = pipeline.dies(Kill.at(point, ONCE.contains(point) ? 1 : turn));
        assertThat(died || turn > 1).as("dies at " + point + ", " + pipeline.story()).isTrue();
        kills += died ? 1 : 0;
      }
      pipeline.finish();
    }
    System.out.println(kills + " kills at points, seed " + SEED);
  }

  @Test
  void deathWhileItComesBackCostsNothing() throws Exception {
    int loops = LONG ? 6 : 1;
    int deaths = LONG ? 5 : 2;
    for (int loop = 0; loop < loops; loop++) {
      CrashRig.Pipeline pipeline = rig.new Pipeline(CrashRig.WINDOW, windows);
      assertThat(pipeline.dies(Kill.at("checkpoint.durable", 2 + random.nextInt(4))))
          .as(pipeline.story())
          .isTrue();
      for (int death = 0; death < deaths; death++) {
        String point = RECOVERY.get(random.nextInt(RECOVERY.size()));
        // six sinks, one stage with state
        int pass = point.equals("recovery.state") ? 1 : 1 + random.nextInt(6);
        assertThat(pipeline.dies(Kill.at(point, pass))).as(pipeline.story()).isTrue();
      }
      pipeline.finish();
    }
  }

  /** Needs a run that is still there when it is asked: not in every build. */
  @Test
  @EnabledIfSystemProperty(named = "crash.kills", matches = "[0-9]+")
  void deathDuringASavepointCostsNothing() throws Exception {
    int kills = 0;
    for (int i = 0; i < (LONG ? 12 : 2); i++) {
      CrashRig.Pipeline pipeline = rig.new Pipeline(CrashRig.WINDOW, windows);
      for (String point : List.of("savepoint.begin", "savepoint.saved")) {
        kills += pipeline.dies(Kill.at(point, 1)) ? 1 : 0;
      }
      pipeline.finish();
    }
    System.out.println(kills + " kills during savepoints, seed " + SEED);
    assertThat(kills).isPositive();
  }

  @Test
  void ofTwoThatStartTogetherOneIsRefused() throws Exception {
    int races = LONG ? 20 : 1;
    for (int race = 0; race < races; race++) {
      CrashRig.Pipeline pipeline = rig.new Pipeline(CrashRig.WINDOW, windows);
      List<End> ends = pipeline.race();
      assertThat(ends.stream().map(End::code))
          .as(pipeline.story())
          .containsExactlyInAnyOrder(ExitCode.DONE, ExitCode.REFUSED);
      assertThat(ends).anyMatch(end -> end.output().contains("in use by another process"));
      pipeline.check();
    }
  }

  @Test
  void whoIsAskedToEndDoesSoSoonAndInGoodOrder() throws Exception {
    int most = LONG ? 50 : 3;
    int asked = 0;
    long longest = 0;
    while (asked < most) {
      CrashRig.Pipeline pipeline = rig.new Pipeline(CrashRig.WINDOW, windows);
      for (int life = 0; life < 3 && asked < most; life++) {
        End end = pipeline.run(Kill.after(600 + random.nextInt(1500), "TERM"));
        asked++;
        longest = Math.max(longest, end.millis());
        // before its main method runs, a Java process knows no other answer than 143
        assertThat(end.code()).as(pipeline.story() + "\n" + end.output()).isIn(0, 143);
        assertThat(end.millis()).as(pipeline.story()).isLessThan(30_000);
      }
      pipeline.finish();
    }
    System.out.println(asked + " asked to end, the slowest took " + longest + " ms");
  }
}
