package dev.sluice.connector;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * A place where a crash is worth trying. With the system property {@code sluice.fault} = {@code
 * name:n} the process halts, as if killed, when the point of that name is passed for the n-th time;
 * without it passing costs a comparison. Safe for use by any thread.
 */
public final class FaultPoint {
  /** The exit status of a process that a point has ended. */
  public static final int STATUS = 137;

  private static final String ARMED;
  private static final int TURN;
  private static final AtomicInteger PASSES = new AtomicInteger();

  static {
    String property = System.getProperty("sluice.fault", "");
    int colon = property.lastIndexOf(':');
    ARMED = colon < 0 ? property : property.substring(0, colon);
    TURN = colon < 0 ? 1 : Integer.parseInt(property.substring(colon + 1));
  }

  private FaultPoint() {}

  /** The process comes by. */
  public static void pass(String name) {
    if (!ARMED.isEmpty() && ARMED.equals(name) && PASSES.incrementAndGet() == TURN) {
      Runtime.getRuntime().halt(STATUS);
    }
  }
}
