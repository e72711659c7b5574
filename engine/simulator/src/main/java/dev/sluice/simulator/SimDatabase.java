package dev.sluice.simulator;

import dev.sluice.connector.EpochTarget.Owner;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A database on another machine. A transaction that has been sent may still be carried out when its
 * client is gone; who takes the marker waits for it. Single-threaded.
 */
final class SimDatabase {
  /** A row with what it does. */
  record Change(boolean insert, String key, String row) {}

  private record Marker(String owner, long token, long epoch) {}

  private record Transaction(String table, Owner owner, long epoch, List<Change> changes) {}

  private final SimWorld world;
  private final Map<String, Marker> markers = new TreeMap<>();
  private final Map<String, List<String>> bags = new TreeMap<>();
  private final Map<String, Map<String, String>> keyed = new TreeMap<>();
  private Optional<Transaction> underWay = Optional.empty();

  SimDatabase(SimWorld world) {
    this.world = world;
  }

  /** The rows of a table, sorted. */
  List<String> rows(String table) {
    List<String> rows = new ArrayList<>(bags.getOrDefault(table, List.of()));
    rows.addAll(keyed.getOrDefault(table, Map.of()).values());
    rows.sort(null);
    return rows;
  }

  long acquire(String table, Owner owner) throws IOException {
    world.call("db acquire " + table);
    finishUnderWay();
    Marker before = markers.get(table);
    if (before != null && before.owner().equals(owner.id()) && before.token() > owner.token()) {
      throw UserError.of(ErrorCode.CHECKPOINT, "table " + table + " belongs to a later run");
    }
    boolean known = before != null && before.owner().equals(owner.id());
    long epoch = known ? before.epoch() : 0;
    markers.put(table, new Marker(owner.id(), owner.token(), epoch));
    world.call("db acquired " + table);
    return epoch;
  }

  void commit(String table, Owner owner, long epoch, List<Change> changes) throws IOException {
    world.call("db begin " + table + " " + epoch);
    Marker marker = markers.get(table);
    if (marker == null || !marker.owner().equals(owner.id()) || marker.token() != owner.token()) {
      throw UserError.of(ErrorCode.CHECKPOINT, "another run has taken " + table);
    }
    if (marker.epoch() >= epoch) {
      world.trace().add("db has " + epoch);
      return;
    }
    underWay = Optional.of(new Transaction(table, owner, epoch, changes));
    boolean late = world.losesAnswer("db commit " + table);
    if (!late) {
      try {
        world.call("db commit " + table + " " + epoch + " " + changes.size() + " rows");
      } catch (IOException e) {
        // failed for good: rolled back
        underWay = Optional.empty();
        throw e;
      }
    }
    finishUnderWay();
    world.call("db answer " + table);
  }

  /** The clients are gone; what they had sent is carried out, or not. */
  void sessionsEnd() {
    if (underWay.isPresent() && world.random().nextBoolean()) {
      finishUnderWay();
    }
    // else it is when somebody asks for the marker, or never
    if (world.random().nextBoolean()) {
      underWay = Optional.empty();
    }
  }

  private void finishUnderWay() {
    Optional<Transaction> open = underWay;
    underWay = Optional.empty();
    open.ifPresent(this::apply);
  }

  private void apply(Transaction transaction) {
    String table = transaction.table();
    Marker marker = markers.get(table);
    if (marker.epoch() >= transaction.epoch()) {
      throw new AssertionError("marker of " + table + " would go back to " + transaction.epoch());
    }
    world.trace().add("db applied " + table + " " + transaction.epoch());
    markers.put(table, new Marker(marker.owner(), marker.token(), transaction.epoch()));
    for (Change change : transaction.changes()) {
      if (!change.key().isEmpty()) {
        Map<String, String> rows = keyed.computeIfAbsent(table, t -> new LinkedHashMap<>());
        if (change.insert()) {
          rows.put(change.key(), change.row());
        } else {
          rows.remove(change.key());
        }
      } else {
        bags.computeIfAbsent(table, t -> new ArrayList<>()).add(change.row());
      }
    }
  }
}
