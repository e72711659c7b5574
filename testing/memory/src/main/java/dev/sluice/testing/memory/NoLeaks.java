package dev.sluice.testing.memory;

import dev.sluice.engine.Engine;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails every test of a module that has this one on its test class path if a job ended without
 * giving back all its memory. JUnit finds it by itself
 * (junit.jupiter.extensions.autodetection.enabled); {@code -Darrow.memory.debug.allocator=true}
 * tells where memory that is lost came from.
 */
public final class NoLeaks implements AfterEachCallback {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  @Override
  public void afterEach(ExtensionContext context) {
    // jobs that were stopped are at their end; what others hold is theirs
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (Engine.batchBytes() > Engine.lostBytes() && System.nanoTime() < end) {
      LockSupport.parkNanos(LOOK_NANOS);
    }
    long lost = Engine.forgetLost();
    if (lost > 0) {
      throw new AssertionError(lost + " bytes of batches were lost when a job ended");
    }
  }
}
