package dev.sluice.aggregate;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** One collection per group, made when something first goes into it. Single-threaded. */
final class Slots<T> {
  private final Supplier<T> maker;
  private final List<Optional<T>> bySlot = new ArrayList<>();

  Slots(Supplier<T> maker) {
    this.maker = maker;
  }

  void ensure(int slots) {
    while (bySlot.size() < slots) {
      bySlot.add(Optional.empty());
    }
  }

  /** The collection of a group, made if there is none. */
  T make(int slot) {
    Optional<T> found = bySlot.get(slot);
    if (found.isEmpty()) {
      found = Optional.of(maker.get());
      bySlot.set(slot, found);
    }
    return found.get();
  }

  Optional<T> find(int slot) {
    return bySlot.get(slot);
  }

  void clear(int slot) {
    bySlot.set(slot, Optional.empty());
  }

  /** Bytes on the heap besides what the collections hold, about. */
  long byteSize() {
    return 8L * bySlot.size();
  }
}
