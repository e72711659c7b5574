package dev.sluice.connector.file;

import dev.sluice.batch.RecordBatch;
import dev.sluice.connector.RowEncoder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;

/** A file of csv or json records, one a line. One thread at a time. */
final class TextPart implements PartWriter {
  private static final int CHUNK = 1 << 16;

  private final OutputStream out;
  private final RowEncoder encoder;
  private final ByteArrayOutputStream buffer = new ByteArrayOutputStream(CHUNK + 1024);
  private long written;
  private boolean open = true;

  TextPart(Path file, boolean gzip, RowEncoder encoder) throws IOException {
    OutputStream raw = Files.newOutputStream(file);
    this.out = gzip ? new GZIPOutputStream(raw, CHUNK) : raw;
    this.encoder = encoder;
    buffer.writeBytes(encoder.header());
  }

  @Override
  public void write(RecordBatch batch, int[] positions, int count) throws IOException {
    for (int i = 0; i < count; i++) {
      encoder.encode(batch, positions[i], buffer);
      buffer.write('\n');
      if (buffer.size() >= CHUNK) {
        drain();
      }
    }
  }

  private void drain() throws IOException {
    buffer.writeTo(out);
    written += buffer.size();
    buffer.reset();
  }

  @Override
  public long bytes() {
    return written + buffer.size();
  }

  @Override
  public void flush() throws IOException {
    drain();
    out.flush();
  }

  @Override
  public void finish() throws IOException {
    drain();
    close();
  }

  @Override
  public void close() throws IOException {
    if (open) {
      open = false;
      out.close();
    }
  }
}
