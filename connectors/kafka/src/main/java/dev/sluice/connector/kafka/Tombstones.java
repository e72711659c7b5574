package dev.sluice.connector.kafka;

import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.RecordBatch;
import dev.sluice.connector.MalformedRecord;
import dev.sluice.connector.ReaderContext;
import dev.sluice.connector.RowDecoder;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.RowKind;
import dev.sluice.type.Schema;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Records without a value, which delete the row of their key: rows whose columns besides the key's
 * are NULL. Single-threaded.
 */
final class Tombstones implements AutoCloseable {
  private final Schema columns;
  private final Schema key;
  private final RowDecoder decoder;
  private final BufferAllocator allocator;

  /** Which rows of the batch are deletions. */
  private boolean[] gone = new boolean[64];

  Tombstones(KafkaTable table, Schema columns, ReaderContext context) {
    this.columns = columns;
    this.allocator = context.allocator();
    List<Field> wanted =
        columns.fields().stream().filter(f -> table.key().indexOf(f.name()).isPresent()).toList();
    key = new Schema(wanted);
    decoder = table.keyFormat().decoder(table.key(), key, table.options(), allocator);
  }

  /** The record deletes a row; it is row {@code row} of the batch. */
  void append(ConsumerRecord<ByteBuffer, ByteBuffer> record, int row) throws MalformedRecord {
    if (record.key() == null) {
      throw new MalformedRecord("", -1, "the record has neither key nor value");
    }
    RecordBatches.decode(decoder, record.key());
    if (gone.length <= row) {
      gone = Arrays.copyOf(gone, 2 * row);
    }
    gone[row] = true;
  }

  /** The rows of a batch in their order, deletions among the others. */
  RecordBatch merge(
      KafkaTable.Wanted wanted,
      RecordBatch fromKey,
      RecordBatch fromValue,
      List<FieldVector> metadata,
      int count) {
    try (RecordBatch deleted = decoder.finish();
        BatchBuilder out = new BatchBuilder(columns, allocator)) {
      byte[] kinds = new byte[count];
      int deletions = 0;
      int others = 0;
      for (int row = 0; row < count; row++) {
        boolean delete = gone[row];
        gone[row] = false;
        kinds[row] = (delete ? RowKind.DELETE : RowKind.INSERT).code();
        for (int c = 0; c < columns.size(); c++) {
          KafkaTable.Origin origin = wanted.origins().get(c);
          FieldVector to = out.vector(c);
          if (origin instanceof KafkaTable.Origin.Meta meta) {
            to.copyFromSafe(row, row, metadata.get(meta.index()));
          } else if (delete) {
            int place = key.indexOf(columns.field(c).name()).orElse(-1);
            if (place < 0) {
              to.setNull(row);
            } else {
              to.copyFromSafe(deletions, row, deleted.vector(place));
            }
          } else if (origin instanceof KafkaTable.Origin.Value in) {
            to.copyFromSafe(others, row, fromValue.vector(in.index()));
          } else {
            to.copyFromSafe(others, row, fromKey.vector(((KafkaTable.Origin.Key) origin).index()));
          }
        }
        deletions += delete ? 1 : 0;
        others += delete ? 0 : 1;
      }
      out.advance(count);
      return out.build().withKinds(Optional.of(kinds));
    }
  }

  @Override
  public void close() {
    decoder.close();
  }
}
