package dev.sluice.function;

import static dev.sluice.function.FunctionSpec.Param.BINARY;

import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Functions of strings. Positions count characters from 1. */
public final class StringFunctions {
  private static final Map<String, Pattern> PATTERNS = new ConcurrentHashMap<>();
  private static final Text SPACE = Text.of(" ");

  private StringFunctions() {}

  @Sql(value = "UPPER", doc = "Upper case.", example = "UPPER('aé') = 'AÉ'")
  public static Text upper(Text s, Buffer out) {
    if (!s.isAscii()) {
      return out.put(s.toString().toUpperCase(Locale.ROOT));
    }
    out.start();
    for (int i = 0; i < s.length(); i++) {
      byte b = s.get(i);
      out.add(b >= 'a' && b <= 'z' ? b - 32 : b);
    }
    return out.done();
  }

  @Sql(value = "LOWER", doc = "Lower case.", example = "LOWER('AÉ') = 'aé'")
  public static Text lower(Text s, Buffer out) {
    if (!s.isAscii()) {
      return out.put(s.toString().toLowerCase(Locale.ROOT));
    }
    out.start();
    for (int i = 0; i < s.length(); i++) {
      byte b = s.get(i);
      out.add(b >= 'A' && b <= 'Z' ? b + 32 : b);
    }
    return out.done();
  }

  @Sql(
      value = {"TRIM", "BTRIM"},
      doc = "Without the spaces, or characters of a given set, at both ends.",
      example = "TRIM('  a ') = 'a'")
  public static Text trim(Text s, Buffer out) {
    return strip(s, SPACE, true, true, out);
  }

  @Sql("TRIM")
  public static Text trim(Text s, Text chars, Buffer out) {
    return strip(s, chars, true, true, out);
  }

  @Sql("TRIM")
  public static Text trim(String side, Text chars, Text s, Buffer out) {
    return strip(s, chars, !side.equals("TRAILING"), !side.equals("LEADING"), out);
  }

  @Sql(value = "LTRIM", doc = "Without spaces at the start.", example = "LTRIM('  a') = 'a'")
  public static Text ltrim(Text s, Buffer out) {
    return strip(s, SPACE, true, false, out);
  }

  @Sql("LTRIM")
  public static Text ltrim(Text s, Text chars, Buffer out) {
    return strip(s, chars, true, false, out);
  }

  @Sql(value = "RTRIM", doc = "Without spaces at the end.", example = "RTRIM('a  ') = 'a'")
  public static Text rtrim(Text s, Buffer out) {
    return strip(s, SPACE, false, true, out);
  }

  @Sql("RTRIM")
  public static Text rtrim(Text s, Text chars, Buffer out) {
    return strip(s, chars, false, true, out);
  }

  private static Text strip(Text s, Text chars, boolean start, boolean end, Buffer out) {
    if (chars.isAscii()) {
      int from = 0;
      int to = s.length();
      while (start && from < to && has(chars, s.get(from))) {
        from++;
      }
      while (end && to > from && has(chars, s.get(to - 1))) {
        to--;
      }
      return out.view(s, from, to);
    }
    int[] all = s.toString().codePoints().toArray();
    String set = chars.toString();
    int from = 0;
    int to = all.length;
    while (start && from < to && set.indexOf(all[from]) >= 0) {
      from++;
    }
    while (end && to > from && set.indexOf(all[to - 1]) >= 0) {
      to--;
    }
    return out.put(new String(all, from, to - from));
  }

  private static boolean has(Text chars, byte wanted) {
    for (int i = 0; i < chars.length(); i++) {
      if (chars.get(i) == wanted) {
        return true;
      }
    }
    return false;
  }

  @Sql(
      value = {"SUBSTRING", "SUBSTR"},
      doc =
          "The characters from a position on, at most so many; a negative start counts from the"
              + " end.",
      example = "SUBSTRING('hello', 2, 3) = 'ell'")
  public static Text substring(Text s, long start, Buffer out) {
    return substring(s, start, Integer.MAX_VALUE, out);
  }

  @Sql("SUBSTRING")
  public static Text substring(Text s, long start, long count, Buffer out) {
    if (count < 0) {
      throw new EvalError("negative length " + count + " in SUBSTRING");
    }
    long first = start;
    if (start < 0) {
      first = s.characters() + start + 1;
      if (first < 1) {
        return out.view(s, 0, 0);
      }
    }
    long skipped = Math.max(0, first - 1);
    int from = s.skip(0, skipped);
    return out.view(s, from, s.skip(from, count));
  }

  @Sql(value = "LEFT", doc = "The first characters.", example = "LEFT('hello', 2) = 'he'")
  public static Text left(Text s, long count, Buffer out) {
    return out.view(s, 0, s.skip(0, count));
  }

  @Sql(value = "RIGHT", doc = "The last characters.", example = "RIGHT('hello', 2) = 'lo'")
  public static Text right(Text s, long count, Buffer out) {
    int from = count <= 0 ? s.length() : s.skip(0, Math.max(0, s.characters() - count));
    return out.view(s, from, s.length());
  }

  @Sql(
      value = "LPAD",
      nullable = true,
      doc = "Filled at the start, or cut, to a length.",
      example = "LPAD('7', 3, '0') = '007'")
  public static String lpad(String s, long length, String pad) {
    return pad(s, length, pad, true);
  }

  @Sql(
      value = "RPAD",
      nullable = true,
      doc = "Filled at the end, or cut, to a length.",
      example = "RPAD('a', 3, '.') = 'a..'")
  public static String rpad(String s, long length, String pad) {
    return pad(s, length, pad, false);
  }

  private static String pad(String s, long length, String pad, boolean start) {
    int[] own = s.codePoints().toArray();
    int[] fill = pad.codePoints().toArray();
    if (length < 0 || (fill.length == 0 && own.length < length)) {
      return null;
    }
    int want = sized(length);
    StringBuilder padding = new StringBuilder();
    for (int i = 0; i < want - own.length; i++) {
      padding.appendCodePoint(fill[i % fill.length]);
    }
    String kept = new String(own, 0, Math.min(own.length, want));
    return start ? padding + kept : kept + padding;
  }

  private static int sized(long length) {
    if (length > 64 << 20) {
      throw new EvalError("a string of " + length + " characters is too long");
    }
    return (int) length;
  }

  @Sql(value = "REPEAT", doc = "The string so many times.", example = "REPEAT('ab', 2) = 'abab'")
  public static String repeat(String s, long times) {
    sized(s.length() * Math.max(0, Math.min(times, Integer.MAX_VALUE)));
    return s.repeat((int) Math.max(0, times));
  }

  @Sql(value = "SPACE", doc = "So many spaces.", example = "SPACE(2) = '  '")
  public static String space(long times) {
    return " ".repeat(sized(Math.max(0, times)));
  }

  @Sql(value = "REVERSE", doc = "The characters backwards.", example = "REVERSE('abc') = 'cba'")
  public static String reverse(String s) {
    return new StringBuilder(s).reverse().toString();
  }

  @Sql(
      value = "REPLACE",
      doc = "Every occurrence of a string replaced.",
      example = "REPLACE('a-b', '-', '+') = 'a+b'")
  public static Text replace(Text s, Text from, Text to, Buffer out) {
    int at = from.length() == 0 ? -1 : s.indexOf(from, 0);
    if (at < 0) {
      return out.view(s, 0, s.length());
    }
    out.start();
    int behind = 0;
    while (at >= 0) {
      out.add(s, behind, at).add(to);
      behind = at + from.length();
      at = s.indexOf(from, behind);
    }
    return out.add(s, behind, s.length()).done();
  }

  @Sql(
      value = "TRANSLATE",
      doc = "Each character of one set replaced by its partner in another, or removed.",
      example = "TRANSLATE('abc', 'ab', 'x') = 'xc'")
  public static String translate(String s, String from, String to) {
    int[] keys = from.codePoints().toArray();
    int[] values = to.codePoints().toArray();
    StringBuilder text = new StringBuilder();
    s.codePoints()
        .forEach(
            c -> {
              int i = 0;
              while (i < keys.length && keys[i] != c) {
                i++;
              }
              if (i == keys.length) {
                text.appendCodePoint(c);
              } else if (i < values.length) {
                text.appendCodePoint(values[i]);
              }
            });
    return text.toString();
  }

  @Sql(
      value = {"CHAR_LENGTH", "CHARACTER_LENGTH", "LENGTH"},
      result = "INTEGER",
      doc = "Length in characters.",
      example = "CHAR_LENGTH('né') = 2")
  public static long charLength(Text s) {
    return s.characters();
  }

  @Sql(
      value = "OCTET_LENGTH",
      result = "INTEGER",
      doc = "Length in bytes of UTF-8.",
      example = "OCTET_LENGTH('né') = 3")
  public static long octetLength(Text s) {
    return s.length();
  }

  @Sql(
      value = {"POSITION", "LOCATE"},
      result = "INTEGER",
      doc = "Where the first string stands in the second, or 0.",
      example = "LOCATE('l', 'hello') = 3")
  public static long position(Text part, Text s) {
    return position(part, s, 1);
  }

  @Sql(value = "POSITION", result = "INTEGER")
  public static long position(Text part, Text s, long from) {
    if (from < 1) {
      return 0;
    }
    int at = s.indexOf(part, s.skip(0, from - 1));
    return at < 0 ? 0 : charactersBefore(s, at) + 1;
  }

  private static int charactersBefore(Text s, int at) {
    int count = 0;
    for (int i = 0; i < at; i++) {
      count += (s.get(i) & 0xC0) == 0x80 ? 0 : 1;
    }
    return count;
  }

  @Sql(
      value = {"INSTR", "STRPOS"},
      result = "INTEGER",
      doc =
          "Where the second string stands in the first, or 0; from a place on (back from one"
              + " counted from the end if negative), the so many-th time.",
      example = "INSTR('hello', 'l') = 3")
  public static long instr(Text s, Text part) {
    return position(part, s);
  }

  @Sql(value = "INSTR", result = "INTEGER")
  public static long instr(Text s, Text part, long start) {
    return instr(s, part, start, 1);
  }

  /** The place of the {@code occurrence}th; a negative start counts from the end, going back. */
  @Sql(value = "INSTR", result = "INTEGER")
  public static long instr(Text s, Text part, long start, long occurrence) {
    if (occurrence < 1) {
      throw new EvalError("INSTR counts occurrences from 1, not " + occurrence);
    }
    int[] text = s.toString().codePoints().toArray();
    int[] sought = part.toString().codePoints().toArray();
    int step = start < 0 ? -1 : 1;
    long at = start < 0 ? Math.min(text.length + start, text.length - sought.length) : start - 1;
    long left = occurrence;
    for (; start != 0 && at >= 0 && at + sought.length <= text.length; at += step) {
      int from = (int) at;
      if (Arrays.equals(text, from, from + sought.length, sought, 0, sought.length)
          && --left == 0) {
        return at + 1;
      }
    }
    return 0;
  }

  @Sql(
      value = "SPLIT_INDEX",
      nullable = true,
      doc = "The part at an index, counted from 0, of a string split by a delimiter.",
      example = "SPLIT_INDEX('a/b', '/', 1) = 'b'")
  public static Text splitIndex(Text s, Text delimiter, long index, Buffer out) {
    if (index < 0 || delimiter.length() == 0) {
      return null;
    }
    int from = behind(s, delimiter, index);
    if (from < 0) {
      return null;
    }
    int to = s.indexOf(delimiter, from);
    return out.view(s, from, to < 0 ? s.length() : to);
  }

  /** The byte index behind the {@code count}th delimiter, or -1. */
  private static int behind(Text s, Text delimiter, long count) {
    if (delimiter.length() == 1) {
      return s.behind(delimiter.get(0), count);
    }
    int from = 0;
    for (long i = 0; i < count; i++) {
      int to = s.indexOf(delimiter, from);
      if (to < 0) {
        return -1;
      }
      from = to + delimiter.length();
    }
    return from;
  }

  @Sql(
      value = "SPLIT_PART",
      doc = "The part at an index, counted from 1; empty if there is none.",
      example = "SPLIT_PART('a/b', '/', 2) = 'b'")
  public static Text splitPart(Text s, Text delimiter, long index, Buffer out) {
    Text part = splitIndex(s, delimiter, index - 1, out);
    return part == null ? out.put("") : part;
  }

  @Sql(
      value = {"STARTSWITH", "STARTS_WITH"},
      doc = "Whether it starts so.",
      example = "STARTSWITH('abc', 'ab') = TRUE")
  public static boolean startsWith(Text s, Text part) {
    return s.matchesAt(part, 0);
  }

  @Sql(
      value = {"ENDSWITH", "ENDS_WITH"},
      doc = "Whether it ends so.",
      example = "ENDSWITH('abc', 'bc') = TRUE")
  public static boolean endsWith(Text s, Text part) {
    return s.matchesAt(part, s.length() - part.length());
  }

  @Sql(
      value = "CONTAINS",
      doc = "Whether it contains that.",
      example = "CONTAINS('abc', 'b') = TRUE")
  public static boolean contains(Text s, Text part) {
    return s.indexOf(part, 0) >= 0;
  }

  @Sql(
      value = "OVERLAY",
      doc = "Characters from a position on replaced.",
      example = "OVERLAY('xxxxxtest' PLACING 'foo' FROM 6 FOR 4) = 'xxxxxfoo'")
  public static Text overlay(Text s, Text with, long start, long count, Buffer out) {
    int from = s.skip(0, start - 1);
    int to = s.skip(from, count);
    return out.start().add(s, 0, from).add(with).add(s, to, s.length()).done();
  }

  @Sql("OVERLAY")
  public static Text overlay(Text s, Text with, long start, Buffer out) {
    return overlay(s, with, start, with.characters(), out);
  }

  @Sql(
      value = "INITCAP",
      doc = "Each word with a capital.",
      example = "INITCAP('big cat') = 'Big Cat'")
  public static String initcap(String s) {
    StringBuilder text = new StringBuilder();
    boolean inside = false;
    for (int i = 0; i < s.length(); i++) {
      char c = s.charAt(i);
      text.append(inside ? Character.toLowerCase(c) : Character.toUpperCase(c));
      inside = Character.isLetterOrDigit(c);
    }
    return text.toString();
  }

  @Sql(
      value = "ASCII",
      result = "INTEGER",
      doc = "Code of the first character.",
      example = "ASCII('a') = 97")
  public static long ascii(String s) {
    return s.isEmpty() ? 0 : s.codePointAt(0);
  }

  @Sql(value = "CHR", doc = "The character of a code, modulo 256.", example = "CHR(97) = 'a'")
  public static String chr(long code) {
    return String.valueOf((char) (code & 255));
  }

  @Sql(value = "TO_BASE64", doc = "Base64.", example = "TO_BASE64('abc') = 'YWJj'")
  public static String toBase64(Text s) {
    return Base64.getEncoder().encodeToString(s.toBytes());
  }

  @Sql(value = "FROM_BASE64", doc = "Text of Base64.", example = "FROM_BASE64('YWJj') = 'abc'")
  public static String fromBase64(String s) {
    try {
      return new String(Base64.getDecoder().decode(s), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new EvalError("'" + s + "' is not Base64");
    }
  }

  @Sql(value = "HEX", doc = "Hexadecimal digits.", example = "HEX('ab') = '6162'")
  public static String hex(Text s) {
    return HexFormat.of().withUpperCase().formatHex(s.toBytes());
  }

  @Sql("HEX")
  public static String hex(long value) {
    return Long.toHexString(value).toUpperCase(Locale.ROOT);
  }

  @Sql(
      value = "ENCODE_HEX",
      args = BINARY,
      doc = "Hexadecimal digits of bytes.",
      example = "ENCODE_HEX(X'00FF') = '00ff'")
  public static String encodeHex(Text bytes) {
    return HexFormat.of().formatHex(bytes.toBytes());
  }

  @Sql(value = "UUID", deterministic = false, doc = "A random identifier.", example = "UUID()")
  public static String uuid() {
    return UUID.randomUUID().toString();
  }

  /** The compiled pattern, kept. */
  public static Pattern pattern(String regex) {
    Pattern known = PATTERNS.get(regex);
    if (known != null) {
      return known;
    }
    try {
      if (PATTERNS.size() > 1000) {
        PATTERNS.clear();
      }
      Pattern made = Pattern.compile(regex);
      PATTERNS.put(regex, made);
      return made;
    } catch (PatternSyntaxException e) {
      throw new EvalError("'" + regex + "' is not a regular expression");
    }
  }

  @Sql(
      value = "PARSE_URL",
      nullable = true,
      doc = "HOST, PATH, QUERY, REF, PROTOCOL, AUTHORITY, FILE or USERINFO of an address.",
      example = "PARSE_URL('http://a.b/c?d=e', 'HOST') = 'a.b'")
  public static String parseUrl(String url, String part) {
    try {
      URI uri = new URI(url);
      return switch (part) {
        case "HOST" -> uri.getHost();
        case "PATH" -> uri.getPath();
        case "QUERY" -> uri.getQuery();
        case "REF" -> uri.getFragment();
        case "PROTOCOL" -> uri.getScheme();
        case "AUTHORITY" -> uri.getAuthority();
        case "USERINFO" -> uri.getUserInfo();
        case "FILE" ->
            uri.getQuery() == null ? uri.getPath() : uri.getPath() + "?" + uri.getQuery();
        default -> null;
      };
    } catch (java.net.URISyntaxException e) {
      return null;
    }
  }

  @Sql(value = "PARSE_URL", nullable = true)
  public static String parseUrl(String url, String part, String key) {
    String query = part.equals("QUERY") ? parseUrl(url, "QUERY") : null;
    if (query != null) {
      for (String pair : query.split("&", -1)) {
        if (pair.startsWith(key + "=")) {
          return pair.substring(key.length() + 1);
        }
      }
    }
    return null;
  }

  @Sql(value = "URL_ENCODE", doc = "Form encoding.", example = "URL_ENCODE('a b') = 'a+b'")
  public static String urlEncode(String s) {
    return URLEncoder.encode(s, StandardCharsets.UTF_8);
  }

  @Sql(
      value = "URL_DECODE",
      nullable = true,
      doc = "Form encoding undone; NULL if it is not that.",
      example = "URL_DECODE('a+b') = 'a b'")
  public static String urlDecode(String s) {
    try {
      return URLDecoder.decode(s, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  @Sql(
      value = "URL_DECODE_RECURSIVE",
      nullable = true,
      doc =
          "Form encoding undone again and again until nothing changes, at most so many times (10 if"
              + " not given); NULL if it is not that.",
      example = "URL_DECODE_RECURSIVE('a%252Bb') = 'a b'")
  public static String urlDecodeRecursive(String s) {
    return urlDecodeRecursive(s, 10);
  }

  @Sql(value = "URL_DECODE_RECURSIVE", nullable = true)
  public static String urlDecodeRecursive(String s, long most) {
    String text = s;
    for (long i = 0; i < most; i++) {
      String decoded = urlDecode(text);
      if (decoded == null || decoded.equals(text)) {
        return decoded;
      }
      text = decoded;
    }
    return text;
  }
}
