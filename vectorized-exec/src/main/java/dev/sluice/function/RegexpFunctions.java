package dev.sluice.function;

import java.util.regex.Matcher;

/** Regular expressions as Java has them; see {@link Sql}. Stateless. */
public final class RegexpFunctions {
  /** So many looks at characters decide; a pattern that goes back and forth may take ages. */
  private static final int LOOKS = 100_000_000;

  private RegexpFunctions() {}

  private static Matcher matcher(String s, String regex) {
    return StringFunctions.pattern(regex).matcher(new Looked(s));
  }

  private static boolean find(Matcher matcher) {
    try {
      return matcher.find();
    } catch (StackOverflowError e) {
      throw tooLong();
    }
  }

  private static EvalError tooLong() {
    return new EvalError("the regular expression goes back and forth too often on this text");
  }

  /** A text that counts how often it is looked at. */
  private static final class Looked implements CharSequence {
    private final String text;
    private int left = LOOKS;

    Looked(String text) {
      this.text = text;
    }

    @Override
    public char charAt(int index) {
      if (--left < 0) {
        throw tooLong();
      }
      return text.charAt(index);
    }

    @Override
    public int length() {
      return text.length();
    }

    @Override
    public CharSequence subSequence(int from, int to) {
      return text.substring(from, to);
    }

    @Override
    public String toString() {
      return text;
    }
  }

  @Sql(
      value = {"REGEXP", "RLIKE"},
      doc = "Whether part of the string matches a regular expression.",
      example = "REGEXP('abc', 'b.') = TRUE")
  public static boolean regexp(String s, String regex) {
    return find(matcher(s, regex));
  }

  @Sql(
      value = "REGEXP_REPLACE",
      doc = "Every match of a regular expression replaced.",
      example = "REGEXP_REPLACE('a1b2', '[0-9]', '') = 'ab'")
  public static String regexpReplace(String s, String regex, String with) {
    try {
      return matcher(s, regex).replaceAll(with);
    } catch (StackOverflowError e) {
      throw tooLong();
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new EvalError("'" + with + "' is not a replacement");
    }
  }

  @Sql(
      value = "REGEXP_EXTRACT",
      nullable = true,
      doc = "A group of the first match (0, the default: all of it), or NULL.",
      example = "REGEXP_EXTRACT('a12', '[a-z]([0-9])', 1) = '1'")
  public static String regexpExtract(String s, String regex, long group) {
    Matcher matcher = matcher(s, regex);
    if (!find(matcher) || group < 0 || group > matcher.groupCount()) {
      return null;
    }
    return matcher.group((int) group);
  }

  @Sql(value = "REGEXP_EXTRACT", nullable = true)
  public static String regexpExtract(String s, String regex) {
    return regexpExtract(s, regex, 0);
  }

  @Sql(
      value = "REGEXP_SUBSTR",
      nullable = true,
      doc = "The first match, or NULL.",
      example = "REGEXP_SUBSTR('a12', '[0-9]+') = '12'")
  public static String regexpSubstr(String s, String regex) {
    return regexpExtract(s, regex, 0);
  }

  @Sql(
      value = "REGEXP_COUNT",
      result = "INTEGER",
      doc = "How many matches there are.",
      example = "REGEXP_COUNT('a1b22', '[0-9]+') = 2")
  public static long regexpCount(String s, String regex) {
    Matcher matcher = matcher(s, regex);
    long count = 0;
    while (find(matcher)) {
      count++;
    }
    return count;
  }

  @Sql(
      value = "REGEXP_INSTR",
      result = "INTEGER",
      doc = "Where the first match begins, counted from 1; 0 if there is none.",
      example = "REGEXP_INSTR('ab12', '[0-9]') = 3")
  public static long regexpInstr(String s, String regex) {
    Matcher matcher = matcher(s, regex);
    return find(matcher) ? s.codePointCount(0, matcher.start()) + 1 : 0;
  }
}
