package dev.sluice.connector.file;

import dev.sluice.batch.RecordBatch;
import dev.sluice.connector.Committable;
import dev.sluice.connector.SinkWriter;
import dev.sluice.format.TextWriter;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.Schema;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.arrow.vector.FieldVector;

/** Writes one task's rows into the open file of their folder. One thread at a time. */
final class FileSinkWriter implements SinkWriter {
  /** More open files than this are not kept; the one longest unused is closed for a new one. */
  static final int MAX_OPEN = 100;

  private final FileSink sink;
  private final int task;
  private final Schema schema;
  private final Schema physical;
  private final int[] physicalColumns;
  private final int[] folderColumns;
  private final long rollBytes;
  private final long rollNanos;
  private final Map<String, Part> open = new LinkedHashMap<>(16, 0.75f, true);
  private final List<Part> rolled = new ArrayList<>();
  private final TextWriter text = new TextWriter();
  private int number;
  private long rows;

  private static final class Part {
    final Path hidden;
    final Path folder;
    final int number;
    final PartWriter writer;
    final long openedNanos = System.nanoTime();
    int[] positions = new int[1024];
    int count;

    Part(Path hidden, Path folder, int number, PartWriter writer) {
      this.hidden = hidden;
      this.folder = folder;
      this.number = number;
      this.writer = writer;
    }

    void add(int position) {
      if (count == positions.length) {
        positions = java.util.Arrays.copyOf(positions, count * 2);
      }
      positions[count++] = position;
    }
  }

  FileSinkWriter(FileSink sink, int task) {
    this.sink = sink;
    this.task = task;
    this.schema = sink.table().schema();
    this.physical = FileTable.physical(sink.table());
    this.folderColumns =
        sink.table().partitionKeys().stream()
            .mapToInt(key -> schema.indexOf(key).orElseThrow())
            .toArray();
    this.physicalColumns =
        physical.fields().stream().mapToInt(f -> schema.indexOf(f.name()).orElseThrow()).toArray();
    this.rollBytes = sink.options().size(FileOptions.ROLL_SIZE);
    this.rollNanos = sink.options().duration(FileOptions.ROLL_INTERVAL).toNanos();
  }

  @Override
  public void write(RecordBatch batch) throws IOException {
    rows += batch.rowCount();
    if (folderColumns.length == 0) {
      try (batch) {
        Part part = part("");
        for (int row = 0; row < batch.rowCount(); row++) {
          part.add(batch.position(row));
        }
        write(part, batch);
      }
      roll();
      return;
    }
    try (batch;
        RecordBatch rest = batch.share().project(physical, physicalColumns)) {
      for (int row = 0; row < batch.rowCount(); row++) {
        int position = batch.position(row);
        String folder = folder(batch, position);
        if (!open.containsKey(folder) && open.size() >= MAX_OPEN) {
          Part oldest = open.values().iterator().next();
          write(oldest, rest);
          finish(open.keySet().iterator().next());
        }
        part(folder).add(position);
      }
      for (Part part : open.values()) {
        write(part, rest);
      }
    }
    roll();
  }

  private static void write(Part part, RecordBatch batch) throws IOException {
    if (part.count > 0) {
      part.writer.write(batch, part.positions, part.count);
      part.count = 0;
    }
  }

  private String folder(RecordBatch batch, int position) {
    StringBuilder path = new StringBuilder();
    for (int column : folderColumns) {
      DataType type = schema.type(column);
      FieldVector vector = batch.vector(column);
      text.clear();
      if (type.kind() != Kind.NULL && !vector.isNull(position)) {
        text.putScalar(type, vector, position);
      }
      String value = text.size() == 0 ? FileTable.NULL_FOLDER : FileTable.escape(text.toString());
      path.append(path.isEmpty() ? "" : "/")
          .append(FileTable.escape(schema.field(column).name()))
          .append('=')
          .append(value);
    }
    return path.toString();
  }

  private Part part(String folder) throws IOException {
    Part part = open.get(folder);
    if (part == null) {
      Path directory = folder.isEmpty() ? sink.root() : sink.root().resolve(folder);
      Files.createDirectories(directory);
      Path hidden = sink.hidden(directory, task, number);
      part = new Part(hidden, directory, number, sink.part(hidden));
      number++;
      open.put(folder, part);
    }
    return part;
  }

  private void roll() throws IOException {
    if (sink.single()) {
      return;
    }
    for (Map.Entry<String, Part> entry : List.copyOf(open.entrySet())) {
      Part part = entry.getValue();
      if (part.writer.bytes() >= rollBytes || System.nanoTime() - part.openedNanos >= rollNanos) {
        finish(entry.getKey());
      }
    }
  }

  private void finish(String folder) throws IOException {
    Part part = open.remove(folder);
    part.writer.finish();
    rolled.add(part);
  }

  @Override
  public Optional<Committable> prepare(long epoch) throws IOException {
    roll();
    if (sink.durable()) {
      for (String folder : List.copyOf(open.keySet())) {
        finish(folder);
      }
      force();
    }
    for (Part part : open.values()) {
      part.writer.flush();
    }
    if (rows == 0 && rolled.isEmpty()) {
      return Optional.empty();
    }
    Committable committable =
        new Committable(sink.table().name(), task, epoch, String.join("\n", renames(epoch)), rows);
    rows = 0;
    return Optional.of(committable);
  }

  /** What is complete and what it shall be called. */
  private List<String> renames(long epoch) {
    List<String> renames =
        rolled.stream()
            .map(p -> p.hidden + "\t" + sink.shown(p.folder, task, p.number, epoch))
            .toList();
    rolled.clear();
    return renames;
  }

  /** What is complete outlives the machine: bytes, names, and the folders they are in. */
  private void force() throws IOException {
    Set<Path> folders = new LinkedHashSet<>();
    for (Part part : rolled) {
      Durable.force(part.hidden);
      for (Path up = part.folder; up.startsWith(sink.root()); up = up.getParent()) {
        folders.add(up);
      }
    }
    for (Path folder : folders) {
      Durable.forceFolder(folder);
    }
  }

  boolean hasOpenFile() {
    return !open.isEmpty();
  }

  /** The folders that files are open in, named from the table's directory. */
  Set<String> openFolders() {
    return Set.copyOf(open.keySet());
  }

  /** Completes the open file of a folder, if there is one; gives what to rename. */
  List<String> finishFolder(String folder) throws IOException {
    if (open.containsKey(folder)) {
      finish(folder);
    }
    return renames(0);
  }

  /** Completes every open file; gives what to rename. */
  List<String> finishAll() throws IOException {
    for (String folder : List.copyOf(open.keySet())) {
      finish(folder);
    }
    return renames(0);
  }

  @Override
  public void close() {
    for (Part part : open.values()) {
      try {
        part.writer.close();
        Files.deleteIfExists(part.hidden);
      } catch (IOException e) {
        throw new UncheckedIOException("giving up '" + part.hidden + "'", e);
      }
    }
    open.clear();
  }
}
