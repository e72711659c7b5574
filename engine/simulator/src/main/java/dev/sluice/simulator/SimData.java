package dev.sluice.simulator;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * The rows of a run: for every table and partition some whose times mostly grow, with a few that
 * are late and a few NULL keys. A value.
 */
record SimData(int partitions, Map<String, List<List<Object[]>>> tables) {
  private static final long BASE = 1_704_067_200_000_000L;

  static SimData of(Random random) {
    int partitions = 1 + random.nextInt(4);
    Map<String, List<List<Object[]>>> tables = new HashMap<>();
    for (String table : List.of("a", "b")) {
      List<List<Object[]>> all = new ArrayList<>();
      int rows = 10 + random.nextInt(60);
      int keys = 1 + random.nextInt(10);
      for (int p = 0; p < partitions; p++) {
        all.add(partition(random, p, rows, keys));
      }
      tables.put(table, all);
    }
    return new SimData(partitions, tables);
  }

  private static List<Object[]> partition(Random random, int partition, int rows, int keys) {
    List<Object[]> made = new ArrayList<>();
    long millis = 0;
    for (int i = 0; i < rows; i++) {
      millis += random.nextInt(900);
      long at = Math.max(0, millis - (random.nextInt(8) == 0 ? random.nextInt(6000) : 0));
      String key = random.nextInt(25) == 0 ? null : "k" + random.nextInt(keys);
      made.add(
          new Object[] {
            (long) (partition * 1000 + i), key, (long) random.nextInt(100), BASE + at * 1000
          });
    }
    return made;
  }

  List<Object[]> rows(String table, int partition) {
    return tables.get(table).get(partition);
  }
}
