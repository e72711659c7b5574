package dev.sluice.connector;

import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.file.FileSystemException;
import java.util.function.Predicate;
import javax.net.ssl.SSLException;

/** Which failures of the outside world pass by themselves. Stateless; any thread. */
public final class Faults {
  private Faults() {}

  /** Whether a cause of {@code failure} is one of {@code which}. */
  public static boolean any(Throwable failure, Predicate<Throwable> which) {
    Throwable cause = failure;
    // causes in a ring are possible, if unlikely
    for (int depth = 0; cause != null && depth < 50; depth++) {
      if (which.test(cause)) {
        return true;
      }
      cause = cause.getCause();
    }
    return false;
  }

  /**
   * What passes whatever the system: connections refused, reset, timed out; a disk that is full.
   */
  public static boolean isTransient(Throwable failure) {
    return any(failure, Faults::passes) && !any(failure, SSLException.class::isInstance);
  }

  private static boolean passes(Throwable cause) {
    return cause instanceof SocketException
        || cause instanceof SocketTimeoutException
        || cause instanceof NoRouteToHostException
        || cause instanceof UnknownHostException
        || isFull(cause);
  }

  private static boolean isFull(Throwable cause) {
    String reason =
        cause instanceof FileSystemException e ? e.getReason() : String.valueOf(cause.getMessage());
    return cause instanceof java.io.IOException
        && reason != null
        && (reason.contains("No space left on device") || reason.contains("Disk quota exceeded"));
  }
}
