package dev.sluice.benchmark;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A drawing of the other engines' times as multiples of Sluice's, one group of bars a query, on a
 * logarithmic scale: bars to the right of the line are engines that took longer.
 */
final class Chart {
  private static final String[] COLOURS = {"#3b6ea8", "#d98a29", "#6a9a58"};
  private static final double[] TICKS = {0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50};
  private static final int LEFT = 70;
  private static final int WIDTH = 640;
  private static final int TOP = 50;
  private static final int BAR = 9;
  private static final int GAP = 8;

  private final StringBuilder svg = new StringBuilder();

  private Chart() {}

  /** An SVG page; {@code multiples} by label of the query, then by engine. */
  static String draw(String title, Map<String, Map<String, Double>> multiples) {
    return new Chart().page(title, multiples);
  }

  private String page(String title, Map<String, Map<String, Double>> multiples) {
    List<String> engines =
        multiples.values().stream().flatMap(bars -> bars.keySet().stream()).distinct().toList();
    int group = engines.size() * BAR + GAP;
    int bottom = TOP + multiples.size() * group;
    add(
        "<svg xmlns='http://www.w3.org/2000/svg' width='%d' height='%d' font-family='sans-serif'"
            + " font-size='11'>%n",
        LEFT + WIDTH + 50, bottom + 30);
    add("<rect width='100%%' height='100%%' fill='white'/>%n");
    add("<text x='%d' y='18' font-size='13'>%s</text>%n", LEFT, title);
    for (int i = 0; i < engines.size(); i++) {
      int x = LEFT + 110 * i;
      add("<rect x='%d' y='27' width='10' height='10' fill='%s'/>%n", x, COLOURS[i]);
      add("<text x='%d' y='36'>%s</text>%n", x + 15, engines.get(i));
    }
    for (double tick : TICKS) {
      add(
          "<line x1='%.1f' x2='%.1f' y1='%d' y2='%d' stroke='%s'/>%n",
          x(tick), x(tick), TOP, bottom, tick == 1 ? "#222" : "#ddd");
      add(
          "<text x='%.1f' y='%d' text-anchor='middle' fill='#555'>%s×</text>%n",
          x(tick), bottom + 15, tick < 1 ? String.valueOf(tick) : String.valueOf((int) tick));
    }
    int y = TOP + GAP / 2;
    for (Map.Entry<String, Map<String, Double>> bars : multiples.entrySet()) {
      add(
          "<text x='%d' y='%d' text-anchor='end'>%s</text>%n",
          LEFT - 8, y + engines.size() * BAR / 2 + 4, bars.getKey());
      for (int i = 0; i < engines.size(); i++) {
        Double multiple = bars.getValue().get(engines.get(i));
        if (multiple != null) {
          bar(multiple, y + i * BAR, COLOURS[i]);
        }
      }
      y += group;
    }
    return svg.append("</svg>\n").toString();
  }

  private void bar(double multiple, int y, String colour) {
    double from = Math.min(x(1), x(multiple));
    double to = Math.max(x(1), x(multiple));
    add(
        "<rect x='%.1f' y='%d' width='%.1f' height='%d' fill='%s'/>%n",
        from, y, to - from, BAR - 1, colour);
    add(
        "<text x='%.1f' y='%d' font-size='8' fill='#444' text-anchor='%s'>%s</text>%n",
        multiple < 1 ? from - 3 : to + 3,
        y + BAR - 2,
        multiple < 1 ? "end" : "start",
        String.format(Locale.ROOT, multiple < 10 ? "%.2f" : "%.0f", multiple));
  }

  private static double x(double multiple) {
    double first = Math.log(TICKS[0]);
    double last = Math.log(TICKS[TICKS.length - 1]);
    double within = Math.max(first, Math.min(last, Math.log(multiple)));
    return LEFT + WIDTH * (within - first) / (last - first);
  }

  private void add(String format, Object... arguments) {
    svg.append(String.format(Locale.ROOT, format, arguments));
  }
}
