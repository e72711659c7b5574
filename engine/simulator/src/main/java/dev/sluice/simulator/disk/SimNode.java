package dev.sluice.simulator.disk;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** A file or a folder: as programs see it, and as it would be after a power failure. */
sealed interface SimNode {
  /** Bytes. */
  final class File implements SimNode {
    byte[] bytes = new byte[0];
    int size;
    private byte[] forced = new byte[0];
    private boolean clean = true;
    boolean locked;

    void ensure(int capacity) {
      if (bytes.length < capacity) {
        bytes = Arrays.copyOf(bytes, Math.max(capacity, bytes.length * 2));
      }
    }

    void touched() {
      clean = false;
    }

    void force() {
      forced = Arrays.copyOf(bytes, size);
      clean = true;
    }

    /** What was not forced is there, or not, or in part, or as zeros. */
    void losePower(Random random) {
      locked = false;
      if (clean) {
        return;
      }
      byte[] now = Arrays.copyOf(bytes, size);
      byte[] left =
          switch (random.nextInt(4)) {
            case 0 -> now;
            case 1 -> forced;
            case 2 -> Arrays.copyOf(now, random.nextInt(now.length + 1));
            default -> Arrays.copyOf(forced, Math.max(forced.length, now.length));
          };
      bytes = left;
      size = left.length;
      force();
    }
  }

  /** Names. */
  final class Folder implements SimNode {
    /** A name that came, went or was given to something else; two at once for a rename. */
    private record Change(Map<String, SimNode> put, List<String> removed) {}

    final Map<String, SimNode> names = new TreeMap<>();
    private final Map<String, SimNode> forced = new TreeMap<>();
    private final List<Change> changes = new ArrayList<>();

    void put(String name, SimNode node) {
      names.put(name, node);
      changes.add(new Change(Map.of(name, node), List.of()));
    }

    void remove(String name) {
      names.remove(name);
      changes.add(new Change(Map.of(), List.of(name)));
    }

    /** Both names change, or none. */
    void rename(String from, String to) {
      SimNode node = names.remove(from);
      names.put(to, node);
      changes.add(new Change(Map.of(to, node), List.of(from)));
    }

    void force() {
      forced.clear();
      forced.putAll(names);
      changes.clear();
    }

    void forceAll() {
      force();
      for (SimNode node : names.values()) {
        if (node instanceof Folder folder) {
          folder.forceAll();
        } else if (node instanceof File file) {
          file.force();
        }
      }
    }

    /** Changes reach the disk in their order, some of them before the power fails. */
    void losePower(Random random) {
      int survivors = random.nextInt(changes.size() + 1);
      for (Change change : changes.subList(0, survivors)) {
        change.removed().forEach(forced::remove);
        forced.putAll(change.put());
      }
      names.clear();
      names.putAll(forced);
      changes.clear();
      for (SimNode node : names.values()) {
        if (node instanceof Folder folder) {
          folder.losePower(random);
        } else if (node instanceof File file) {
          file.losePower(random);
        }
      }
    }

    /** The process is gone, the machine is not: nothing is lost but locks. */
    void unlock() {
      for (SimNode node : names.values()) {
        if (node instanceof Folder folder) {
          folder.unlock();
        } else if (node instanceof File file) {
          file.locked = false;
        }
      }
    }
  }
}
