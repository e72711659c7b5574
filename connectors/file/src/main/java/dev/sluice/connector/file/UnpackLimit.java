package dev.sluice.connector.file;

import dev.sluice.connector.Options;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.TableRef;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;

/**
 * How far packed bytes may unfold: a few kilobytes of a stranger's file could otherwise become
 * gigabytes of memory, or hours of work. Small results pass at any ratio, for a page of equal
 * values packs to next to nothing. A value; safe for use by any thread.
 *
 * @param ratio most unpacked bytes for one packed byte
 */
record UnpackLimit(long ratio) {
  /** What may be unpacked whatever it was packed into. */
  static final long FREE_BYTES = 64L << 20;

  static UnpackLimit of(Options options) {
    return new UnpackLimit(options.number(FileOptions.MAX_RATIO));
  }

  static void validate(TableRef table, Options options) {
    if (options.number(FileOptions.MAX_RATIO) < 1) {
      throw UserError.of(
          ErrorCode.OPTION_VALUE,
          "option '"
              + FileOptions.MAX_RATIO.key()
              + "' of '"
              + table.name()
              + "' must be positive");
    }
  }

  /** Refuses what claims to unfold, or has unfolded, too far. */
  void check(String what, long packed, long unpacked) {
    if (unpacked > FREE_BYTES && unpacked / ratio > packed) {
      throw UserError.of(
              ErrorCode.SOURCE_FAILED,
              what
                  + " unpacks to more than "
                  + String.format(Locale.ROOT, "%,d", ratio)
                  + " times its size")
          .withDetail(
              String.format(Locale.ROOT, "%,d bytes make at least %,d bytes.", packed, unpacked))
          .withHint(
              "if the file is what it should be, set '" + FileOptions.MAX_RATIO.key() + "' higher");
    }
  }

  /** Unpacks a stream; gives the unpacking stream for the packed one. */
  interface Codec {
    InputStream unpack(InputStream packed) throws IOException;
  }

  /** The unpacked bytes of {@code raw}, which is closed with them, as far as they are allowed. */
  InputStream guard(String what, InputStream raw, Codec codec) throws IOException {
    Counted packed = new Counted(raw);
    return new Guarded(what, packed, codec.unpack(packed));
  }

  private static final class Counted extends InputStream {
    private final InputStream in;
    private long count;

    Counted(InputStream in) {
      this.in = in;
    }

    @Override
    public int read() throws IOException {
      int read = in.read();
      count += read < 0 ? 0 : 1;
      return read;
    }

    @Override
    public int read(byte[] b, int from, int length) throws IOException {
      int read = in.read(b, from, length);
      count += Math.max(0, read);
      return read;
    }

    @Override
    public int available() throws IOException {
      return in.available();
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }

  private final class Guarded extends InputStream {
    private final String what;
    private final Counted packed;
    private final InputStream in;
    private long count;

    Guarded(String what, Counted packed, InputStream in) {
      this.what = what;
      this.packed = packed;
      this.in = in;
    }

    private int passed(int bytes) {
      count += Math.max(0, bytes);
      check(what, packed.count, count);
      return bytes;
    }

    @Override
    public int read() throws IOException {
      int read = in.read();
      passed(read < 0 ? 0 : 1);
      return read;
    }

    @Override
    public int read(byte[] b, int from, int length) throws IOException {
      return passed(in.read(b, from, length));
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
