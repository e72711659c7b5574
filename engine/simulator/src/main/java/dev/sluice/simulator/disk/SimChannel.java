package dev.sluice.simulator.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;

/** An open file. Single-threaded. */
class SimChannel extends FileChannel {
  private final SimDisk disk;
  private final Path path;
  private final SimNode.File file;
  private final boolean writable;
  private long position;
  private boolean holdsLock;

  SimChannel(SimDisk disk, Path path, SimNode.File file, boolean writable, long position) {
    this.disk = disk;
    this.path = path;
    this.file = file;
    this.writable = writable;
    this.position = position;
  }

  @Override
  public int read(ByteBuffer into) throws IOException {
    int read = read(into, position);
    position += Math.max(0, read);
    return read;
  }

  @Override
  public int read(ByteBuffer into, long at) throws IOException {
    disk.pass("read", path, false);
    if (at >= file.size) {
      return -1;
    }
    int count = (int) Math.min(into.remaining(), file.size - at);
    into.put(file.bytes, (int) at, count);
    return count;
  }

  @Override
  public long read(ByteBuffer[] into, int offset, int length) throws IOException {
    long sum = 0;
    for (int i = offset; i < offset + length; i++) {
      int read = read(into[i]);
      if (read < 0) {
        return sum == 0 ? -1 : sum;
      }
      sum += read;
    }
    return sum;
  }

  @Override
  public int write(ByteBuffer from) throws IOException {
    int written = write(from, position);
    position += written;
    return written;
  }

  @Override
  public int write(ByteBuffer from, long at) throws IOException {
    if (!writable) {
      throw new NonWritableChannelException();
    }
    disk.pass("write", path, true);
    int count = from.remaining();
    int end = (int) at + count;
    file.ensure(end);
    from.get(file.bytes, (int) at, count);
    file.size = Math.max(file.size, end);
    file.touched();
    return count;
  }

  @Override
  public long write(ByteBuffer[] from, int offset, int length) throws IOException {
    long sum = 0;
    for (int i = offset; i < offset + length; i++) {
      sum += write(from[i]);
    }
    return sum;
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public FileChannel position(long next) {
    position = next;
    return this;
  }

  @Override
  public long size() {
    return file.size;
  }

  @Override
  public FileChannel truncate(long size) throws IOException {
    disk.pass("truncate", path, true);
    file.size = (int) Math.min(file.size, size);
    file.touched();
    return this;
  }

  @Override
  public void force(boolean metaData) throws IOException {
    disk.pass("force", path, true);
    file.force();
  }

  @Override
  public long transferTo(long at, long count, WritableByteChannel target) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long transferFrom(ReadableByteChannel source, long at, long count) {
    throw new UnsupportedOperationException();
  }

  @Override
  public MappedByteBuffer map(MapMode mode, long at, long size) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileLock lock(long at, long size, boolean shared) throws IOException {
    return tryLock(at, size, shared);
  }

  @Override
  public FileLock tryLock(long at, long size, boolean shared) throws IOException {
    disk.pass("lock", path, true);
    if (file.locked) {
      return null;
    }
    file.locked = true;
    holdsLock = true;
    return new FileLock(this, at, size, shared) {
      @Override
      public boolean isValid() {
        return isOpen() && file.locked;
      }

      @Override
      public void release() {
        file.locked = false;
      }
    };
  }

  @Override
  protected void implCloseChannel() {
    if (holdsLock) {
      file.locked = false;
    }
  }
}
