package dev.sluice.engine.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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

  private Manifest make(Checkpoints checkpoints, RootAllocator allocator) throws IOException {
    try (CheckpointDraft draft = checkpoints.begin(allocator, 100)) {
      StateWriter.Part part = draft.capture().operator("x").part("rows", 1, LAYOUT);
      for (int group = 0; group < 256; group += 16) {
        try (BatchBuilder builder = new BatchBuilder(LAYOUT, allocator)) {
          part.write(group, builder.add(RowKind.INSERT, "row of " + group).build());
        }
      }
      Manifest manifest =
          new Manifest(
              checkpoints.nextEpoch(),
              checkpoints.owner().id(),
              "p",
              0,
              false,
              1,
              List.of(),
              List.of(new Manifest.OperatorState("X", "X()", "x", "x", draft.partsOf("x"))),
              List.of(),
              List.of());
      checkpoints.publish(draft, manifest);
      return manifest;
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

  @Test
  void everyTornOrChangedByteIsNoticed() throws Exception {
    try (RootAllocator allocator = new RootAllocator()) {
      try (Checkpoints checkpoints =
          Checkpoints.open(new LocalStorage(directory), 3, Optional.empty(), ThreadHost.INSTANCE)) {
        make(checkpoints, allocator);
      }
      Path file = directory.resolve("checkpoint-00000001");
      byte[] whole = Files.readAllBytes(file);
      LocalStorage storage = new LocalStorage(directory);
      for (int length = 0; length < whole.length; length += 1 + length / 200) {
        Files.write(file, java.util.Arrays.copyOf(whole, length));
        assertThat(Checkpoints.list(storage).get(0).damage()).as("cut at " + length).isPresent();
      }
      for (int at = 0; at < whole.length; at++) {
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
}
