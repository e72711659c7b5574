package dev.sluice.expr;

import dev.sluice.function.EvalError;
import dev.sluice.function.StringFunctions;
import dev.sluice.function.Text;
import java.util.regex.Pattern;

/** LIKE, ILIKE and SIMILAR TO with a pattern known before the loop, or kept from the last row. */
public final class LikeMatcher {
  private final String kind;
  private String pattern = "";
  private String escape = "";
  private boolean known;
  private int form;
  private Text part = Text.of("");
  private Pattern regex = Pattern.compile("");

  public LikeMatcher(String kind) {
    this.kind = kind;
  }

  public boolean matches(Text s, String wanted, String wantedEscape) {
    if (!known || !pattern.equals(wanted) || !escape.equals(wantedEscape)) {
      prepare(wanted, wantedEscape);
    }
    return switch (form) {
      case 0 -> s.same(part);
      case 1 -> s.matchesAt(part, 0);
      case 2 -> s.matchesAt(part, s.length() - part.length());
      case 3 -> s.indexOf(part, 0) >= 0;
      default -> regex.matcher(s.toString()).matches();
    };
  }

  private void prepare(String wanted, String wantedEscape) {
    pattern = wanted;
    escape = wantedEscape;
    known = true;
    boolean start = wanted.startsWith("%");
    boolean end = wanted.length() > 1 && wanted.endsWith("%");
    String middle = wanted.substring(start ? 1 : 0, wanted.length() - (end ? 1 : 0));
    boolean plain =
        kind.equals("LIKE")
            && middle.indexOf('%') < 0
            && middle.indexOf('_') < 0
            && (wantedEscape.isEmpty() || !wanted.contains(wantedEscape));
    if (plain) {
      form = start ? (end ? 3 : 2) : end ? 1 : 0;
      part = Text.of(middle);
      return;
    }
    form = 4;
    boolean similar = kind.equals("SIMILAR TO");
    StringBuilder text = new StringBuilder(kind.equals("ILIKE") ? "(?siu)" : "(?s)");
    for (int i = 0; i < wanted.length(); i++) {
      char c = wanted.charAt(i);
      if (!wantedEscape.isEmpty() && c == wantedEscape.charAt(0)) {
        if (++i == wanted.length()) {
          throw new EvalError("pattern '" + wanted + "' ends with its escape character");
        }
        text.append(Pattern.quote(wanted.substring(i, i + 1)));
      } else if (c == '%') {
        text.append(".*");
      } else if (c == '_') {
        text.append('.');
      } else if (similar) {
        text.append(c == '.' || c == '\\' || c == '^' || c == '$' ? "\\" + c : c);
      } else {
        text.append(Pattern.quote(String.valueOf(c)));
      }
    }
    regex = StringFunctions.pattern(text.toString());
  }
}
