package dev.sluice.engine.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * The form of stored files: a head, then chunks, each with a part and group number, its length and
 * a checksum over all of that; the last one, of part {@link #LAST}, ends the file. A byte changed
 * or missing anywhere is noticed.
 */
final class ChunkFile {
  /** The part of the chunk that ends a file. */
  static final int LAST = -1;

  private static final byte[] MAGIC = "SLUICE\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final int HEAD = MAGIC.length + Integer.BYTES;
  private static final int CHUNK_HEAD = 4 * Integer.BYTES;

  private ChunkFile() {}

  /** Something in a stored file is not what was written. */
  static final class DamagedException extends IOException {
    private static final long serialVersionUID = 1L;

    DamagedException(String message) {
      super(message);
    }
  }

  private static int checksum(int part, int group, byte[] bytes) {
    CRC32C crc = new CRC32C();
    ByteBuffer numbers = ByteBuffer.allocate(3 * Integer.BYTES);
    crc.update(numbers.putInt(part).putInt(group).putInt(bytes.length).flip());
    crc.update(bytes);
    return (int) crc.getValue();
  }

  static void writeHead(CheckpointStorage.Draft draft) throws IOException {
    draft.write(ByteBuffer.allocate(HEAD).put(MAGIC).putInt(Manifest.VERSION).flip());
  }

  static void write(CheckpointStorage.Draft draft, int part, int group, byte[] bytes)
      throws IOException {
    draft.write(
        ByteBuffer.allocate(CHUNK_HEAD)
            .putInt(part)
            .putInt(group)
            .putInt(bytes.length)
            .putInt(checksum(part, group, bytes))
            .flip());
    draft.write(ByteBuffer.wrap(bytes));
  }

  /** Takes chunks in the order of the file. */
  interface Visitor {
    /** {@code at} is where the chunk begins, for {@link #read}. */
    void chunk(int part, int group, long at, byte[] bytes) throws IOException;
  }

  /**
   * Reads a file from end to end.
   *
   * @throws DamagedException if it is not as it was written
   */
  static void scan(CheckpointStorage.Stored file, Visitor visitor) throws IOException {
    ByteBuffer head = ByteBuffer.allocate(HEAD);
    if (file.size() < HEAD) {
      throw new DamagedException("it has " + file.size() + " bytes");
    }
    file.read(0, head);
    byte[] magic = Arrays.copyOf(head.array(), MAGIC.length);
    if (!Arrays.equals(magic, MAGIC)) {
      throw new DamagedException("its first bytes are not those of a checkpoint");
    }
    int version = head.getInt(MAGIC.length);
    if (version != Manifest.VERSION) {
      throw new DamagedException(
          "it is of version " + version + ", this build reads version " + Manifest.VERSION);
    }
    long at = HEAD;
    boolean ended = false;
    while (!ended) {
      Chunk chunk = chunk(file, at);
      visitor.chunk(chunk.part, chunk.group, at, chunk.bytes);
      at += CHUNK_HEAD + chunk.bytes.length;
      ended = chunk.part == LAST;
    }
    if (at != file.size()) {
      throw new DamagedException("it goes on behind its end at byte " + at);
    }
  }

  /** The bytes of the chunk that begins at {@code at}. */
  static byte[] read(CheckpointStorage.Stored file, long at) throws IOException {
    return chunk(file, at).bytes;
  }

  private record Chunk(int part, int group, byte[] bytes) {}

  private static Chunk chunk(CheckpointStorage.Stored file, long at) throws IOException {
    if (at + CHUNK_HEAD > file.size()) {
      throw new DamagedException("it breaks off at byte " + file.size());
    }
    ByteBuffer head = ByteBuffer.allocate(CHUNK_HEAD);
    file.read(at, head);
    head.flip();
    int part = head.getInt();
    int group = head.getInt();
    int length = head.getInt();
    int checksum = head.getInt();
    if (length < 0 || at + CHUNK_HEAD + length > file.size()) {
      throw new DamagedException("it breaks off, or the length at byte " + at + " is wrong");
    }
    byte[] bytes = new byte[length];
    file.read(at + CHUNK_HEAD, ByteBuffer.wrap(bytes));
    if (checksum != checksum(part, group, bytes)) {
      throw new DamagedException("the checksum at byte " + at + " does not match");
    }
    return new Chunk(part, group, bytes);
  }
}
