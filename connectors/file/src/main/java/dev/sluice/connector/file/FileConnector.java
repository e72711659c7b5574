package dev.sluice.connector.file;

import dev.sluice.connector.Connector;
import dev.sluice.connector.ConnectorContext;
import dev.sluice.connector.ConnectorRegistry;
import dev.sluice.connector.DeliveryGuarantee;
import dev.sluice.connector.OptionSpec;
import dev.sluice.connector.OptionSpec.Role;
import dev.sluice.connector.Options;
import dev.sluice.connector.ScanRequest;
import dev.sluice.connector.SinkCapabilities;
import dev.sluice.connector.SourceCapabilities;
import dev.sluice.connector.SplitSource;
import dev.sluice.connector.TableSink;
import dev.sluice.error.DidYouMean;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.TableRef;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.Schema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/** Local files: csv, json, parquet and arrow. Stateless; safe for use by any thread. */
public final class FileConnector implements Connector {
  private static final int MANY_WRITERS = 64;

  @Override
  public String name() {
    return "filesystem";
  }

  @Override
  public String description() {
    return "Files and directories of files: csv, json, parquet, arrow.";
  }

  @Override
  public List<OptionSpec> options(TableRef table) {
    return FileOptions.of(table);
  }

  @Override
  public Map<String, DataType> metadata(TableRef table) {
    Map<String, DataType> keys = new TreeMap<>();
    keys.put("file.path", DataType.string().notNull());
    keys.put("file.name", DataType.string().notNull());
    keys.put("file.size", DataType.of(Kind.BIGINT).notNull());
    keys.put("file.modification-time", DataType.of(Kind.TIMESTAMP_LTZ, 3).notNull());
    return keys;
  }

  @Override
  public void validate(TableRef table, Role role) {
    Options options = FileOptions.check(table, role);
    UnpackLimit.validate(table, options);
    String format = FileOptions.requiredFormat(table);
    for (String key : table.partitionKeys()) {
      if (table.schema().indexOf(key).isEmpty()) {
        throw UserError.of(
                ErrorCode.UNKNOWN_COLUMN,
                "PARTITIONED BY names '" + key + "', which is no column of '" + table.name() + "'")
            .withHint(
                DidYouMean.hint(
                    key,
                    table.schema().names(),
                    "columns: " + String.join(", ", table.schema().names())));
      }
      if (table.type(key).kind().isNested()) {
        throw UserError.of(
            ErrorCode.UNSUPPORTED_TYPE,
            "column '" + key + "' of type " + table.type(key) + " cannot name folders");
      }
    }
    Schema physical = FileTable.physical(table);
    if (FileOptions.isText(format)) {
      ConnectorRegistry.rowFormat(format).validate(physical, options);
    } else if (format.equals("parquet")) {
      ParquetFiles.validate(physical);
    }
    String path = table.options().getOrDefault("path", "");
    boolean compressed = path.endsWith(".gz") || path.endsWith(".zst");
    if (compressed && !FileOptions.isText(format)) {
      throw UserError.of(
          ErrorCode.OPTION_VALUE,
          "'" + format + "' files are not compressed from outside: '" + path + "'");
    }
    if (role == Role.SINK) {
      PartitionCommit.validate(table, options);
      validateSink(table, path);
    }
  }

  private static void validateSink(TableRef table, String path) {
    if (FilePaths.isGlob(path)) {
      throw UserError.of(ErrorCode.OPTION_VALUE, "a sink cannot write to the glob '" + path + "'");
    }
    if (path.endsWith(".zst")) {
      throw UserError.of(ErrorCode.OPTION_VALUE, "a sink cannot write '" + path + "'")
          .withHint("use .gz, or parquet");
    }
    if (!table.metadata().isEmpty()) {
      throw UserError.of(
              ErrorCode.NOT_A_SINK,
              "column '"
                  + table.metadata().keySet().iterator().next()
                  + "' of '"
                  + table.name()
                  + "' is metadata of files that are read")
          .withHint("declare the sink without METADATA columns, or make them VIRTUAL");
    }
    if (!table.partitionKeys().isEmpty() && FileOptions.isSingleFile(path)) {
      throw UserError.of(
              ErrorCode.OPTION_VALUE, "'" + path + "' is one file and cannot be PARTITIONED BY")
          .withHint("give a directory as the path and the format by 'format'");
    }
    if (FileTable.physical(table).size() == 0) {
      throw UserError.of(
          ErrorCode.OPTION_VALUE,
          "every column of '" + table.name() + "' names folders, none is left for the files");
    }
  }

  @Override
  public SourceCapabilities sourceCapabilities(TableRef table) {
    boolean bounded = !table.options().containsKey(FileOptions.MONITOR.key());
    boolean filter = FileOptions.format(table).filter("parquet"::equals).isPresent();
    return new SourceCapabilities(true, bounded, true, filter, false, true)
        .withChangelog(FileOptions.changelog(table));
  }

  /**
   * By the bytes of the files and what a row of the format takes, or so; nothing if none is there.
   */
  @Override
  public OptionalLong estimatedRows(TableRef table) {
    boolean packed = FileOptions.format(table).filter(f -> !FileOptions.isText(f)).isPresent();
    int rowBytes = table.schema().size() * (packed ? 6 : 16);
    long bytes = 0;
    try {
      String path = FilePaths.absolute(table.options().getOrDefault("path", ""), Path.of(""));
      for (Path file : FilePaths.list(path)) {
        bytes += Files.size(file);
      }
    } catch (IOException | UserError | InvalidPathException e) {
      // what is wrong with the path is told when it is opened
      return OptionalLong.empty();
    }
    return bytes == 0 ? OptionalLong.empty() : OptionalLong.of(1 + bytes / Math.max(1, rowBytes));
  }

  @Override
  public SinkCapabilities sinkCapabilities(TableRef table) {
    boolean changes = FileOptions.changelog(table) == ChangelogMode.RETRACT;
    boolean single = FileOptions.isSingleFile(table.options().getOrDefault("path", ""));
    return new SinkCapabilities(
        true,
        changes ? ChangelogMode.RETRACT : ChangelogMode.INSERT_ONLY,
        DeliveryGuarantee.EXACTLY_ONCE,
        single || changes ? 1 : MANY_WRITERS,
        PartitionCommit.asksEventTime(table));
  }

  @Override
  public SplitSource openSource(ScanRequest request, ConnectorContext context) {
    validate(request.table(), Role.SOURCE);
    checkMetadata(request.table());
    return FileSource.open(request, FileOptions.check(request.table(), Role.SOURCE), context);
  }

  private void checkMetadata(TableRef table) {
    Map<String, DataType> known = metadata(table);
    for (Field field : table.schema().fields()) {
      String key = table.metadata().get(field.name());
      if (key != null && !known.containsKey(key)) {
        throw UserError.of(
                ErrorCode.UNKNOWN_COLUMN,
                "unknown metadata '" + key + "' for connector 'filesystem'")
            .withHint(
                DidYouMean.hint(
                    key, known.keySet(), "known: " + String.join(", ", known.keySet())));
      }
    }
  }

  @Override
  public TableSink openSink(TableRef table, ConnectorContext context) {
    validate(table, Role.SINK);
    return FileSink.open(table, FileOptions.check(table, Role.SINK), context);
  }
}
