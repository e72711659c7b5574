package com.github.nexmark.flink.udf;

/** The function of Nexmark's q14, under the name by which the query asks for it. */
public final class CountChar {
  public long eval(String text, String character) {
    return text == null || character.length() != 1
        ? 0
        : text.chars().filter(c -> c == character.charAt(0)).count();
  }
}
