package dev.sluice.batch;

import java.util.concurrent.atomic.AtomicInteger;
import org.apache.arrow.vector.FieldVector;

/**
 * A vector with a count of the batches that hold it; the last to release it closes it. The count is
 * safe for use by any thread; the vector's contents must not change once it is in a batch.
 */
public final class Column {
  private final FieldVector vector;
  private final AtomicInteger owners = new AtomicInteger(1);

  /** Takes ownership of {@code vector}; the caller is the first owner. */
  public Column(FieldVector vector) {
    this.vector = vector;
  }

  public FieldVector vector() {
    return vector;
  }

  /** One more owner. */
  public Column retain() {
    if (owners.getAndIncrement() <= 0) {
      throw new IllegalStateException("column retained after its last owner released it");
    }
    return this;
  }

  /** One owner less; the last closes the vector. */
  public void release() {
    int left = owners.decrementAndGet();
    if (left == 0) {
      vector.close();
    } else if (left < 0) {
      throw new IllegalStateException("column released more often than retained");
    }
  }
}
