package dev.sluice.engine.checkpoint;

import dev.sluice.connector.Committable;
import dev.sluice.connector.EpochTarget.Owner;
import dev.sluice.connector.FaultPoint;
import dev.sluice.engine.host.Host;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.arrow.memory.BufferAllocator;

/**
 * The checkpoints of one pipeline. Opening takes the lease; nobody else writes until it is closed.
 * One thread at a time, apart from notices.
 */
public final class Checkpoints implements AutoCloseable {
  private static final String PREFIX = "checkpoint-";
  private static final String STATE = "state-";
  static final String OWNER = "owner";

  private final CheckpointStorage storage;
  private final CheckpointStorage.Lease lease;
  private final int retain;
  private final List<String> notices = new ArrayList<>();
  private final List<StoredCheckpoint> whole = new ArrayList<>();
  private final Deque<String> unread = new ArrayDeque<>();
  private final StateFiles files;

  /** By checkpoint the files it needs, as far as known. */
  private final Map<String, Set<String>> needs = new HashMap<>();

  private final Owner owner;
  private long nextEpoch = 1;

  /**
   * One checkpoint as a listing shows it.
   *
   * @param own bytes of its own: so many are freed when it is deleted
   * @param shared bytes of files that others need, too
   * @param damage what is wrong with it, if it cannot be used
   */
  public record Entry(
      String name,
      long epoch,
      long own,
      long shared,
      Optional<Manifest> manifest,
      Optional<String> damage) {}

  private Checkpoints(
      CheckpointStorage storage, CheckpointStorage.Lease lease, int retain, Host host)
      throws IOException {
    this.storage = storage;
    this.lease = lease;
    this.retain = retain;
    this.files = new StateFiles(storage);
    unread.addAll(names(storage));
    unread.forEach(name -> nextEpoch = Math.max(nextEpoch, epoch(name) + 1));
    this.owner = nextOwner(host);
  }

  /**
   * Takes the lease and reads what is there.
   *
   * @param savepoint to begin from where there are no checkpoints yet
   * @throws UserError if another process has the lease, or the place cannot be used
   */
  public static Checkpoints open(
      CheckpointStorage storage, int retain, Optional<CheckpointStorage> savepoint, Host host) {
    try {
      CheckpointStorage.Lease lease = storage.lease().orElseThrow(() -> inUse(storage));
      try {
        requireNoSavepoint(storage);
        Optional<String> begun = Optional.empty();
        if (savepoint.isPresent()) {
          begun = Optional.of(Savepoints.begin(savepoint.get(), storage, names(storage)));
        }
        Checkpoints opened = new Checkpoints(storage, lease, retain, host);
        begun.ifPresent(opened::notice);
        return opened;
      } catch (IOException | RuntimeException e) {
        lease.close();
        throw e;
      }
    } catch (IOException e) {
      throw unusable(storage, e);
    }
  }

  private static void requireNoSavepoint(CheckpointStorage storage) throws IOException {
    if (Savepoints.isOne(storage)) {
      throw UserError.of(
              ErrorCode.CHECKPOINT,
              "'" + storage.location() + "' is a savepoint: a run would change it")
          .withHint("begin from it: --from-savepoint, with a --checkpoint-dir of the run's own");
    }
  }

  private static UserError inUse(CheckpointStorage storage) {
    return UserError.of(
            ErrorCode.CHECKPOINT,
            "the checkpoints in '" + storage.location() + "' are in use by another process")
        .withDetail(storage.holder().map(h -> "It is " + h + ".").orElse("It does not say which."))
        .withHint(
            "two runs of one pipeline would write every row twice: stop the other one, or give"
                + " this one a directory of its own");
  }

  private static UserError unusable(CheckpointStorage storage, IOException e) {
    return UserError.of(
            ErrorCode.CHECKPOINT, "checkpoints cannot be kept in '" + storage.location() + "'")
        .withDetail(e.getClass().getSimpleName() + ": " + e.getMessage())
        .causedBy(e);
  }

  /** Newest first. */
  static List<String> names(CheckpointStorage storage) throws IOException {
    List<String> names = new ArrayList<>();
    for (String name : storage.list()) {
      if (name.matches(PREFIX + "\\d+")) {
        names.add(name);
      }
    }
    Collections.sort(names, (a, b) -> Long.compare(epoch(b), epoch(a)));
    return names;
  }

  static long epoch(String name) {
    return Long.parseLong(name.substring(PREFIX.length()));
  }

  static String name(long epoch) {
    return String.format(Locale.ROOT, "%s%08d", PREFIX, epoch);
  }

  /**
   * The file of what the state of that epoch has that those before had not. No other term of the
   * owner has one of that name: a run that was replaced cannot put its own in its place.
   */
  static String stateName(long epoch, long token) {
    return String.format(Locale.ROOT, "%s%08d-%x", STATE, epoch, token);
  }

  private static boolean isState(String name) {
    return name.matches(STATE + "\\d+-[0-9a-f]+");
  }

  /** Begins another term of the directory's owner, durably. */
  private Owner nextOwner(Host host) throws IOException {
    Optional<Owner> before = readOwner();
    String id =
        before
            .map(Owner::id)
            .or(() -> whole(0).map(c -> c.manifest().owner()))
            .orElseGet(host::identity);
    // the clock makes it grow even where the file was lost
    long token = Math.max(before.map(Owner::token).orElse(0L) + 1, host.millis());
    Owner next = new Owner(id, token);
    try (CheckpointStorage.Draft draft = storage.create(OWNER)) {
      ChunkFile.writeHead(draft);
      byte[] name = id.getBytes(StandardCharsets.UTF_8);
      ChunkFile.write(
          draft,
          ChunkFile.LAST,
          0,
          ByteBuffer.allocate(Long.BYTES + name.length).putLong(token).put(name).array());
      draft.publish();
    }
    return next;
  }

  private Optional<Owner> readOwner() throws IOException {
    if (!storage.list().contains(OWNER)) {
      return Optional.empty();
    }
    List<Owner> read = new ArrayList<>();
    try (CheckpointStorage.Stored file = storage.open(OWNER)) {
      ChunkFile.scan(
          file,
          (part, group, at, bytes) -> {
            String id =
                new String(bytes, Long.BYTES, bytes.length - Long.BYTES, StandardCharsets.UTF_8);
            read.add(new Owner(id, ByteBuffer.wrap(bytes).getLong()));
          });
    } catch (ChunkFile.DamagedException e) {
      notice("the file '" + OWNER + "' of the checkpoints is damaged and made anew");
      return Optional.empty();
    }
    return read.stream().findFirst();
  }

  public CheckpointStorage storage() {
    return storage;
  }

  /** Who writes in this term. */
  public Owner owner() {
    return owner;
  }

  /** Of those that are whole the {@code i}-th, the newest being 0; older ones are not read. */
  public Optional<StoredCheckpoint> whole(int i) {
    while (whole.size() <= i && !unread.isEmpty()) {
      String name = unread.poll();
      try {
        StoredCheckpoint found = StoredCheckpoint.open(files, name);
        needs.put(name, found.manifest().files());
        whole.add(found);
      } catch (ChunkFile.NewerException e) {
        throw newer(name, e);
      } catch (IOException e) {
        notice("checkpoint " + epoch(name) + " is damaged and not used: " + e.getMessage());
      }
    }
    return i < whole.size() ? Optional.of(whole.get(i)) : Optional.empty();
  }

  private UserError newer(String name, IOException e) {
    return UserError.of(
            ErrorCode.CHECKPOINT,
            "checkpoint " + epoch(name) + " in '" + storage.location() + "' cannot be read")
        .withDetail("It was written by a later Sluice: " + e.getMessage() + ".")
        .withHint("run it with that one; an older checkpoint would repeat what was done since")
        .causedBy(e);
  }

  /** What the user should know about what was found. */
  public List<String> notices() {
    synchronized (notices) {
      return List.copyOf(notices);
    }
  }

  /** Says something aloud. */
  public void notice(String text) {
    synchronized (notices) {
      notices.add(text);
    }
  }

  /** The number of the next checkpoint: above all that were ever here or in a target. */
  public long nextEpoch() {
    return nextEpoch;
  }

  /** Takes note of a number that a target knows. */
  public void above(long epoch) {
    nextEpoch = Math.max(nextEpoch, epoch + 1);
  }

  /**
   * The next checkpoint.
   *
   * @param room bytes of state that may be held in memory until they are written
   * @param previous what the checkpoint before has of each part
   */
  public CheckpointDraft begin(
      BufferAllocator allocator, long room, CheckpointDraft.Previous previous) {
    return new CheckpointDraft(
        storage, stateName(nextEpoch, owner.token()), allocator, room, previous);
  }

  /**
   * Makes the draft the newest checkpoint.
   *
   * @param manifest made when the state is durable
   * @throws UserError if another run has begun here, as can be where locks do not work
   */
  public Manifest publish(CheckpointDraft draft, Supplier<Manifest> manifest) throws IOException {
    draft.publishState();
    FaultPoint.pass("checkpoint.state");
    Manifest made = manifest.get();
    requireOwner();
    writeManifest(storage, made);
    needs.put(name(made.epoch()), made.files());
    nextEpoch++;
    return made;
  }

  static void writeManifest(CheckpointStorage storage, Manifest manifest) throws IOException {
    try (CheckpointStorage.Draft file = storage.create(name(manifest.epoch()))) {
      ChunkFile.writeHead(file);
      ChunkFile.write(file, ChunkFile.LAST, 0, manifest.bytes());
      file.publish();
    }
  }

  /**
   * Whether what was here is not here any more: a checkpoint would lean on files that are gone, and
   * nobody could go on from it.
   */
  public boolean isGone() throws IOException {
    return !storage.list().contains(OWNER);
  }

  private void requireOwner() throws IOException {
    if (isGone()) {
      throw new NoSuchFileException(OWNER);
    }
    if (isReplaced()) {
      throw replaced();
    }
  }

  /** Whether another run has begun here, as can be where locks do not work. */
  public boolean isReplaced() throws IOException {
    return readOwner().map(now -> now.token() > owner.token()).orElse(false);
  }

  /** The error of a run that has been replaced. */
  public UserError replaced() {
    return UserError.of(
            ErrorCode.FENCED,
            "another run has taken over the checkpoints in '" + storage.location() + "'")
        .withDetail("This run has written nothing since then and ends.")
        .withHint("stop one of them, or give each a directory of its own");
  }

  /** Every sink has committed {@code manifest}: what it replaces may go. */
  public void committed(Manifest manifest) throws IOException {
    FaultPoint.pass("checkpoint.retention");
    List<String> names = names(storage);
    List<String> live = names.subList(0, Math.min(retain, names.size()));
    for (String old : names.subList(live.size(), names.size())) {
      storage.delete(old);
      needs.remove(old);
    }
    Set<String> needed = new HashSet<>();
    for (String name : live) {
      if (!needs.containsKey(name)) {
        needs.put(name, needs(storage, name));
      }
      needed.addAll(needs.get(name));
    }
    deleteUnneeded(storage, needed);
    Set<String> kept = new HashSet<>();
    manifest.sinks().stream()
        .flatMap(sink -> sink.pieces().stream())
        .map(Committable::handle)
        .forEach(kept::add);
    for (String name : storage.list()) {
      if (Spool.isSpool(name) && !kept.contains(name)) {
        storage.delete(name);
      }
    }
  }

  /** The files that a checkpoint needs; one that is damaged is of no use, and needs none. */
  private static Set<String> needs(CheckpointStorage storage, String name) throws IOException {
    try (StateFiles one = new StateFiles(storage)) {
      return one.manifest(name).files();
    } catch (ChunkFile.NewerException e) {
      throw e;
    } catch (ChunkFile.DamagedException e) {
      return Set.of();
    }
  }

  private static List<String> deleteUnneeded(CheckpointStorage storage, Set<String> needed)
      throws IOException {
    List<String> deleted = new ArrayList<>();
    for (String name : storage.list()) {
      if (isState(name) && !needed.contains(name)) {
        storage.delete(name);
        deleted.add(name);
      }
    }
    return deleted;
  }

  /** The checkpoints of a place, newest first; needs no lease. */
  public static List<Entry> list(CheckpointStorage storage) throws IOException {
    List<String> names = names(storage);
    Map<String, Integer> users = new HashMap<>();
    Map<String, StoredCheckpoint> found = new HashMap<>();
    Map<String, String> damage = new HashMap<>();
    List<Entry> entries = new ArrayList<>();
    try (StateFiles files = new StateFiles(storage)) {
      for (String name : names) {
        try {
          StoredCheckpoint one = StoredCheckpoint.open(files, name);
          found.put(name, one);
          one.manifest().files().forEach(file -> users.merge(file, 1, Integer::sum));
        } catch (IOException e) {
          damage.put(name, String.valueOf(e.getMessage()));
        }
      }
      for (String name : names) {
        Optional<StoredCheckpoint> one = Optional.ofNullable(found.get(name));
        long shared = 0;
        for (String file : one.map(c -> c.manifest().files()).orElse(Set.of())) {
          shared += users.get(file) > 1 ? files.file(file).size() : 0;
        }
        entries.add(
            new Entry(
                name,
                epoch(name),
                one.map(StoredCheckpoint::bytes).orElse(0L) - shared,
                shared,
                one.map(StoredCheckpoint::manifest),
                Optional.ofNullable(damage.get(name))));
      }
    }
    return entries;
  }

  /** Removes one checkpoint, or all and what belongs to them. Only when nobody runs. */
  public static List<String> delete(CheckpointStorage storage, Optional<Long> epoch)
      throws IOException {
    List<String> deleted = new ArrayList<>();
    try (CheckpointStorage.Lease lease = storage.lease().orElseThrow(() -> inUse(storage))) {
      for (String name : storage.list()) {
        boolean checkpoint = name.matches(PREFIX + "\\d+");
        boolean wanted =
            epoch.isPresent()
                ? name.equals(name(epoch.get()))
                : checkpoint || isState(name) || Spool.isSpool(name) || name.equals(OWNER);
        if (wanted) {
          storage.delete(name);
          deleted.add(name);
        }
      }
      if (!deleted.isEmpty()) {
        Set<String> needed = new HashSet<>();
        for (String name : names(storage)) {
          needed.addAll(needs(storage, name));
        }
        deleted.addAll(deleteUnneeded(storage, needed));
      }
    }
    return deleted;
  }

  @Override
  public void close() {
    try {
      files.close();
      lease.close();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
