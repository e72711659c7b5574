package dev.sluice.engine.checkpoint;

import dev.sluice.connector.Committable;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.state.KeyGroups;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Checkpoints that a person has asked for: each a directory of its own with the checkpoint and the
 * rows that belong to it, so that it outlives the retention of the run and can be carried
 * elsewhere. It has the form of a directory of checkpoints with one in it. Stateless.
 */
public final class Savepoints {
  /** Where they lie in a directory of checkpoints, unless another place is given. */
  private static final String FOLDER = "savepoints";

  /** Says that a directory is a savepoint, not one a run keeps its checkpoints in. */
  private static final String MARK = "savepoint";

  private static final int PIECE = 1 << 20;

  private Savepoints() {}

  /** Where the savepoint of that checkpoint goes if nothing else is said. */
  public static Path defaultPlace(Path checkpoints, long epoch) {
    return checkpoints.resolve(FOLDER).resolve(String.format(Locale.ROOT, "%08d", epoch));
  }

  /** The savepoints inside a directory of checkpoints. */
  public static List<Path> within(Path checkpoints) throws IOException {
    List<Path> found = new ArrayList<>();
    Path folder = checkpoints.resolve(FOLDER);
    if (java.nio.file.Files.isDirectory(folder)) {
      try (var entries = java.nio.file.Files.newDirectoryStream(folder)) {
        entries.forEach(found::add);
      }
    }
    found.sort(null);
    return found;
  }

  /** Whether a place is a savepoint. */
  public static boolean isOne(CheckpointStorage storage) throws IOException {
    return storage.list().contains(MARK);
  }

  /**
   * Copies a checkpoint and what belongs to it; the checkpoint last, so that a copy that was broken
   * off is none.
   *
   * @throws UserError if there is something at {@code to}
   */
  public static void save(CheckpointStorage from, long epoch, CheckpointStorage to)
      throws IOException {
    if (!to.list().isEmpty()) {
      throw UserError.of(ErrorCode.CHECKPOINT, "'" + to.location() + "' is not empty")
          .withHint("a savepoint is a directory of its own: name one that does not exist yet");
    }
    try (CheckpointStorage.Lease lease = to.lease().orElseThrow(() -> taken(to))) {
      try (CheckpointStorage.Draft mark = to.create(MARK)) {
        ChunkFile.writeHead(mark);
        byte[] origin = from.location().getBytes(StandardCharsets.UTF_8);
        ChunkFile.write(mark, ChunkFile.LAST, 0, origin);
        mark.publish();
      }
      copyOwner(from, to);
      copyCheckpoint(from, epoch, to);
    }
  }

  private static UserError taken(CheckpointStorage to) {
    return UserError.of(
        ErrorCode.CHECKPOINT, "'" + to.location() + "' is in use by another process");
  }

  /**
   * The term in which it was made: targets refuse whoever comes with an earlier one, and the clock,
   * from which terms are made, may have been set back since. Older savepoints have none.
   */
  private static void copyOwner(CheckpointStorage from, CheckpointStorage to) throws IOException {
    if (from.list().contains(Checkpoints.OWNER)) {
      copy(from, Checkpoints.OWNER, to);
    }
  }

  private static void copyCheckpoint(CheckpointStorage from, long epoch, CheckpointStorage to)
      throws IOException {
    try (StateFiles files = new StateFiles(from)) {
      StoredCheckpoint whole = StoredCheckpoint.open(files, Checkpoints.name(epoch));
      copyCheckpoint(from, files, whole.manifest(), to);
    }
  }

  private static void copyCheckpoint(
      CheckpointStorage from, StateFiles files, Manifest manifest, CheckpointStorage to)
      throws IOException {
    Set<String> rows = new LinkedHashSet<>();
    for (Manifest.SinkState sink : manifest.sinks()) {
      sink.pieces().stream().map(Committable::handle).forEach(rows::add);
      sink.pending().stream().map(Committable::handle).forEach(rows::add);
    }
    List<String> there = from.list();
    for (String handle : rows) {
      // committed rows are gone already; files of file sinks are not ours to copy
      if (Spool.isSpool(handle) && there.contains(handle)) {
        copy(from, handle, to);
      }
    }
    Checkpoints.writeManifest(to, manifest.with(copyState(files, manifest, to)));
  }

  /** All files of the state as one, in which each has parts of its own. */
  private static List<Manifest.OperatorState> copyState(
      StateFiles files, Manifest manifest, CheckpointStorage to) throws IOException {
    String name = Checkpoints.stateName(manifest.epoch(), 0);
    List<Manifest.OperatorState> operators = new ArrayList<>();
    int next = 0;
    try (CheckpointStorage.Draft draft = to.create(name)) {
      ChunkFile.Writer writer = new ChunkFile.Writer(draft);
      for (Manifest.OperatorState operator : manifest.operators()) {
        List<Manifest.PartState> parts = new ArrayList<>();
        for (Manifest.PartState part : operator.parts()) {
          List<Manifest.FileState> copies = new ArrayList<>();
          for (Manifest.FileState file : part.files()) {
            long bytes = copyPart(files.file(file.file()), file.part(), writer, next);
            copies.add(new Manifest.FileState(name, next++, bytes));
          }
          parts.add(
              new Manifest.PartState(
                  next, part.name(), part.version(), part.layout(), part.identity(), copies));
        }
        operators.add(operator.withParts(parts));
      }
      writer.end();
      draft.publish();
    }
    return operators;
  }

  private static long copyPart(StateFiles.StateFile file, int part, ChunkFile.Writer writer, int as)
      throws IOException {
    long bytes = 0;
    for (int group = 0; group < KeyGroups.COUNT; group++) {
      for (StateFiles.Chunk chunk : file.chunks(part, group)) {
        bytes += writer.write(as, group, file.read(chunk));
      }
    }
    return bytes;
  }

  private static void copy(CheckpointStorage from, String name, CheckpointStorage to)
      throws IOException {
    try (CheckpointStorage.Stored file = from.open(name);
        CheckpointStorage.Draft draft = to.create(name)) {
      long at = 0;
      while (at < file.size()) {
        ByteBuffer piece = ByteBuffer.allocate((int) Math.min(PIECE, file.size() - at));
        file.read(at, piece);
        at += piece.flip().remaining();
        draft.write(piece);
      }
      draft.publish();
    }
  }

  /**
   * Makes the savepoint the first checkpoint of a directory without any. A directory that has gone
   * on from it already is left as it is: the same command may be given again.
   *
   * @return what the user should know
   * @throws UserError if the directory has checkpoints of another history
   */
  static String begin(CheckpointStorage savepoint, CheckpointStorage storage, List<String> there)
      throws IOException {
    List<String> names = Checkpoints.names(savepoint);
    if (names.isEmpty()) {
      throw UserError.of(
              ErrorCode.CHECKPOINT, "there is no savepoint in '" + savepoint.location() + "'")
          .withHint("'sluice checkpoints list' shows what is in a directory");
    }
    long epoch = Checkpoints.epoch(names.get(0));
    String owner;
    try (StateFiles files = new StateFiles(savepoint)) {
      owner = files.manifest(names.get(0)).owner();
    }
    for (String other : there) {
      boolean goneOn = Checkpoints.epoch(other) >= epoch;
      try (StateFiles files = new StateFiles(storage)) {
        goneOn &= files.manifest(other).owner().equals(owner);
      }
      if (goneOn) {
        return "savepoint "
            + epoch
            + " is not read: there are checkpoints in '"
            + storage.location()
            + "' that have gone on from it; an empty directory would go back to it";
      }
      throw UserError.of(
              ErrorCode.CHECKPOINT,
              "'" + storage.location() + "' has checkpoints that do not come from the savepoint")
          .withHint("give this run an empty --checkpoint-dir");
    }
    copyOwner(savepoint, storage);
    copyCheckpoint(savepoint, epoch, storage);
    return "begun from the savepoint in '" + savepoint.location() + "'";
  }
}
