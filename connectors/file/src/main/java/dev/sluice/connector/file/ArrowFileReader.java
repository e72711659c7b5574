package dev.sluice.connector.file;

import dev.sluice.batch.ArrowTypes;
import dev.sluice.batch.RecordBatch;
import dev.sluice.connector.Fetch;
import dev.sluice.connector.Offset;
import dev.sluice.connector.ReaderContext;
import dev.sluice.connector.SplitReader;
import dev.sluice.error.DidYouMean;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.Schema;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.apache.arrow.vector.util.TransferPair;

/**
 * Reads an Arrow IPC file in either form, one record batch a fetch; the offset counts rows. One
 * thread.
 */
final class ArrowFileReader implements SplitReader {
  private static final byte[] MAGIC = {'A', 'R', 'R', 'O', 'W', '1'};

  private final FileTable table;
  private final List<Optional<String>> constants;
  private final ReaderContext context;
  private final Path file;
  private final ArrowReader reader;
  private final VectorSchemaRoot root;
  private long row;
  private long skip;
  private int inBatch;
  private boolean loaded;

  ArrowFileReader(Path file, long start, FileTable table, ReaderContext context)
      throws IOException {
    this.table = table;
    this.constants = table.constants(file);
    this.context = context;
    this.file = file;
    this.skip = start;
    this.row = start;
    this.reader = open(file, context.allocator());
    try {
      this.root = reader.getVectorSchemaRoot();
    } catch (IOException | RuntimeException e) {
      reader.close();
      throw e;
    }
  }

  private static ArrowReader open(Path file, BufferAllocator allocator) throws IOException {
    byte[] head = new byte[2 * Integer.BYTES];
    try (InputStream in = Files.newInputStream(file)) {
      in.readNBytes(head, 0, head.length);
    }
    boolean fileForm = Arrays.equals(head, 0, MAGIC.length, MAGIC, 0, MAGIC.length);
    if (!fileForm && !beginsStream(head, Files.size(file))) {
      throw new IOException("it is not an Arrow IPC file");
    }
    return fileForm
        ? new org.apache.arrow.vector.ipc.ArrowFileReader(FileChannel.open(file), allocator)
        : new ArrowStreamReader(
            new BufferedInputStream(Files.newInputStream(file), 1 << 16), allocator);
  }

  /** Whether a message may begin so: any other file would be taken for one of gigabytes. */
  private static boolean beginsStream(byte[] head, long size) {
    ByteBuffer numbers = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN);
    int first = numbers.getInt();
    int length = first == -1 ? numbers.getInt() : first;
    return length >= 0 && length <= size;
  }

  /** Of a file's schema. */
  private static final long MOST_HEAD_BYTES = 256L << 20;

  /** Refuses a file that lacks wanted columns or has them in another type. */
  static void check(Path file, FileTable table) throws IOException {
    try (BufferAllocator allocator = new RootAllocator(MOST_HEAD_BYTES);
        ArrowReader reader = open(file, allocator)) {
      var fields = reader.getVectorSchemaRoot().getSchema().getFields();
      List<String> names =
          fields.stream().map(org.apache.arrow.vector.types.pojo.Field::getName).toList();
      for (Field wanted : table.physical().fields()) {
        var found =
            fields.stream().filter(f -> f.getName().equalsIgnoreCase(wanted.name())).findFirst();
        if (found.isEmpty()) {
          throw UserError.of(
                  ErrorCode.TARGET_SCHEMA, "'" + file + "' has no column '" + wanted.name() + "'")
              .withDetail("The file has: " + String.join(", ", names) + ".")
              .withHint(
                  DidYouMean.hint(wanted.name(), names, "declare the columns that the file has"));
        }
        var expected = ArrowTypes.field(wanted.name(), wanted.type());
        if (!sameType(expected, found.get())) {
          throw UserError.of(
                  ErrorCode.TARGET_SCHEMA,
                  "column '"
                      + wanted.name()
                      + "' is declared "
                      + wanted.type().withNullable(true)
                      + " but '"
                      + file
                      + "' holds Arrow "
                      + found.get().getType())
              .withHint("it takes Arrow " + expected.getType());
        }
      }
    } catch (IllegalArgumentException e) {
      throw new IOException("it is not an Arrow IPC file", e);
    }
  }

  private static boolean sameType(
      org.apache.arrow.vector.types.pojo.Field expected,
      org.apache.arrow.vector.types.pojo.Field found) {
    if (!expected.getType().equals(found.getType())
        || found.getDictionary() != null
        || expected.getChildren().size() != found.getChildren().size()) {
      return false;
    }
    for (int i = 0; i < expected.getChildren().size(); i++) {
      if (!sameType(expected.getChildren().get(i), found.getChildren().get(i))) {
        return false;
      }
    }
    return true;
  }

  @Override
  public Fetch fetch(int maxRows, long maxBytes, Duration maxWait) throws IOException {
    while (!loaded || inBatch == root.getRowCount()) {
      if (!reader.loadNextBatch()) {
        return new Fetch.EndOfSplit(Offset.of(row));
      }
      loaded = true;
      int skipped = (int) Math.min(skip, root.getRowCount());
      skip -= skipped;
      inBatch = skipped;
    }
    int count = Math.min(maxRows, root.getRowCount() - inBatch);
    Schema schema = table.fromFile();
    List<FieldVector> vectors = new ArrayList<>();
    boolean done = false;
    try {
      take(schema, count, vectors);
      done = true;
    } finally {
      if (!done) {
        vectors.forEach(FieldVector::close);
      }
    }
    inBatch += count;
    row += count;
    RecordBatch batch = RecordBatch.ofVectors(schema, vectors.toArray(FieldVector[]::new), count);
    return new Fetch.Rows(table.complete(batch, constants, context.allocator()), Offset.of(row));
  }

  /** Takes the next rows of the wanted columns. */
  private void take(Schema schema, int count, List<FieldVector> vectors) {
    for (Field wanted : schema.fields()) {
      FieldVector source =
          root.getFieldVectors().stream()
              .filter(v -> v.getName().equalsIgnoreCase(wanted.name()))
              .findFirst()
              .orElseThrow(
                  () ->
                      UserError.of(
                          ErrorCode.SOURCE_FAILED,
                          "'" + file + "' has no column '" + wanted.name() + "'"));
      TransferPair pair = source.getTransferPair(context.allocator());
      vectors.add((FieldVector) pair.getTo());
      pair.splitAndTransfer(inBatch, count);
      FileTable.checkNotNull(file, wanted, source, row - inBatch);
    }
  }

  @Override
  public void close() {
    try {
      reader.close();
    } catch (IOException e) {
      throw new UncheckedIOException("closing '" + file + "'", e);
    }
  }
}
