package dev.sluice.engine.checkpoint;

import dev.sluice.plan.AggregateCall;
import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.PlanNode;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An aggregation has other calls than it had: those that both have keep their state, further ones
 * know nothing of the rows before. A value.
 *
 * @param before the calls it had
 * @param now the calls it has
 * @param from by call the one it was, or -1
 */
public record CallChange(List<String> before, List<String> now, List<Integer> from) {
  private static final Pattern COLUMN = Pattern.compile("call(\\d+)(_.*)");
  private static final int NEW = -1;

  static CallChange of(List<String> before, List<String> now) {
    List<Integer> from = new ArrayList<>();
    for (String call : now) {
      int at = NEW;
      for (int i = before.size() - 1; i >= 0; i--) {
        at = before.get(i).equals(call) && !from.contains(i) ? i : at;
      }
      from.add(at);
    }
    return new CallChange(before, now, from);
  }

  /**
   * Whether a node is an aggregation whose calls may be others: not over rows that are taken back,
   * for a call that does not know the rows before would be told to take them back.
   */
  static boolean mayChange(PlanNode node) {
    return node instanceof PlanNode.GroupAggregate group
        && group.input().traits().changelog() == ChangelogMode.INSERT_ONLY;
  }

  static List<Integer> keys(PlanNode node) {
    return ((PlanNode.GroupAggregate) node).keys();
  }

  static List<AggregateCall> calls(PlanNode node) {
    return ((PlanNode.GroupAggregate) node).calls();
  }

  /** What is lost of the state, for people. */
  public List<String> told(StatePlan.Slot slot) {
    List<String> told = new ArrayList<>();
    for (int i = 0; i < before.size(); i++) {
      if (!from.contains(i)) {
        told.add("lost: " + before.get(i) + " of " + slot.head());
      }
    }
    for (int i = 0; i < now.size(); i++) {
      if (from.get(i) == NEW) {
        told.add("lost: the rows from before in " + now.get(i) + " of " + slot.head());
      }
    }
    return told;
  }

  /** How the state that was saved is read; empty if keys or the like are others. */
  public Optional<LayoutChange> of(Schema saved, Schema wanted) {
    List<Integer> columns = new ArrayList<>();
    for (Field field : wanted.fields()) {
      Matcher call = COLUMN.matcher(field.name());
      int before = call.matches() ? from.get(Integer.parseInt(call.group(1))) : NEW;
      if (call.matches() && before == NEW) {
        columns.add(NEW);
        continue;
      }
      String name = call.matches() ? "call" + before + call.group(2) : field.name();
      OptionalInt column = saved.indexOf(name);
      if (column.isEmpty()
          || !saved.type(column.getAsInt()).sameApartFromNullability(field.type())) {
        return Optional.empty();
      }
      columns.add(column.getAsInt());
    }
    return Optional.of(new LayoutChange(saved, wanted, columns));
  }
}
