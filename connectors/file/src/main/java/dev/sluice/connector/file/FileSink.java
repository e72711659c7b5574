package dev.sluice.connector.file;

import dev.sluice.connector.Committable;
import dev.sluice.connector.Committer;
import dev.sluice.connector.ConnectorContext;
import dev.sluice.connector.ConnectorRegistry;
import dev.sluice.connector.EpochTarget;
import dev.sluice.connector.FaultPoint;
import dev.sluice.connector.Options;
import dev.sluice.connector.SinkWriter;
import dev.sluice.connector.TableSink;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.TableRef;
import dev.sluice.type.Schema;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One file, or a directory of part files. Everything is written under hidden names and shown by
 * renaming: the one file at the last commit of a run, part files when they are rolled and at the
 * last commit. Without checkpoints part files stay open over commits, so that a commit every second
 * does not make a file every second; a run that dies loses what it had not renamed and writes it
 * again (at least once). With checkpoints every epoch completes its part files, and their names
 * tell the epoch; the one file is written at the end. Threads as {@link TableSink} says.
 */
final class FileSink implements TableSink {
  private final TableRef table;
  private final Options options;
  private final ConnectorContext context;
  private final String format;
  private final Path target;
  private final boolean single;
  private final String prefix;
  private final String run = Long.toString(System.currentTimeMillis(), 36);
  private String history = "";
  private final List<FileSinkWriter> writers = new ArrayList<>();
  private final FileCommitter committer;

  private FileSink(TableRef table, Options options, ConnectorContext context) {
    this.table = table;
    this.options = options;
    this.context = context;
    this.format = FileOptions.requiredFormat(table);
    String path = options.string(FileOptions.PATH);
    this.single = FileOptions.isSingleFile(path);
    // of the file system that the run works in
    this.target =
        context
            .workingDirectory()
            .getFileSystem()
            .getPath(FilePaths.absolute(path, context.workingDirectory()))
            .normalize();
    String name = context.pipelineName() + "." + table.name();
    this.prefix = ".sluice-" + name.replaceAll("[^A-Za-z0-9._-]", "_") + "-";
    this.committer = new FileCommitter();
  }

  /**
   * Makes the directory and removes the unfinished files of an earlier run of the same pipeline.
   */
  static FileSink open(TableRef table, Options options, ConnectorContext context) {
    FileSink sink = new FileSink(table, options, context);
    Path folder = sink.single ? sink.target.getParent() : sink.target;
    try {
      if (context.checkpointed()) {
        Durable.createFolders(folder);
      } else {
        Files.createDirectories(folder);
      }
      if (sink.single && Files.isDirectory(sink.target)) {
        throw UserError.of(
                ErrorCode.MISSING_TARGET,
                "'" + options.string(FileOptions.PATH) + "' is a directory")
            .withHint(
                "end the path in a name that is not a file ending to write part files into it");
      }
      if (!Files.isWritable(folder)) {
        throw UserError.of(
            ErrorCode.MISSING_TARGET, "directory '" + folder + "' cannot be written");
      }
      if (!context.checkpointed()) {
        sink.sweep(folder, 0, name -> name.startsWith(sink.prefix));
      }
    } catch (IOException e) {
      throw UserError.of(
              ErrorCode.MISSING_TARGET,
              "directory '" + folder + "' cannot be made: " + e.getMessage())
          .causedBy(e);
    }
    return sink;
  }

  /** Removes what an earlier run had begun and not shown. */
  void sweepHidden() throws IOException {
    sweep(root(), 0, name -> name.startsWith(prefix));
  }

  /** Removes the files of that name in the sink's folders. */
  private void sweep(Path folder, int depth, Predicate<String> unwanted) throws IOException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      for (Path entry : entries) {
        String name = entry.getFileName().toString();
        if (unwanted.test(name)) {
          Files.deleteIfExists(entry);
        } else if (!single
            && depth < table.partitionKeys().size()
            && name.contains("=")
            && Files.isDirectory(entry)) {
          sweep(entry, depth + 1, unwanted);
        }
      }
    }
  }

  TableRef table() {
    return table;
  }

  Options options() {
    return options;
  }

  boolean single() {
    return single;
  }

  /**
   * The hidden name under which the {@code number}-th file of a task is written in {@code folder}.
   */
  Path hidden(Path folder, int task, int number) {
    return folder.resolve(prefix + run + "-" + task + "-" + number + ".inprogress");
  }

  /** The name under which it is shown. */
  Path shown(Path folder, int task, int number, long epoch) {
    String ending = format.endsWith("json") ? "json" : format;
    String of = durable() ? history + "-e" + epoch : run;
    return single
        ? target
        : folder.resolve("part-" + of + "-" + task + "-" + number + "." + ending);
  }

  private Path path(String text) {
    return target.getFileSystem().getPath(text);
  }

  /** Whether a part must outlive the process once its epoch is prepared. */
  boolean durable() {
    return context.checkpointed();
  }

  @Override
  public Optional<EpochTarget> epochTarget() {
    return single && durable() ? Optional.of(new WholeFileTarget(this, target)) : Optional.empty();
  }

  Path root() {
    return single ? target.getParent() : target;
  }

  PartWriter part(Path file) throws IOException {
    Schema schema = FileTable.physical(table);
    return switch (format) {
      case "parquet" -> new ParquetPart(file, schema, options.string(FileOptions.COMPRESSION));
      case "arrow" -> new ArrowPart(file, schema, context.allocator());
      default ->
          new TextPart(
              file,
              single && target.toString().endsWith(".gz"),
              ConnectorRegistry.rowFormat(format).encoder(schema, options));
    };
  }

  @Override
  public SinkWriter writer(int task) {
    FileSinkWriter writer = new FileSinkWriter(this, task);
    writers.add(writer);
    return writer;
  }

  @Override
  public Committer committer() {
    return committer;
  }

  private final class FileCommitter implements Committer {
    private boolean finished;
    private final Optional<PartitionCommit> partitions =
        options.has(FileOptions.COMMIT_POLICY) && !table.partitionKeys().isEmpty()
            ? Optional.of(new PartitionCommit(table, options))
            : Optional.empty();
    private final Set<Path> folders = new LinkedHashSet<>();

    @Override
    public void watermark(long micros) {
      partitions.ifPresent(p -> p.watermark(micros));
    }

    @Override
    public void commit(List<Committable> ready, boolean last) throws IOException {
      Set<Path> touched = new LinkedHashSet<>();
      for (Committable committable : ready) {
        for (String line : committable.handle().lines().filter(l -> !l.isEmpty()).toList()) {
          touched.add(show(line));
        }
      }
      if (durable()) {
        for (Path folder : touched) {
          Durable.forceFolder(folder);
        }
      }
      if (partitions.isPresent() && !last) {
        completePartitions(partitions.get(), touched);
      }
      if (last && !finished) {
        finished = true;
        if (single && writers.stream().noneMatch(FileSinkWriter::hasOpenFile)) {
          // an empty result replaces an older one, too
          emptyFile();
        }
        for (FileSinkWriter writer : writers) {
          for (String line : writer.finishAll()) {
            show(line);
          }
        }
        markFolders();
      }
    }

    private void emptyFile() throws IOException {
      Path hidden = hidden(root(), 0, 0);
      try (PartWriter part = part(hidden)) {
        part.finish();
      }
      show(hidden + "\t" + target);
    }

    /** Gives the folder. */
    private Path show(String rename) throws IOException {
      int tab = rename.indexOf('\t');
      Path from = path(rename.substring(0, tab));
      Path to = path(rename.substring(tab + 1));
      // not there: an earlier try has renamed it
      if (Files.exists(from)) {
        Durable.move(from, to);
        FaultPoint.pass("file.part-renamed");
      }
      folders.add(to.getParent());
      return to.getParent();
    }

    /** Marks the folders that no more rows should come to, once their open files are shown. */
    private void completePartitions(PartitionCommit commit, Set<Path> touched) throws IOException {
      for (Path folder : touched) {
        commit.seen(root().relativize(folder).toString().replace('\\', '/'));
      }
      for (FileSinkWriter writer : writers) {
        writer.openFolders().forEach(commit::seen);
      }
      for (String folder : commit.complete()) {
        for (FileSinkWriter writer : writers) {
          for (String line : writer.finishFolder(folder)) {
            show(line);
          }
        }
        mark(root().resolve(folder));
      }
    }

    private void markFolders() throws IOException {
      if (options.find(FileOptions.COMMIT_POLICY).isPresent() && !single) {
        for (Path folder : folders) {
          mark(folder);
        }
      }
    }

    private void mark(Path folder) throws IOException {
      Path marker = folder.resolve(options.string(FileOptions.SUCCESS_FILE));
      if (!Files.exists(marker)) {
        Files.createFile(marker);
      }
    }

    /** Part files of later epochs are withdrawn: their rows will be written again. */
    @Override
    public void recover(List<Committable> pending, long epoch, EpochTarget.Owner owner)
        throws IOException {
      history = owner.id().substring(0, 8);
      commit(pending, false);
      Pattern mine = Pattern.compile("part-" + Pattern.quote(history) + "-e(\\d+)-.*");
      sweep(
          root(),
          0,
          name -> {
            Matcher part = mine.matcher(name);
            return name.startsWith(prefix)
                || part.matches() && Long.parseLong(part.group(1)) > epoch;
          });
    }

    @Override
    public void abort(List<Committable> orphans) throws IOException {
      for (Committable committable : orphans) {
        for (String line :
            Optional.of(committable.handle()).stream().flatMap(String::lines).toList()) {
          int tab = line.indexOf('\t');
          if (tab > 0) {
            Files.deleteIfExists(path(line.substring(0, tab)));
          }
        }
      }
    }
  }

  @Override
  public void close() {
    writers.forEach(FileSinkWriter::close);
  }
}
