package dev.sluice.cli.run;

/** What the process ends with. Constants. */
public final class ExitCode {
  /** Done, or stopped in good order by SIGTERM. */
  public static final int DONE = 0;

  /** Failed while running. */
  public static final int FAILED = 1;

  /** Refused before anything ran: SQL, options, files, servers that cannot be reached. */
  public static final int REFUSED = 2;

  /** Ended by Ctrl-C, in good order or not. */
  public static final int INTERRUPTED = 130;

  private ExitCode() {}
}
