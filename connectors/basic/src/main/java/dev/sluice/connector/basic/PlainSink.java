package dev.sluice.connector.basic;

import dev.sluice.connector.Committable;
import dev.sluice.connector.Committer;
import dev.sluice.connector.SinkWriter;
import dev.sluice.connector.TableSink;
import java.util.List;
import java.util.function.Supplier;

/**
 * A sink whose rows are out as soon as they are written, so that there is nothing to commit. One
 * thread.
 */
record PlainSink(Supplier<SinkWriter> writers) implements TableSink {
  @Override
  public SinkWriter writer(int task) {
    return writers.get();
  }

  @Override
  public Committer committer() {
    return (List<Committable> ready, boolean last) -> {};
  }

  @Override
  public void close() {}
}
