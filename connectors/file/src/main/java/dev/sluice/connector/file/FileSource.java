package dev.sluice.connector.file;

import dev.sluice.connector.ConnectorContext;
import dev.sluice.connector.Offset;
import dev.sluice.connector.Options;
import dev.sluice.connector.ReaderContext;
import dev.sluice.connector.ScanRequest;
import dev.sluice.connector.Split;
import dev.sluice.connector.SplitReader;
import dev.sluice.connector.SplitSource;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.ChangelogMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The files of a table as splits, in order of path and position: a csv, arrow or compressed file is
 * one split, a big json file several byte ranges, a Parquet file one for each row group. Threads as
 * {@link SplitSource} says.
 */
final class FileSource implements SplitSource {
  /** Uncompressed json files are cut into ranges of about this many bytes. */
  static final long RANGE_BYTES = 32L << 20;

  private final ScanRequest request;
  private final Options options;
  private final FileTable table;
  private final String format;
  private final UnpackLimit unpackLimit;
  private final String path;
  private final Optional<Duration> monitor;
  private final long rangeBytes;
  private final ParquetFooters footers = new ParquetFooters();
  private final Set<Path> seen = new HashSet<>();

  private FileSource(
      ScanRequest request, Options options, ConnectorContext context, long rangeBytes) {
    this.request = request;
    this.options = options;
    this.table = new FileTable(request);
    this.format = FileOptions.requiredFormat(request.table());
    this.path = FilePaths.absolute(options.string(FileOptions.PATH), context.workingDirectory());
    this.monitor =
        options.has(FileOptions.MONITOR)
            ? Optional.of(options.duration(FileOptions.MONITOR))
            : Optional.empty();
    this.rangeBytes = rangeBytes;
    this.unpackLimit = UnpackLimit.of(options);
  }

  static FileSource open(ScanRequest request, Options options, ConnectorContext context) {
    return open(request, options, context, RANGE_BYTES);
  }

  /**
   * Opens and checks that there are files (unless new ones are awaited) and that the first one
   * fits.
   */
  static FileSource open(
      ScanRequest request, Options options, ConnectorContext context, long rangeBytes) {
    FileSource source = new FileSource(request, options, context, rangeBytes);
    try {
      List<Path> files = FilePaths.list(source.path);
      if (files.isEmpty() && source.monitor.isEmpty()) {
        throw FilePaths.missing(options.string(FileOptions.PATH), source.path);
      }
      if (!files.isEmpty()) {
        source.checkFits(files.get(0));
      }
    } catch (IOException e) {
      throw unreadable(source.path, e, ErrorCode.MISSING_TARGET);
    }
    return source;
  }

  private void checkFits(Path file) throws IOException {
    table.constants(file);
    switch (format) {
      case "csv" -> TextReader.checkHeader(file, table, options);
      case "parquet" -> ParquetFiles.check(file, table, footers);
      case "arrow" -> ArrowFileReader.check(file, table);
      default -> TextReader.open(file, unpackLimit).close();
    }
  }

  private static UserError unreadable(String path, IOException e, ErrorCode code) {
    return UserError.of(code, "'" + path + "' cannot be read: " + e.getMessage()).causedBy(e);
  }

  @Override
  public boolean bounded() {
    return monitor.isEmpty();
  }

  @Override
  public boolean splitsEnd() {
    return true;
  }

  @Override
  public Optional<Duration> discoveryInterval() {
    return monitor;
  }

  @Override
  public List<Split> discover(Map<String, Offset> known) {
    try {
      List<Split> splits = new ArrayList<>();
      Set<String> begun = begun(known);
      for (Path file : FilePaths.list(path)) {
        if (seen.add(file) && !begun.contains(file.toString())) {
          split(file, splits);
        }
      }
      return splits.stream().filter(s -> !known.containsKey(s.id())).toList();
    } catch (IOException e) {
      throw unreadable(path, e, ErrorCode.SOURCE_FAILED);
    }
  }

  /**
   * The files that are being read. One of an earlier run may have grown since: it is read in the
   * pieces it had then.
   */
  private static Set<String> begun(Map<String, Offset> known) {
    Set<String> files = new HashSet<>();
    for (String id : known.keySet()) {
      files.add(id);
      files.add(id.substring(0, Math.max(0, id.lastIndexOf('#'))));
    }
    return files;
  }

  private void split(Path file, List<Split> splits) throws IOException {
    String name = file.toString();
    // the changes of a row may lie in several files: then they are read one after the other
    String sequence =
        FileOptions.changelog(request.table()) == ChangelogMode.INSERT_ONLY ? name : path;
    if (format.equals("parquet")) {
      for (int group : ParquetFiles.rowGroups(file, request, footers)) {
        splits.add(new Split(name + "#" + group, group + ":0:" + name, Offset.of(0), sequence));
      }
      return;
    }
    long size = Files.size(file);
    boolean ranges =
        FileOptions.isText(format)
            && !format.equals("csv")
            && !TextReader.compressed(name)
            && size > rangeBytes + rangeBytes / 2;
    if (!ranges) {
      splits.add(new Split(name, "0:" + Long.MAX_VALUE + ":" + name, Offset.of(0), sequence));
      return;
    }
    for (long from = 0; from < size; from += rangeBytes) {
      // the last range has no end, so that a file that grew is read whole
      long to = from + rangeBytes >= size ? Long.MAX_VALUE : from + rangeBytes;
      splits.add(
          new Split(name + "#" + from, from + ":" + to + ":" + name, Offset.of(from), sequence));
    }
  }

  @Override
  public SplitReader reader(Split split, ReaderContext context) {
    String[] parts = split.detail().split(":", 3);
    long from = Long.parseLong(parts[0]);
    long to = Long.parseLong(parts[1]);
    Path file = Path.of(parts[2]);
    try {
      return switch (format) {
        case "parquet" ->
            new ParquetReader(
                footers.of(file),
                file,
                (int) from,
                split.start().asLong(),
                unpackLimit,
                table,
                context);
        case "arrow" -> new ArrowFileReader(file, split.start().asLong(), table, context);
        default ->
            new TextReader(
                request.table().name(),
                file,
                from,
                to,
                split.start().asLong(),
                format,
                table,
                options,
                context);
      };
    } catch (IOException e) {
      throw unreadable(file.toString(), e, ErrorCode.SOURCE_FAILED);
    }
  }

  @Override
  public void close() {}
}
