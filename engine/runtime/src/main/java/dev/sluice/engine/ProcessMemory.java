package dev.sluice.engine;

import com.sun.management.OperatingSystemMXBean;
import dev.sluice.connector.Options;
import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.arrow.memory.AllocationListener;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.arrow.memory.RootAllocator;

/**
 * The memory beside the heap that all jobs of this process share: every batch is in it. The JVM's
 * own limit does not see what Arrow allocates, so the limit is kept here: an allocation beyond it
 * fails, long before the kernel would end the process. Safe for use by any thread.
 */
final class ProcessMemory {
  /** Set by the launcher from {@code SLUICE_MEMORY}. */
  private static final String LIMIT = "sluice.off-heap";

  /** What a JVM needs beside heap and batches: code, classes, stacks. */
  private static final long RESERVE = 256L << 20;

  private static final long LEAST = 64L << 20;
  private static final ProcessMemory OF_THIS =
      new ProcessMemory(
          System.getProperties().containsKey(LIMIT)
              ? Options.parseSize(System.getProperty(LIMIT))
              : byDefault(Runtime.getRuntime().maxMemory(), machine()));

  private final long limit;
  private final AtomicLong used = new AtomicLong();
  private final AtomicLong peak = new AtomicLong();
  private final AtomicLong lost = new AtomicLong();

  ProcessMemory(long limit) {
    this.limit = limit;
  }

  static ProcessMemory ofThisProcess() {
    return OF_THIS;
  }

  /** As much as the heap may have, but no more than the machine has left. */
  static long byDefault(long heap, long machine) {
    return Math.max(LEAST, Math.min(Math.max(1L << 30, heap), machine - heap - RESERVE));
  }

  /** Memory of the machine, or of the container if that has a limit. */
  private static long machine() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
  }

  /** An allocator whose buffers count; what a job has not given back when it closes it is lost. */
  RootAllocator allocator() {
    return new JobAllocator();
  }

  /** Bytes that jobs had not given back when they ended: a mistake if there are any. */
  long lost() {
    return lost.get();
  }

  /** Writes off what was lost; how much it was. */
  long forgetLost() {
    long bytes = lost.getAndSet(0);
    used.addAndGet(-bytes);
    return bytes;
  }

  private final class JobAllocator extends RootAllocator {
    private boolean closed;

    JobAllocator() {
      super(new Counting(), limit);
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        lost.addAndGet(getAllocatedMemory());
      }
      super.close();
    }
  }

  long limit() {
    return limit;
  }

  long used() {
    return used.get();
  }

  long peak() {
    return peak.get();
  }

  private final class Counting implements AllocationListener {
    @Override
    public void onPreAllocation(long size) {
      if (used.get() + size > limit) {
        throw new OutOfMemoryException(
            "batches of this process take "
                + used.get()
                + " bytes, "
                + size
                + " more are too many");
      }
    }

    @Override
    public void onAllocation(long size) {
      long now = used.addAndGet(size);
      if (now > peak.get()) {
        peak.accumulateAndGet(now, Math::max);
      }
    }

    @Override
    public void onRelease(long size) {
      used.addAndGet(-size);
    }
  }
}
