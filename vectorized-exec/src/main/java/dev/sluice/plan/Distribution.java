package dev.sluice.plan;

import java.util.List;

/** How rows are spread over the tasks of a stage. */
public sealed interface Distribution {
  /** Anywhere: each row stays in the task that made it. */
  record Any() implements Distribution {
    @Override
    public String toString() {
      return "any";
    }
  }

  /** All rows of equal {@code columns} in one task, by key group. */
  record Hash(List<Integer> columns) implements Distribution {
    public Hash {
      columns = List.copyOf(columns);
    }

    @Override
    public String toString() {
      return "hash" + columns.stream().map(c -> "$" + c).toList();
    }
  }

  /** Every row in one task. */
  record Single() implements Distribution {
    @Override
    public String toString() {
      return "single";
    }
  }

  /** Every row in every task. */
  record Broadcast() implements Distribution {
    @Override
    public String toString() {
      return "broadcast";
    }
  }

  Distribution ANY = new Any();
  Distribution SINGLE = new Single();
  Distribution BROADCAST = new Broadcast();
}
