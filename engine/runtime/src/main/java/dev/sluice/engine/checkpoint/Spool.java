package dev.sluice.engine.checkpoint;

import dev.sluice.batch.BatchFrame;
import dev.sluice.batch.RecordBatch;
import dev.sluice.connector.Committable;
import dev.sluice.connector.EpochTarget.EpochRows;
import dev.sluice.connector.SinkWriter;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.PlanJson;
import dev.sluice.type.Schema;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;

/**
 * The rows of one sink between the checkpoint that prepares them and the transaction that commits
 * them, in a file for each epoch beside the checkpoints.
 */
public final class Spool {
  private static final String PREFIX = "rows-";
  private static final int ROWS = 0;
  private static final int COLUMNS = 1;

  private final CheckpointStorage storage;
  private final String sink;
  private final Schema schema;
  private final BufferAllocator allocator;

  public Spool(CheckpointStorage storage, String sink, Schema schema, BufferAllocator allocator) {
    this.storage = storage;
    this.sink = sink;
    this.schema = schema;
    this.allocator = allocator;
  }

  static boolean isSpool(String name) {
    return name.startsWith(PREFIX);
  }

  /** The epoch in a spool file's name. */
  private String name(long epoch) {
    String plain = sink.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_]", "_");
    // names that differ only in what is replaced are kept apart
    return String.format(Locale.ROOT, "%s%08d-%s-%08x", PREFIX, epoch, plain, sink.hashCode());
  }

  /** The sink's writer: puts rows aside. */
  public SinkWriter writer(long firstEpoch) {
    return new Writer(firstEpoch);
  }

  private final class Writer implements SinkWriter {
    private long epoch;
    private Optional<CheckpointStorage.Draft> draft = Optional.empty();
    private long rows;
    private int frames;

    Writer(long firstEpoch) {
      this.epoch = firstEpoch;
    }

    @Override
    public void write(RecordBatch batch) throws IOException {
      try (batch) {
        begin();
        rows += batch.rowCount();
        byte[] frame =
            BatchFrame.encode(
                new BatchFrame.Rows(CheckpointDraft.plain(batch, allocator)), allocator);
        ChunkFile.write(draft.get(), ROWS, frames++, frame);
      }
    }

    private void begin() throws IOException {
      if (draft.isEmpty()) {
        CheckpointStorage.Draft begun = storage.create(name(epoch));
        draft = Optional.of(begun);
        ChunkFile.writeHead(begun);
        byte[] columns = PlanJson.write(schema).getBytes(StandardCharsets.UTF_8);
        ChunkFile.write(begun, COLUMNS, 0, columns);
      }
    }

    @Override
    public Optional<Committable> prepare(long prepared) throws IOException {
      if (prepared != epoch) {
        throw new IllegalStateException("epoch " + prepared + " where " + epoch + " is open");
      }
      epoch++;
      if (draft.isEmpty()) {
        return Optional.empty();
      }
      byte[] count = ByteBuffer.allocate(Long.BYTES).putLong(rows).array();
      ChunkFile.write(draft.get(), ChunkFile.LAST, frames, count);
      draft.get().publish();
      draft = Optional.empty();
      Committable ready = new Committable(sink, 0, prepared, name(prepared), rows);
      rows = 0;
      frames = 0;
      return Optional.of(ready);
    }

    @Override
    public void close() {
      if (draft.isPresent()) {
        try {
          draft.get().close();
        } catch (IOException e) {
          throw new java.io.UncheckedIOException(e);
        }
        draft = Optional.empty();
      }
    }
  }

  /** The rows that committables stand for, in order. */
  public EpochRows rows(List<Committable> ready) {
    return new EpochRows() {
      @Override
      public long count() {
        return ready.stream().mapToLong(Committable::rows).sum();
      }

      @Override
      public void read(Each each) throws IOException {
        for (Committable one : ready) {
          Spool.this.read(one, each);
        }
      }
    };
  }

  private void read(Committable ready, EpochRows.Each each) throws IOException {
    try (CheckpointStorage.Stored file = storage.open(ready.handle())) {
      ChunkFile.scan(
          file,
          (part, group, at, bytes) -> {
            if (part == COLUMNS) {
              requireSameColumns(new String(bytes, StandardCharsets.UTF_8), ready.epoch());
            } else if (part == ROWS) {
              each.accept(((BatchFrame.Rows) BatchFrame.decode(bytes, schema, allocator)).batch());
            }
          });
    }
  }

  private void requireSameColumns(String saved, long epoch) {
    if (!StatePlan.fits(saved, schema)) {
      throw UserError.of(
              ErrorCode.STATE_LOSS,
              "sink '"
                  + sink
                  + "' has other columns than the rows of checkpoint "
                  + epoch
                  + " that wait to be committed to it")
          .withHint("run the old definition until its next commit, then change it");
    }
  }

  /** Whether the file of {@code ready} is there and whole. */
  public static boolean isWhole(CheckpointStorage storage, Committable ready) {
    try (CheckpointStorage.Stored file = storage.open(ready.handle())) {
      ChunkFile.scan(file, (part, group, at, bytes) -> {});
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
