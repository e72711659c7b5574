package dev.sluice.connector.file;

import dev.sluice.connector.EpochTarget;
import dev.sluice.connector.FaultPoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** One file as a target of epochs: written at the end of a run from the rows of all of them. */
final class WholeFileTarget implements EpochTarget {
  private final FileSink sink;
  private final Path target;

  WholeFileTarget(FileSink sink, Path target) {
    this.sink = sink;
    this.target = target;
  }

  @Override
  public boolean wantsAllEpochs() {
    return true;
  }

  @Override
  public boolean absorbsRepeats() {
    return true;
  }

  /** A file that is replaced as a whole needs no marker. */
  @Override
  public long acquire(Owner owner) throws IOException {
    sink.sweepHidden();
    return 0;
  }

  @Override
  public void commit(long epoch, EpochRows rows, boolean last) throws IOException {
    Path hidden = sink.hidden(target.getParent(), 0, 0);
    try (PartWriter part = sink.part(hidden)) {
      rows.read(
          batch -> {
            try (batch) {
              int[] positions = new int[batch.rowCount()];
              for (int i = 0; i < positions.length; i++) {
                positions[i] = batch.position(i);
              }
              part.write(batch, positions, positions.length);
            }
          });
      part.finish();
    } catch (IOException | RuntimeException e) {
      Files.deleteIfExists(hidden);
      throw e;
    }
    Durable.force(hidden);
    FaultPoint.pass("file.written");
    Durable.move(hidden, target);
    FaultPoint.pass("file.renamed");
    Durable.forceFolder(target.getParent());
  }

  @Override
  public void close() {}
}
