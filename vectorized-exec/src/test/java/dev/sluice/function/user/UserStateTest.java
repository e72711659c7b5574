package dev.sluice.function.user;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.function.Text;
import dev.sluice.plan.JavaFunction;
import dev.sluice.type.DataType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Accumulators of every shape, through bytes and back. */
class UserStateTest {
  enum Colour {
    RED,
    GREEN
  }

  record Pair(int left, String right) {}

  static class Base {
    protected long inherited;
  }

  /** Every kind of part. */
  static class Everything extends Base {
    boolean flag;
    byte tiny;
    short small;
    int number;
    char letter;
    float single;
    double approximate;
    Long boxed;
    Integer missing;
    String text;
    BigDecimal decimal;
    BigInteger big;
    LocalDate day;
    Instant instant;
    int[] array;
    byte[] bytes;
    String[][] nested;
    List<Pair> pairs = new ArrayList<>();
    Map<String, List<Integer>> map = new HashMap<>();
    SortedMap<Integer, Colour> sorted = new TreeMap<>();
    Deque<Double> deque = new ArrayDeque<>();
    transient Thread left;

    Everything self() {
      inherited = -5;
      flag = true;
      tiny = -1;
      small = -2;
      number = Integer.MIN_VALUE;
      letter = 'ß';
      single = 1.5f;
      approximate = Double.NaN;
      boxed = Long.MAX_VALUE;
      text = "a\u0000ü";
      decimal = new BigDecimal("-1.500");
      big = BigInteger.TWO.pow(100);
      day = LocalDate.of(2020, 2, 29);
      instant = Instant.ofEpochSecond(-1, 7);
      array = new int[] {1, 2};
      bytes = new byte[] {3};
      nested = new String[][] {{"x", null}, null};
      pairs.add(new Pair(1, null));
      pairs.add(null);
      map.put("k", new ArrayList<>(List.of(1, 2)));
      sorted.put(2, Colour.GREEN);
      sorted.put(1, null);
      deque.add(2.5);
      left = Thread.currentThread();
      return this;
    }
  }

  @Test
  void everythingComesBack() throws Exception {
    UserState state = new UserState(Everything.class);
    UserState.check(Everything.class);
    Everything written = new Everything().self();
    byte[] bytes = state.write(written);
    byte[] padded = new byte[bytes.length + 9];
    System.arraycopy(bytes, 0, padded, 4, bytes.length);
    Everything read = (Everything) state.read(padded, 4, 4 + bytes.length);
    for (java.lang.reflect.Field field : Everything.class.getDeclaredFields()) {
      Object before = field.get(written);
      Object after = field.get(read);
      if (field.getName().equals("left")) {
        assertThat(after).isNull();
      } else if (before instanceof Deque<?> deque) {
        assertThat(new ArrayList<>((Deque<?>) after)).isEqualTo(new ArrayList<>(deque));
      } else {
        assertThat(Arrays.deepToString(new Object[] {after}))
            .as(field.getName())
            .isEqualTo(Arrays.deepToString(new Object[] {before}));
      }
    }
    assertThat(read.inherited).isEqualTo(-5);
  }

  /** Adds up; a number is its own accumulator. */
  public static class Longest {
    public List<String> createAccumulator() {
      return new ArrayList<>();
    }

    public void accumulate(List<String> acc, String text) {
      acc.add(text);
    }

    public String getValue(List<String> acc) {
      return acc.stream().max(java.util.Comparator.comparing(String::length)).orElse(null);
    }
  }

  @Test
  void anAggregateGoesOnFromItsBytes() {
    JavaFunction function =
        new JavaFunction(
            "longest",
            Longest.class.getName(),
            "accumulate(java.util.List,java.lang.String)",
            List.of());
    assertThat(JavaFunction.of(function.id())).contains(function);
    try (UserCode.Lease lease = UserCode.lease()) {
      DataType[] types = {DataType.string()};
      UserAggregate first = new UserAggregate(function, types, DataType.string());
      Object accumulator = first.create();
      first.add(accumulator, new Object[] {Text.of("abc")}, false);
      byte[] bytes = first.bytes(accumulator);
      UserAggregate second = new UserAggregate(function, types, DataType.string());
      Object restored = second.read(bytes, 0, bytes.length);
      second.add(restored, new Object[] {Text.of("ab")}, false);
      assertThat(second.value(restored)).hasToString("abc");
      second.add(restored, new Object[] {Text.of("abcd")}, false);
      assertThat(second.value(restored)).hasToString("abcd");
    }
  }
}
