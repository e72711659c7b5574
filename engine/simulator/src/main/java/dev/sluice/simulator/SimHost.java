package dev.sluice.simulator;

import dev.sluice.engine.host.Activity;
import dev.sluice.engine.host.Crew;
import dev.sluice.engine.host.Host;
import dev.sluice.engine.host.Workers;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * The machine of one simulated process: its threads take steps in an order drawn from the seed, and
 * its clocks move when they are looked at. Single-threaded.
 */
final class SimHost implements Host {
  private static final long START_MILLIS = 1_800_000_000_000L;

  private final SimWorld world;
  private final Random random;
  private final List<Member> members = new ArrayList<>();
  private long nanos;
  private long wallMillis;

  SimHost(SimWorld world, long life) {
    this.world = world;
    this.random = world.random();
    // a later life may begin earlier by the wall clock
    long hour = TimeUnit.HOURS.toMillis(1);
    wallMillis = START_MILLIS + life * 1000 + random.nextLong(2 * hour) - hour;
  }

  /** An activity of a crew. */
  private static final class Member {
    final SimCrew crew;
    final Activity activity;

    Member(SimCrew crew, Activity activity) {
      this.crew = crew;
      this.activity = activity;
    }
  }

  private final class SimCrew implements Crew {
    private final int most;
    private final Deque<Activity> waiting = new ArrayDeque<>();
    private int running;

    SimCrew(int most) {
      this.most = most;
    }

    @Override
    public void start(Activity activity) {
      waiting.add(activity);
      fill();
    }

    private void fill() {
      while (!waiting.isEmpty() && (most == 0 || running < most)) {
        running++;
        members.add(new Member(this, waiting.poll()));
      }
    }

    void over(Member member) {
      members.remove(member);
      running--;
      fill();
    }

    @Override
    public void shutdown() {}

    @Override
    public void interrupt() {
      waiting.clear();
    }

    @Override
    public boolean await(long millis) {
      for (int i = 0; running > 0 && i < 100; i++) {
        for (Member member : List.copyOf(members)) {
          if (member.crew == this && member.activity.isReady()) {
            step(member);
          }
        }
      }
      nanos += TimeUnit.MILLISECONDS.toNanos(millis);
      return running == 0;
    }
  }

  @Override
  public long nanoTime() {
    nanos += random.nextInt(50_000);
    return nanos;
  }

  @Override
  public long millis() {
    return wallMillis + TimeUnit.NANOSECONDS.toMillis(nanoTime());
  }

  @Override
  public String identity() {
    return String.format("%08x-%08x", random.nextInt(), random.nextInt());
  }

  @Override
  public Workers workers(int count, String name) {
    return new Workers() {
      @Override
      public void run(List<Runnable> tasks) {
        List<Runnable> order = new ArrayList<>(tasks);
        Collections.shuffle(order, random);
        order.forEach(Runnable::run);
        some(random.nextInt(3));
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public Crew crew(String name, int most) {
    return new SimCrew(most);
  }

  @Override
  public void rest(long most) {
    some(1 + random.nextInt(4));
    nanos += random.nextLong(most + 1);
  }

  @Override
  public void await(BooleanSupplier done) {
    while (!done.getAsBoolean()) {
      if (!some(1)) {
        throw new IllegalStateException("the job waits for activities that wait themselves");
      }
    }
  }

  /** Lets activities take so many steps; false if none could. */
  private boolean some(int steps) {
    for (int i = 0; i < steps; i++) {
      List<Member> ready = new ArrayList<>();
      for (Member member : members) {
        if (member.activity.isReady()) {
          ready.add(member);
        }
      }
      if (ready.isEmpty()) {
        return false;
      }
      step(ready.get(random.nextInt(ready.size())));
    }
    return true;
  }

  private void step(Member member) {
    boolean more = false;
    try {
      more = member.activity.step();
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts", e);
    } finally {
      if (!more) {
        member.crew.over(member);
        member.activity.end();
      }
    }
  }

  SimWorld world() {
    return world;
  }
}
