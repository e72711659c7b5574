package dev.sluice.engine.spill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.operator.SpillStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpillFilesTest {
  private static final SpillDirectory.Sizes SIZES = new SpillDirectory.Sizes(256, 0, 1 << 20);
  private static final Path OPEN_FILES = Path.of("/proc/self/fd");

  @TempDir Path directory;

  @Test
  void givesBackWhatItTook() {
    Random random = new Random(3);
    try (SpillStore store = new SpillDirectory(directory.resolve("s")).store(SIZES)) {
      List<byte[]> written = new ArrayList<>();
      List<Long> addresses = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        byte[] bytes = new byte[1 + random.nextInt(i % 50 == 0 ? 600_000 : 3000)];
        random.nextBytes(bytes);
        written.add(bytes);
        addresses.add(store.write(bytes, bytes.length));
      }
      for (int i = 0; i < written.size(); i++) {
        byte[] read = new byte[written.get(i).length];
        store.read(addresses.get(i), read, read.length);
        assertThat(read).isEqualTo(written.get(i));
      }
      assertThat(store.size()).isEqualTo(written.stream().mapToLong(b -> b.length).sum());
      assertThat(directory.resolve("s")).isEmptyDirectory();
    }
  }

  @Test
  void damageIsFound() throws IOException {
    assumeTrue(Files.isDirectory(OPEN_FILES), "the files have no names");
    try (SpillStore store = new SpillDirectory(directory.resolve("s")).store(SIZES)) {
      byte[] bytes = new byte[400_000];
      new Random(5).nextBytes(bytes);
      long first = store.write(bytes, bytes.length);
      long second = store.write(bytes, bytes.length);
      int places = 0;
      for (Path file : spilled()) {
        places++;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
          channel.write(ByteBuffer.wrap(new byte[] {(byte) (bytes[1000] ^ 1)}), 4 + 1000);
        }
      }
      assertThat(places).isEqualTo(1);
      assertThatThrownBy(() -> store.read(first, new byte[bytes.length], bytes.length))
          .isInstanceOfSatisfying(
              UserError.class,
              e -> {
                assertThat(e.code()).isEqualTo(ErrorCode.SPILL_FAILED);
                assertThat(e.summary()).contains("damaged");
              });
      byte[] whole = new byte[bytes.length];
      store.read(second, whole, whole.length);
      assertThat(whole).isEqualTo(bytes);
    }
    assertThat(spilled()).isEmpty();
  }

  /** The nameless files under the directory that this process has open. */
  private List<Path> spilled() throws IOException {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(OPEN_FILES)) {
      for (Path file : all) {
        try {
          if (Files.readSymbolicLink(file).startsWith(directory)) {
            found.add(file);
          }
        } catch (NoSuchFileException e) {
          continue; // the listing itself, closed by now
        }
      }
    }
    return found;
  }
}
