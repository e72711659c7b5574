package dev.sluice.batch;

import dev.sluice.type.Schema;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.util.TransferPair;

/**
 * What travels between stages where memory is not shared, and what a spool file holds: rows, event
 * time, or the end. As bytes: a tag, then for rows the row kinds and an Arrow IPC stream of the
 * rows that count.
 */
public sealed interface BatchFrame {
  /** Rows; whoever has the frame owns the batch. */
  record Rows(RecordBatch batch) implements BatchFrame {}

  /** Event time has come this far, in microseconds. */
  record Watermark(long micros) implements BatchFrame {}

  /** Nothing follows. */
  record End() implements BatchFrame {}

  /**
   * The frame as bytes; closes the batch of a rows frame. {@code allocator} holds copies meanwhile.
   */
  static byte[] encode(BatchFrame frame, BufferAllocator allocator) {
    if (frame instanceof Watermark time) {
      return ByteBuffer.allocate(1 + Long.BYTES).put((byte) 1).putLong(time.micros()).array();
    }
    if (frame instanceof Rows rows) {
      try (RecordBatch dense = dense(rows.batch(), allocator)) {
        return encodeRows(dense);
      } catch (IOException e) {
        throw new IllegalStateException("rows cannot be written to memory", e);
      }
    }
    return new byte[] {2};
  }

  /**
   * The frame of bytes that {@link #encode} made of rows of {@code schema}; its batch is the
   * caller's.
   */
  static BatchFrame decode(byte[] bytes, Schema schema, BufferAllocator allocator) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    return switch (in.get()) {
      case 0 -> decodeRows(in, schema, allocator);
      case 1 -> new Watermark(in.getLong());
      case 2 -> new End();
      default -> throw new IllegalArgumentException("bytes are not a frame");
    };
  }

  private static RecordBatch dense(RecordBatch batch, BufferAllocator allocator) {
    if (batch.selection().isEmpty()) {
      return batch;
    }
    try (batch;
        BatchBuilder builder = new BatchBuilder(batch.schema(), allocator)) {
      for (int i = 0; i < batch.rowCount(); i++) {
        builder.copy(batch.kind(batch.position(i)), batch, batch.position(i));
      }
      return builder.build();
    }
  }

  private static byte[] encodeRows(RecordBatch batch) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    byte[] kinds = batch.kinds().orElse(new byte[0]);
    out.writeByte(0);
    out.writeInt(kinds.length);
    out.write(kinds);
    List<FieldVector> vectors = new ArrayList<>();
    for (int i = 0; i < batch.schema().size(); i++) {
      vectors.add(batch.vector(i));
    }
    VectorSchemaRoot borrowed =
        new VectorSchemaRoot(ArrowTypes.schema(batch.schema()), vectors, batch.length());
    ArrowStreamWriter writer = new ArrowStreamWriter(borrowed, null, out);
    writer.start();
    writer.writeBatch();
    writer.end();
    return bytes.toByteArray();
  }

  private static BatchFrame decodeRows(ByteBuffer in, Schema schema, BufferAllocator allocator) {
    byte[] kinds = new byte[in.getInt()];
    in.get(kinds);
    ByteArrayInputStream rest = new ByteArrayInputStream(in.array(), in.position(), in.remaining());
    try (ArrowStreamReader reader = new ArrowStreamReader(rest, allocator)) {
      if (!reader.loadNextBatch()) {
        throw new IllegalArgumentException("frame of rows without rows");
      }
      VectorSchemaRoot root = reader.getVectorSchemaRoot();
      FieldVector[] vectors = new FieldVector[schema.size()];
      for (int i = 0; i < vectors.length; i++) {
        TransferPair pair = root.getVector(i).getTransferPair(allocator);
        pair.transfer();
        vectors[i] = (FieldVector) pair.getTo();
      }
      RecordBatch batch = RecordBatch.ofVectors(schema, vectors, root.getRowCount());
      return new Rows(kinds.length == 0 ? batch : batch.withKinds(Optional.of(kinds)));
    } catch (IOException e) {
      throw new IllegalArgumentException("bytes are not a frame", e);
    }
  }
}
