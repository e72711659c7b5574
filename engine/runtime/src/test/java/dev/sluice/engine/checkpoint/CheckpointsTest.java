package dev.sluice.engine.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.RecordBatch;
import dev.sluice.engine.host.ThreadHost;
import dev.sluice.error.UserError;
import dev.sluice.state.StateReader;
import dev.sluice.state.StateWriter;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.RowKind;
import dev.sluice.type.Schema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointsTest {
  private static final Schema LAYOUT = Schema.of(new Field("k", DataType.string()));

  @TempDir Path directory;

  private static Manifest.OperatorState state(List<Manifest.PartState> parts) {
    return new Manifest.OperatorState("X", "X()", "x", "x", "", List.of(), parts);
  }

  private Manifest make(Checkpoints checkpoints, RootAllocator allocator) throws IOException {
    try (CheckpointDraft draft =
        checkpoints.begin(allocator, 100, (id, name) -> Optional.empty())) {
      StateWriter.Part part = draft.capture(0, 1).operator("x").part("rows", 1, LAYOUT);
      for (int group = 0; group < 256; group += 16) {
        try (BatchBuilder builder = new BatchBuilder(LAYOUT, allocator)) {
          part.write(group, builder.add(RowKind.INSERT, "row of " + group).build());
        }
      }
      return checkpoints.publish(
          draft,
          () ->
              new Manifest(
                  checkpoints.nextEpoch(),
                  checkpoints.owner().id(),
                  "p",
                  0,
                  false,
                  1,
                  List.of(),
                  List.of(state(draft.partsOf("x"))),
                  List.of(),
                  List.of()));
    }
  }

  @Test
  void stateComesBackByKeyGroupAtAnyWidth() throws Exception {
    try (RootAllocator allocator = new RootAllocator()) {
      try (Checkpoints checkpoints =
          Checkpoints.open(new LocalStorage(directory), 3, Optional.empty(), ThreadHost.INSTANCE)) {
        make(checkpoints, allocator);
      }
      try (Checkpoints checkpoints =
          Checkpoints.open(new LocalStorage(directory), 3, Optional.empty(), ThreadHost.INSTANCE)) {
        StoredCheckpoint found = checkpoints.whole(0).orElseThrow();
        List<String> rows = new ArrayList<>();
        for (int task = 0; task < 3; task++) {
          StateReader reader =
              found.reader(found.manifest().operators().get(0), task, 3, allocator);
          assertThat(reader.version("rows")).hasValue(1);
          assertThat(reader.version("other")).isEmpty();
          reader.read("other", (batch, group) -> fail("a part that was not saved has rows"));
          reader.read(
              "rows",
              (batch, group) -> {
                try (RecordBatch owned = batch) {
                  rows.add(owned.vector(0).getObject(0) + "/" + group);
                }
              });
        }
        assertThat(rows).hasSize(16).contains("row of 240/240").doesNotHaveDuplicates();
      }
    }
  }

  private Path stateFile() throws IOException {
    try (var files = Files.list(directory)) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("state-"))
          .findFirst()
          .orElseThrow();
    }
  }

  @Test
  void everyTornOrChangedByteIsNoticed() throws Exception {
    try (RootAllocator allocator = new RootAllocator()) {
      try (Checkpoints checkpoints =
          Checkpoints.open(new LocalStorage(directory), 3, Optional.empty(), ThreadHost.INSTANCE)) {
        make(checkpoints, allocator);
      }
      Path file = stateFile();
      byte[] whole = Files.readAllBytes(file);
      LocalStorage storage = new LocalStorage(directory);
      for (int length = 0; length < whole.length; length += 1 + length / 200) {
        Files.write(file, java.util.Arrays.copyOf(whole, length));
        assertThat(Checkpoints.list(storage).get(0).damage()).as("cut at " + length).isPresent();
      }
      for (int at = 0; at < whole.length; at += at < 2000 ? 1 : 7) {
        byte[] changed = whole.clone();
        changed[at] ^= (byte) (1 << at % 8);
        Files.write(file, changed);
        assertThat(Checkpoints.list(storage).get(0).damage()).as("byte " + at).isPresent();
      }
      Files.write(file, whole);
      assertThat(Checkpoints.list(storage).get(0).damage()).isEmpty();
    }
  }

  @Test
  void theOneBeforeADamagedOneIsLeftAndOldOnesGo() throws Exception {
    try (RootAllocator allocator = new RootAllocator()) {
      try (Checkpoints checkpoints =
          Checkpoints.open(new LocalStorage(directory), 2, Optional.empty(), ThreadHost.INSTANCE)) {
        for (int i = 0; i < 4; i++) {
          checkpoints.committed(make(checkpoints, allocator));
        }
      }
      assertThat(Checkpoints.list(new LocalStorage(directory)))
          .extracting(Checkpoints.Entry::epoch)
          .containsExactly(4L, 3L);
      Path newest = directory.resolve("checkpoint-00000004");
      Files.write(newest, java.util.Arrays.copyOf(Files.readAllBytes(newest), 100));
      try (Checkpoints checkpoints =
          Checkpoints.open(new LocalStorage(directory), 2, Optional.empty(), ThreadHost.INSTANCE)) {
        assertThat(checkpoints.whole(0).orElseThrow().manifest().epoch()).isEqualTo(3);
        assertThat(checkpoints.whole(1)).isEmpty();
        assertThat(checkpoints.notices()).singleElement().asString().contains("checkpoint 4");
        assertThat(checkpoints.nextEpoch()).isEqualTo(5);
      }
    }
  }

  @Test
  void aSecondOpeningIsRefusedAndEveryTermHasAGreaterToken() {
    LocalStorage storage = new LocalStorage(directory);
    long token;
    String id;
    try (Checkpoints first = Checkpoints.open(storage, 2, Optional.empty(), ThreadHost.INSTANCE)) {
      token = first.owner().token();
      id = first.owner().id();
      assertThatThrownBy(() -> Checkpoints.open(storage, 2, Optional.empty(), ThreadHost.INSTANCE))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("in use by another process");
      assertThatThrownBy(() -> Checkpoints.delete(storage, Optional.empty()))
          .isInstanceOf(UserError.class);
    }
    try (Checkpoints second = Checkpoints.open(storage, 2, Optional.empty(), ThreadHost.INSTANCE)) {
      assertThat(second.owner().token()).isGreaterThan(token);
      assertThat(second.owner().id()).isEqualTo(id);
    }
  }

  private static final Schema COUNTS =
      Schema.of(
          new Field("k", DataType.string()), new Field("n", DataType.of(DataType.Kind.BIGINT)));

  /** Which key group a key is in does not matter here, as long as it is always the same. */
  private static int group(int key) {
    return key * 37 % 256;
  }

  private interface Rows {
    void write(StateWriter.Part part);
  }

  private Manifest change(
      Checkpoints checkpoints,
      RootAllocator allocator,
      Optional<Manifest> before,
      boolean known,
      Rows rows)
      throws IOException {
    CheckpointDraft.Previous previous =
        (id, name) -> before.map(manifest -> manifest.operators().get(0).parts().get(0));
    try (CheckpointDraft draft = checkpoints.begin(allocator, 1 << 20, previous)) {
      StateWriter.Part part =
          draft.capture(0, 1).operator("x").part("counts", 1, COUNTS, List.of(0), known);
      assertThat(part.wantsChanges()).isEqualTo(known && before.isPresent());
      rows.write(part);
      Manifest made =
          checkpoints.publish(
              draft,
              () ->
                  new Manifest(
                      checkpoints.nextEpoch(),
                      checkpoints.owner().id(),
                      "p",
                      0,
                      false,
                      1,
                      List.of(),
                      List.of(state(draft.partsOf("x"))),
                      List.of(),
                      List.of()));
      checkpoints.committed(made);
      return made;
    }
  }

  private static void row(
      StateWriter.Part part, RootAllocator allocator, RowKind kind, int key, long count) {
    try (BatchBuilder builder = new BatchBuilder(COUNTS, allocator)) {
      part.write(group(key), builder.add(kind, "k" + key, count).build());
    }
  }

  private static List<String> read(Checkpoints checkpoints, RootAllocator allocator) {
    StoredCheckpoint found = checkpoints.whole(0).orElseThrow();
    List<String> rows = new ArrayList<>();
    for (int task = 0; task < 3; task++) {
      found
          .reader(found.manifest().operators().get(0), task, 3, allocator)
          .read(
              "counts",
              (batch, group) -> {
                try (RecordBatch owned = batch) {
                  for (int i = 0; i < owned.rowCount(); i++) {
                    int position = owned.position(i);
                    rows.add(
                        owned.vector(0).getObject(position)
                            + "="
                            + owned.vector(1).getObject(position));
                  }
                }
              });
    }
    rows.sort(null);
    return rows;
  }

  private Checkpoints open(int retain) {
    return Checkpoints.open(
        new LocalStorage(directory), retain, Optional.empty(), ThreadHost.INSTANCE);
  }

  private List<Path> states() throws IOException {
    try (var files = Files.list(directory)) {
      return files.filter(f -> f.getFileName().toString().startsWith("state-")).sorted().toList();
    }
  }

  @Test
  void onlyWhatHasChangedIsWrittenAndFilesLiveAsLongAsTheyAreNeeded() throws Exception {
    try (RootAllocator allocator = new RootAllocator()) {
      try (Checkpoints checkpoints = open(2)) {
        Manifest first =
            change(
                checkpoints,
                allocator,
                Optional.empty(),
                false,
                part -> {
                  for (int key = 0; key < 1000; key++) {
                    row(part, allocator, RowKind.INSERT, key, key);
                  }
                });
        long base = Files.size(states().get(0));
        Manifest second =
            change(
                checkpoints,
                allocator,
                Optional.of(first),
                true,
                part -> {
                  row(part, allocator, RowKind.INSERT, 5, 500);
                  row(part, allocator, RowKind.DELETE, 6, 0);
                  row(part, allocator, RowKind.INSERT, 1000, 1);
                });
        assertThat(states()).hasSize(2);
        assertThat(Files.size(states().get(1))).isLessThan(base / 50);
        Manifest third = change(checkpoints, allocator, Optional.of(second), true, part -> {});
        assertThat(states()).as("nothing has changed").hasSize(2);
        // the first checkpoint is gone, its file is not
        assertThat(directory.resolve("checkpoint-00000001")).doesNotExist();
        List<Checkpoints.Entry> entries = Checkpoints.list(new LocalStorage(directory));
        assertThat(entries).hasSize(2).allMatch(entry -> entry.shared() > base);
        assertThat(entries).allMatch(entry -> entry.own() < 3000);
        Manifest fourth =
            change(
                checkpoints,
                allocator,
                Optional.of(third),
                true,
                part -> {
                  row(part, allocator, RowKind.INSERT, 6, 600);
                  row(part, allocator, RowKind.DELETE, 5, 0);
                });
        assertThat(fourth.files()).hasSize(3);
      }
      try (Checkpoints checkpoints = open(2)) {
        assertThat(read(checkpoints, allocator))
            .hasSize(1000)
            .contains("k6=600", "k1000=1", "k7=7")
            .doesNotContain("k5=5", "k5=500", "k6=6");
      }
      // a whole one, after which nothing needs the files before
      try (Checkpoints checkpoints = open(1)) {
        Manifest last = checkpoints.whole(0).orElseThrow().manifest();
        change(
            checkpoints,
            allocator,
            Optional.of(last),
            false,
            part -> row(part, allocator, RowKind.INSERT, 1, 11));
      }
      try (Checkpoints checkpoints = open(1)) {
        assertThat(read(checkpoints, allocator)).containsExactly("k1=11");
      }
    }
  }

  @Test
  void aSharedFileThatIsDamagedIsNamedAndWhatDoesNotNeedItIsUsed() throws Exception {
    try (RootAllocator allocator = new RootAllocator()) {
      try (Checkpoints checkpoints = open(3)) {
        Manifest first =
            change(
                checkpoints,
                allocator,
                Optional.empty(),
                false,
                part -> {
                  row(part, allocator, RowKind.INSERT, 1, 1);
                  row(part, allocator, RowKind.INSERT, 2, 1);
                });
        Manifest second =
            change(
                checkpoints,
                allocator,
                Optional.of(first),
                true,
                part -> row(part, allocator, RowKind.INSERT, 1, 2));
        change(
            checkpoints,
            allocator,
            Optional.of(second),
            true,
            part -> row(part, allocator, RowKind.INSERT, 1, 3));
      }
      Path shared = states().get(1);
      byte[] bytes = Files.readAllBytes(shared);
      bytes[bytes.length / 2] ^= 1;
      Files.write(shared, bytes);
      try (Checkpoints checkpoints = open(3)) {
        assertThat(read(checkpoints, allocator)).containsExactly("k1=1", "k2=1");
        assertThat(checkpoints.notices())
            .anyMatch(n -> n.contains("checkpoint 3 is damaged") && n.contains("needs 'state-"))
            .anyMatch(n -> n.contains("checkpoint 2 is damaged"));
      }
    }
  }

  @Test
  void aLaterVersionIsRefusedAndNotPassedOver() throws Exception {
    try (RootAllocator allocator = new RootAllocator();
        Checkpoints checkpoints = open(3)) {
      make(checkpoints, allocator);
    }
    Path file = directory.resolve("checkpoint-00000001");
    java.nio.ByteBuffer bytes = java.nio.ByteBuffer.wrap(Files.readAllBytes(file));
    bytes.putInt(8, Manifest.VERSION + 1);
    java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
    crc.update(bytes.array(), 0, 12);
    bytes.putInt(12, (int) crc.getValue());
    Files.write(file, bytes.array());
    try (Checkpoints checkpoints = open(3)) {
      assertThatThrownBy(() -> checkpoints.whole(0))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("cannot be read");
    }
  }
}
