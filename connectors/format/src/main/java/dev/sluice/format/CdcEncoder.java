package dev.sluice.format;

import dev.sluice.batch.RecordBatch;
import dev.sluice.connector.RowEncoder;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Writes an added row as an insert and one that is taken back as a delete. Single-threaded. */
final class CdcEncoder implements RowEncoder {
  /** What stands around a row. */
  record Frame(String before, String behind) {}

  private final RowEncoder rows;
  private final byte[][] added;
  private final byte[][] removed;

  CdcEncoder(RowEncoder rows, Frame added, Frame removed) {
    this.rows = rows;
    this.added = bytes(added);
    this.removed = bytes(removed);
  }

  private static byte[][] bytes(Frame frame) {
    return new byte[][] {
      frame.before().getBytes(StandardCharsets.UTF_8),
      frame.behind().getBytes(StandardCharsets.UTF_8)
    };
  }

  @Override
  public byte[] header() {
    return rows.header();
  }

  @Override
  public void encode(RecordBatch batch, int position, ByteArrayOutputStream out) {
    byte[][] frame = batch.kind(position).adds() ? added : removed;
    out.writeBytes(frame[0]);
    rows.encode(batch, position, out);
    out.writeBytes(frame[1]);
  }
}
