package dev.sluice.engine.spill;

import dev.sluice.operator.SpillStore;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The bytes of one operator in files that are only appended to; a file goes when nothing in it is
 * needed any more. An address is the number of the file and the place in it, where a checksum
 * stands before the bytes. Single-threaded.
 */
final class SpillFiles implements SpillStore {
  private static final long FILE_BYTES = 256L << 20;
  private static final int BUFFER = 256 << 10;
  private static final int HEAD = Integer.BYTES;

  private final SpillDirectory directory;
  private final SpillDirectory.Sizes sizes;
  private final List<Optional<FileChannel>> files = new ArrayList<>();
  private final List<Long> live = new ArrayList<>();
  private ByteBuffer buffer = ByteBuffer.allocate(0);
  private ByteBuffer reading = ByteBuffer.allocate(0);

  /** Bytes of the last file that are on disk; what follows is in the buffer. */
  private long written;

  private long size;

  SpillFiles(SpillDirectory directory, SpillDirectory.Sizes sizes) {
    this.directory = directory;
    this.sizes = sizes;
  }

  @Override
  public long write(byte[] bytes, int length) {
    try {
      if (files.isEmpty() || written + buffer.position() + HEAD + length > FILE_BYTES) {
        next();
      }
      if (buffer.remaining() < HEAD + length) {
        flush();
      }
      int file = files.size() - 1;
      long address = (long) file << 32 | written + buffer.position();
      buffer.putInt(checksum(bytes, 0, length));
      if (HEAD + length > buffer.capacity()) {
        flush();
        write(ByteBuffer.wrap(bytes, 0, length));
      } else {
        buffer.put(bytes, 0, length);
      }
      live.set(file, live.get(file) + length);
      size += length;
      return address;
    } catch (IOException e) {
      throw directory.failed("putting away", e);
    }
  }

  private static int checksum(byte[] bytes, int from, int length) {
    CRC32C sum = new CRC32C();
    sum.update(bytes, from, length);
    return (int) sum.getValue();
  }

  private void next() throws IOException {
    if (!files.isEmpty()) {
      flush();
      dropIfUnused(files.size() - 1);
    }
    if (buffer.capacity() == 0) {
      buffer = ByteBuffer.allocate(BUFFER);
    }
    files.add(Optional.of(directory.create()));
    live.add(0L);
    written = 0;
  }

  private void flush() throws IOException {
    write(buffer.flip());
    buffer.clear();
  }

  private void write(ByteBuffer from) throws IOException {
    FileChannel last = files.get(files.size() - 1).orElseThrow();
    while (from.hasRemaining()) {
      written += last.write(from, written);
    }
  }

  @Override
  public void read(long address, byte[] into, int length) {
    int file = (int) (address >>> 32);
    long at = address & 0xffffffffL;
    if (file == files.size() - 1 && at >= written) {
      System.arraycopy(buffer.array(), (int) (at - written) + HEAD, into, 0, length);
      return;
    }
    if (reading.capacity() < HEAD + length) {
      reading = ByteBuffer.allocate(Math.max(HEAD + length, 2 * reading.capacity()));
    }
    reading.clear().limit(HEAD + length);
    FileChannel channel = files.get(file).orElseThrow();
    try {
      while (reading.hasRemaining()) {
        int count = channel.read(reading, at + reading.position());
        if (count < 0) {
          throw new EOFException("the file ends at byte " + channel.size());
        }
      }
    } catch (IOException e) {
      throw directory.failed("reading back", e);
    }
    if (reading.getInt(0) != checksum(reading.array(), HEAD, length)) {
      throw directory.damaged(at, length);
    }
    System.arraycopy(reading.array(), HEAD, into, 0, length);
  }

  @Override
  public void free(long address, int length) {
    int file = (int) (address >>> 32);
    live.set(file, live.get(file) - length);
    size -= length;
    if (file < files.size() - 1) {
      try {
        dropIfUnused(file);
      } catch (IOException e) {
        throw directory.failed("removing", e);
      }
    }
  }

  private void dropIfUnused(int file) throws IOException {
    if (live.get(file) == 0 && files.get(file).isPresent()) {
      files.get(file).get().close();
      files.set(file, Optional.empty());
    }
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public long leastInMemory() {
    return sizes.least();
  }

  @Override
  public long mostInMemory() {
    return sizes.most();
  }

  @Override
  public int pageBytes() {
    return sizes.page();
  }

  @Override
  public void close() {
    try {
      for (Optional<FileChannel> file : files) {
        if (file.isPresent()) {
          file.get().close();
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    files.clear();
    live.clear();
    size = 0;
  }
}
