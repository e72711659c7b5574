package dev.sluice.simulator;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.regex.Pattern;

/** What happened, in order: the end of it as text, all of it as one number. Single-threaded. */
final class Trace {
  private static final int KEPT = Integer.getInteger("sluice.sim.trace", 60);

  /** What the wall clock of the machine has put into names. */
  private static final Pattern RUN = Pattern.compile("(\\.sluice-[A-Za-z0-9_.]+)-[0-9a-z]{7,9}-");

  private final Deque<String> last = new ArrayDeque<>();
  private long hash = 1125899906842597L;
  private long events;
  private String latest = "";
  private int repeats;

  void add(String event) {
    String plain = event.contains(".sluice-") ? RUN.matcher(event).replaceAll("$1-run-") : event;
    for (int i = 0; i < plain.length(); i++) {
      hash = hash * 31 + plain.charAt(i);
    }
    hash = hash * 31 + '\n';
    events++;
    if (plain.equals(latest)) {
      repeats++;
      last.pollLast();
      last.add(plain + "  x " + repeats);
      return;
    }
    latest = plain;
    repeats = 1;
    last.add(plain);
    if (last.size() > KEPT) {
      last.poll();
    }
  }

  long events() {
    return events;
  }

  /** Equal for equal histories. */
  String fingerprint() {
    return events + " events, " + Long.toHexString(hash);
  }

  String tail() {
    return String.join("\n", last);
  }
}
