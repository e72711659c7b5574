package dev.sluice.format;

import dev.sluice.connector.MalformedRecord;

/** Resolves the escapes of JSON strings. Stateless; safe for use by any thread. */
final class JsonEscapes {
  private JsonEscapes() {}

  /**
   * Copies {@code b[from, to)} with its escapes resolved to the start of {@code out}, which is at
   * least as long; gives the length there.
   */
  static int resolve(byte[] b, int from, int to, byte[] out) throws MalformedRecord {
    int n = 0;
    int i = from;
    while (i < to) {
      byte c = b[i];
      if (c != '\\') {
        out[n++] = c;
        i++;
        continue;
      }
      int plain = plain(b, i, to);
      if (plain >= 0) {
        out[n++] = (byte) plain;
        i += 2;
        continue;
      }
      int unit = hex(b, i + 2, to);
      i += 6;
      if (Character.isHighSurrogate((char) unit)
          && i + 6 <= to
          && b[i] == '\\'
          && b[i + 1] == 'u') {
        int low = hex(b, i + 2, to);
        if (Character.isLowSurrogate((char) low)) {
          unit = Character.toCodePoint((char) unit, (char) low);
          i += 6;
        }
      }
      if (unit >= Character.MIN_SURROGATE && unit <= Character.MAX_SURROGATE) {
        throw new MalformedRecord("", i - 6, "half a surrogate pair");
      }
      n = utf8(unit, out, n);
    }
    return n;
  }

  /** The byte that the escape at {@code i} stands for, or -1 if it is a backslash-u. */
  private static int plain(byte[] b, int i, int to) throws MalformedRecord {
    return switch (b[i + 1]) {
      case '"', '\\', '/' -> b[i + 1];
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> -1;
      default ->
          throw new MalformedRecord(
              "", i, "expected an escape such as \\n, saw " + TextParser.shown(b, i, to));
    };
  }

  private static int hex(byte[] b, int at, int to) throws MalformedRecord {
    int value = 0;
    for (int i = at; i < at + 4; i++) {
      int digit = i < to ? Character.digit(b[i], 16) : -1;
      if (digit < 0) {
        throw new MalformedRecord(
            "",
            at - 2,
            "expected four hexadecimal digits behind a backslash-u, saw "
                + TextParser.shown(b, at - 2, to));
      }
      value = value << 4 | digit;
    }
    return value;
  }

  private static int utf8(int code, byte[] out, int at) {
    int n = at;
    if (code < 0x80) {
      out[n++] = (byte) code;
    } else if (code < 0x800) {
      out[n++] = (byte) (0xc0 | code >> 6);
      out[n++] = (byte) (0x80 | code & 0x3f);
    } else if (code < 0x10000) {
      out[n++] = (byte) (0xe0 | code >> 12);
      out[n++] = (byte) (0x80 | code >> 6 & 0x3f);
      out[n++] = (byte) (0x80 | code & 0x3f);
    } else {
      out[n++] = (byte) (0xf0 | code >> 18);
      out[n++] = (byte) (0x80 | code >> 12 & 0x3f);
      out[n++] = (byte) (0x80 | code >> 6 & 0x3f);
      out[n++] = (byte) (0x80 | code & 0x3f);
    }
    return n;
  }
}
