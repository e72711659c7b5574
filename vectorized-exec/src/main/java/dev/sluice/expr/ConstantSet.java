package dev.sluice.expr;

import dev.sluice.function.Text;
import java.util.Arrays;

/** Constants that a value is looked up in: a long list of alternatives. Immutable. */
public final class ConstantSet {
  private final long[] numbers;
  private final Text[] texts;

  private ConstantSet(long[] numbers, Text[] texts) {
    this.numbers = numbers;
    this.texts = texts;
  }

  static ConstantSet ofNumbers(long... values) {
    long[] sorted = values.clone();
    Arrays.sort(sorted);
    return new ConstantSet(sorted, new Text[0]);
  }

  static ConstantSet ofTexts(Text... values) {
    Text[] sorted = values.clone();
    Arrays.sort(sorted, Text::compare);
    return new ConstantSet(new long[0], sorted);
  }

  /** Whether it is one of the numbers. */
  public boolean contains(long value) {
    return Arrays.binarySearch(numbers, value) >= 0;
  }

  /** Whether it is one of the strings. */
  public boolean contains(Text value) {
    return Arrays.binarySearch(texts, value, Text::compare) >= 0;
  }
}
