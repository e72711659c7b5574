package dev.sluice.connector.jdbc;

import dev.sluice.batch.RecordBatch;
import java.util.ArrayList;
import java.util.List;

/**
 * Rows to load, in order: places in batches that somebody else owns and closes. Single-threaded.
 */
final class Rows {
  /** A row: the position is before selection. */
  record Place(RecordBatch batch, int position) {}

  private final List<Place> places = new ArrayList<>();

  void add(RecordBatch batch, int position) {
    places.add(new Place(batch, position));
  }

  List<Place> places() {
    return places;
  }

  boolean isEmpty() {
    return places.isEmpty();
  }

  int size() {
    return places.size();
  }
}
