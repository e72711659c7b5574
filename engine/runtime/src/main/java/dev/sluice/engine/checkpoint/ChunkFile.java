package dev.sluice.engine.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * The form of stored files: a head, then chunks, each with a part and group number, its length and
 * a checksum over all of that; the last one, of part {@link #LAST}, ends the file. A byte changed
 * or missing anywhere is noticed. The head names the version of the form; its checksum, since
 * version 2, tells a newer version from a damaged one.
 */
final class ChunkFile {
  /** The part of the chunk that ends a file. */
  static final int LAST = -1;

  private static final byte[] MAGIC = "SLUICE\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final int OLD_HEAD = MAGIC.length + Integer.BYTES;
  private static final int HEAD = OLD_HEAD + Integer.BYTES;
  private static final int CHUNK_HEAD = 4 * Integer.BYTES;

  /** In place of a length: the bytes are those of the chunk that begins where it says. */
  private static final int AGAIN = -2;

  private ChunkFile() {}

  /** Something in a stored file is not what was written. */
  static class DamagedException extends IOException {
    private static final long serialVersionUID = 1L;

    DamagedException(String message) {
      super(message);
    }
  }

  /** A later Sluice wrote the file. */
  static final class NewerException extends DamagedException {
    private static final long serialVersionUID = 1L;

    NewerException(int version) {
      super(
          "it is of version "
              + version
              + ", of a later Sluice; this one reads up to version "
              + Manifest.VERSION);
    }
  }

  private static int checksum(int part, int group, int length, byte[] bytes) {
    CRC32C crc = new CRC32C();
    ByteBuffer numbers = ByteBuffer.allocate(3 * Integer.BYTES);
    crc.update(numbers.putInt(part).putInt(group).putInt(length).flip());
    crc.update(bytes);
    return (int) crc.getValue();
  }

  private static int checksum(byte[] head) {
    CRC32C crc = new CRC32C();
    crc.update(head, 0, OLD_HEAD);
    return (int) crc.getValue();
  }

  static void writeHead(CheckpointStorage.Draft draft) throws IOException {
    byte[] head = ByteBuffer.allocate(HEAD).put(MAGIC).putInt(Manifest.VERSION).array();
    draft.write(ByteBuffer.wrap(head).putInt(OLD_HEAD, checksum(head)));
  }

  static void write(CheckpointStorage.Draft draft, int part, int group, byte[] bytes)
      throws IOException {
    write(draft, part, group, bytes.length, bytes);
  }

  private static void write(
      CheckpointStorage.Draft draft, int part, int group, int length, byte[] bytes)
      throws IOException {
    draft.write(
        ByteBuffer.allocate(CHUNK_HEAD)
            .putInt(part)
            .putInt(group)
            .putInt(length)
            .putInt(checksum(part, group, length, bytes))
            .flip());
    draft.write(ByteBuffer.wrap(bytes));
  }

  /** Writes chunks of state, of which many may be the same. */
  static final class Writer {
    private final CheckpointStorage.Draft draft;
    private final Map<Integer, Last> lasts = new HashMap<>();
    private long at = HEAD;

    private record Last(long at, byte[] bytes) {}

    Writer(CheckpointStorage.Draft draft) throws IOException {
      this.draft = draft;
      writeHead(draft);
    }

    /** Gives how many bytes it took. */
    long write(int part, int group, byte[] bytes) throws IOException {
      Last last = lasts.get(part);
      long before = at;
      if (bytes.length > 0 && last != null && Arrays.equals(last.bytes(), bytes)) {
        byte[] where = ByteBuffer.allocate(Long.BYTES).putLong(last.at()).array();
        ChunkFile.write(draft, part, group, AGAIN, where);
        at += CHUNK_HEAD + Long.BYTES;
      } else {
        ChunkFile.write(draft, part, group, bytes);
        lasts.put(part, new Last(at, bytes));
        at += CHUNK_HEAD + bytes.length;
      }
      return at - before;
    }

    void end() throws IOException {
      ChunkFile.write(draft, LAST, 0, new byte[0]);
    }
  }

  /** Takes chunks in the order of the file. */
  interface Visitor {
    /** {@code at} is where the chunk begins, for {@link #read}. */
    void chunk(int part, int group, long at, byte[] bytes) throws IOException;
  }

  /**
   * Reads a file from end to end.
   *
   * @return the version of the form
   * @throws DamagedException if it is not as it was written
   */
  static int scan(CheckpointStorage.Stored file, Visitor visitor) throws IOException {
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
    if (version != 1 && head.getInt(OLD_HEAD) != checksum(head.array())) {
      throw new DamagedException("the checksum of its head does not match");
    }
    if (version > Manifest.VERSION) {
      throw new NewerException(version);
    }
    if (version < 1) {
      throw new DamagedException("it is of version " + version);
    }
    long at = version == 1 ? OLD_HEAD : HEAD;
    boolean ended = false;
    while (!ended) {
      Chunk chunk = chunk(file, at);
      boolean again = chunk.length == AGAIN;
      visitor.chunk(
          chunk.part,
          chunk.group,
          again ? chunk.where() : at,
          again ? chunk(file, chunk.where()).bytes : chunk.bytes);
      at += CHUNK_HEAD + chunk.bytes.length;
      ended = chunk.part == LAST;
    }
    if (at != file.size()) {
      throw new DamagedException("it goes on behind its end at byte " + at);
    }
    return version;
  }

  /** The bytes of the chunk that begins at {@code at}. */
  static byte[] read(CheckpointStorage.Stored file, long at) throws IOException {
    return chunk(file, at).bytes;
  }

  private record Chunk(int part, int group, int length, byte[] bytes) {
    long where() {
      return ByteBuffer.wrap(bytes).getLong();
    }
  }

  private static Chunk chunk(CheckpointStorage.Stored file, long at) throws IOException {
    if (at < 0 || at + CHUNK_HEAD > file.size()) {
      throw new DamagedException("it breaks off at byte " + file.size());
    }
    ByteBuffer head = ByteBuffer.allocate(CHUNK_HEAD);
    file.read(at, head);
    head.flip();
    int part = head.getInt();
    int group = head.getInt();
    int length = head.getInt();
    int checksum = head.getInt();
    int size = length == AGAIN ? Long.BYTES : length;
    if (size < 0 || at + CHUNK_HEAD + size > file.size()) {
      throw new DamagedException("it breaks off, or the length at byte " + at + " is wrong");
    }
    byte[] bytes = new byte[size];
    file.read(at + CHUNK_HEAD, ByteBuffer.wrap(bytes));
    if (checksum != checksum(part, group, length, bytes)) {
      throw new DamagedException("the checksum at byte " + at + " does not match");
    }
    return new Chunk(part, group, length, bytes);
  }
}
