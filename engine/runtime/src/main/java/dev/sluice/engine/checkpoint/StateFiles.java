package dev.sluice.engine.checkpoint;

import dev.sluice.state.KeyGroups;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The files of checkpoints that have been opened: each is read through once, for several
 * checkpoints may need it. Opened by one thread; what is open may be read by any.
 */
final class StateFiles implements AutoCloseable {
  private final CheckpointStorage storage;
  private final Map<String, StateFile> open = new HashMap<>();
  private final Map<String, ChunkFile.DamagedException> damaged = new HashMap<>();

  StateFiles(CheckpointStorage storage) {
    this.storage = storage;
  }

  /** Where a chunk begins, and how long it is; 0: earlier files do not count any more. */
  record Chunk(long at, int length) {}

  /** A file that is whole. */
  static final class StateFile {
    private final CheckpointStorage.Stored stored;
    private final int version;
    private final byte[] last;
    private final Map<Integer, List<List<Chunk>>> chunks;

    private StateFile(
        CheckpointStorage.Stored stored,
        int version,
        byte[] last,
        Map<Integer, List<List<Chunk>>> chunks) {
      this.stored = stored;
      this.version = version;
      this.last = last;
      this.chunks = chunks;
    }

    long size() {
      return stored.size();
    }

    /** The chunks of a key group, in their order. */
    List<Chunk> chunks(int part, int group) {
      List<List<Chunk>> groups = chunks.get(part);
      return groups == null ? List.of() : groups.get(group);
    }

    byte[] read(Chunk chunk) throws IOException {
      return ChunkFile.read(stored, chunk.at());
    }
  }

  /** The manifest in file {@code name}. */
  Manifest manifest(String name) throws IOException {
    StateFile file = file(name);
    Manifest manifest = Manifest.of(file.last);
    return file.version > 1 ? manifest : withFile(manifest, name, file);
  }

  /** With version 1 the state lay beside the manifest. */
  private static Manifest withFile(Manifest manifest, String name, StateFile file) {
    List<Manifest.OperatorState> operators = new ArrayList<>();
    for (Manifest.OperatorState operator : manifest.operators()) {
      List<Manifest.PartState> parts = new ArrayList<>();
      for (Manifest.PartState part : operator.parts()) {
        parts.add(
            new Manifest.PartState(
                part.id(),
                part.name(),
                part.version(),
                part.layout(),
                List.of(),
                List.of(new Manifest.FileState(name, part.id(), file.size()))));
      }
      operators.add(operator.withParts(parts));
    }
    return manifest.with(operators);
  }

  /**
   * An open file.
   *
   * @throws IOException if it is damaged or cannot be read
   */
  StateFile file(String name) throws IOException {
    synchronized (open) {
      if (damaged.containsKey(name)) {
        throw damaged.get(name);
      }
      StateFile known = open.get(name);
      if (known == null) {
        known = read(name);
        open.put(name, known);
      }
      return known;
    }
  }

  private StateFile read(String name) throws IOException {
    CheckpointStorage.Stored stored = storage.open(name);
    try {
      Map<Integer, List<List<Chunk>>> chunks = new HashMap<>();
      byte[][] last = new byte[1][];
      int version =
          ChunkFile.scan(
              stored,
              (part, group, at, bytes) -> {
                if (part == ChunkFile.LAST) {
                  last[0] = bytes;
                } else {
                  chunks
                      .computeIfAbsent(part, p -> empty())
                      .get(group)
                      .add(new Chunk(at, bytes.length));
                }
              });
      return new StateFile(stored, version, last[0], chunks);
    } catch (IOException | RuntimeException e) {
      stored.close();
      if (e instanceof ChunkFile.DamagedException told) {
        damaged.put(name, told);
      }
      throw e;
    }
  }

  private static List<List<Chunk>> empty() {
    List<List<Chunk>> groups = new ArrayList<>();
    for (int group = 0; group < KeyGroups.COUNT; group++) {
      groups.add(new ArrayList<>());
    }
    return groups;
  }

  @Override
  public void close() throws IOException {
    synchronized (open) {
      for (StateFile file : open.values()) {
        file.stored.close();
      }
      open.clear();
    }
  }
}
