package dev.sluice.format;

import dev.sluice.connector.MalformedRecord;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Where the members of a JSON object and the elements of an array lie, found in one pass that looks
 * at quotes and brackets only: what is in them is for the decoder to judge. Single-threaded.
 */
final class JsonMembers {
  /** A place in a record; from 0 to 0 if there is none. */
  record Span(int from, int to) {
    static final Span NONE = new Span(0, 0);

    int size() {
      return to - from;
    }

    /** Whether there is nothing, or null. */
    boolean isNull(byte[] b) {
      return size() == 0 || size() == 4 && b[from] == 'n';
    }

    /** The text in it without quotes; escapes stay. */
    String text(byte[] b) {
      boolean quoted = size() >= 2 && b[from] == '"';
      return isNull(b)
          ? ""
          : quoted
              ? new String(b, from + 1, size() - 2, StandardCharsets.UTF_8)
              : new String(b, from, size(), StandardCharsets.UTF_8);
    }
  }

  private byte[] b = {};
  private int end;

  /** The values of the members of those names; of one that comes twice the last. */
  Span[] find(byte[] bytes, int from, int to, String... names) throws MalformedRecord {
    b = bytes;
    end = to;
    Span[] found = new Span[names.length];
    Arrays.fill(found, Span.NONE);
    int i = blanks(from);
    if (i == end || b[i] != '{') {
      throw new MalformedRecord(
          "", i - from, "expected a JSON object, saw " + TextParser.shown(b, i, end));
    }
    i = blanks(i + 1);
    while (i < end && b[i] != '}') {
      int name = i;
      int nameEnd = value(i);
      i = blanks(nameEnd);
      if (b[name] != '"' || i >= end || b[i] != ':') {
        throw unexpected(i, from, "a field name and ':'");
      }
      int start = blanks(i + 1);
      int stop = value(start);
      for (int n = 0; n < names.length; n++) {
        if (isName(name + 1, nameEnd - 1, names[n])) {
          found[n] = new Span(start, stop);
        }
      }
      i = separator(stop, from, '}');
    }
    if (i >= end || blanks(i + 1) != end) {
      throw unexpected(Math.min(i + 1, end), from, "the end of the record");
    }
    return found;
  }

  private boolean isName(int from, int to, String name) {
    if (to - from != name.length()) {
      return false;
    }
    for (int i = 0; i < name.length(); i++) {
      if (b[from + i] != name.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** The elements of an array. */
  List<Span> elements(byte[] bytes, Span array) throws MalformedRecord {
    b = bytes;
    end = array.to();
    List<Span> found = new ArrayList<>();
    int i = array.from();
    if (b[i] != '[') {
      throw new MalformedRecord(
          "", -1, "expected a JSON array, saw " + TextParser.shown(b, i, end));
    }
    i = blanks(i + 1);
    while (i < end && b[i] != ']') {
      int stop = value(i);
      found.add(new Span(i, stop));
      i = separator(stop, array.from(), ']');
    }
    return found;
  }

  /** Steps over a comma behind {@code at}; stays at the closing bracket. */
  private int separator(int at, int from, char close) throws MalformedRecord {
    int i = blanks(at);
    if (i < end && b[i] == ',') {
      return blanks(i + 1);
    }
    if (i < end && b[i] == close) {
      return i;
    }
    throw unexpected(i, from, "',' or '" + close + "'");
  }

  private MalformedRecord unexpected(int at, int from, String expected) {
    return new MalformedRecord(
        "", at - from, "expected " + expected + ", saw " + TextParser.shown(b, at, end));
  }

  private int blanks(int from) {
    int i = from;
    while (i < end && (b[i] == ' ' || b[i] == '\t' || b[i] == '\r' || b[i] == '\n')) {
      i++;
    }
    return i;
  }

  /** The end of the value at {@code from}. */
  private int value(int from) throws MalformedRecord {
    int depth = 0;
    int i = from;
    while (i < end) {
      switch (b[i]) {
        case '"' -> {
          i = quoted(i);
          if (depth == 0) {
            return i;
          }
          continue;
        }
        case '{', '[' -> depth++;
        case '}', ']' -> {
          depth--;
          if (depth == 0) {
            return i + 1;
          }
        }
        default -> {
          // part of a number, a word or blanks
        }
      }
      boolean ends = depth <= 0 && (depth < 0 || b[i] == ',' || b[i] == ':' || b[i] <= ' ');
      if (ends) {
        return i;
      }
      i++;
    }
    if (depth > 0) {
      throw new MalformedRecord("", -1, "the record ends within a value");
    }
    return i;
  }

  private int quoted(int quote) throws MalformedRecord {
    int i = quote + 1;
    while (i < end && b[i] != '"') {
      i += b[i] == '\\' ? 2 : 1;
    }
    if (i >= end) {
      throw new MalformedRecord("", -1, "a text has no end");
    }
    return i + 1;
  }
}
