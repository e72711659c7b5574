package dev.sluice.connector.file;

import dev.sluice.batch.Column;
import dev.sluice.batch.RecordBatch;
import dev.sluice.connector.MalformedRecord;
import dev.sluice.connector.ScanRequest;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.format.ColumnBuilder;
import dev.sluice.format.TextParser;
import dev.sluice.plan.TableRef;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.Schema;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;

/**
 * Which columns of a request come out of the files and which are the same for a whole file: those
 * of PARTITIONED BY, told by {@code col=value} folders, and metadata. Immutable; safe for use by
 * any thread.
 */
final class FileTable {
  /** The folder name of NULL, as Hive has it. */
  static final String NULL_FOLDER = "__HIVE_DEFAULT_PARTITION__";

  private final TableRef table;
  private final Schema wanted;
  private final Schema physical;
  private final Schema fromFile;

  FileTable(ScanRequest request) {
    this.table = request.table();
    this.wanted = request.schema();
    this.physical = physical(table);
    this.fromFile =
        new Schema(wanted.fields().stream().filter(f -> physical.fields().contains(f)).toList());
  }

  /** The columns that stand in the files. */
  static Schema physical(TableRef table) {
    List<Field> fields = new ArrayList<>();
    for (Field field : table.schema().fields()) {
      boolean folder = table.partitionKeys().stream().anyMatch(field.name()::equalsIgnoreCase);
      if (!folder && !table.metadata().containsKey(field.name())) {
        fields.add(field);
      }
    }
    return new Schema(fields);
  }

  Schema physical() {
    return physical;
  }

  /** The columns that a reader must take out of the file, in the order of the request. */
  Schema fromFile() {
    return fromFile;
  }

  /**
   * What stays the same over one file: the text of each such column of the request, empty for NULL.
   */
  List<Optional<String>> constants(Path file) throws IOException {
    List<Optional<String>> texts = new ArrayList<>();
    for (Field field : wanted.fields()) {
      String key = table.metadata().get(field.name());
      if (key != null) {
        texts.add(Optional.of(metadata(key, file)));
      } else if (physical.fields().contains(field)) {
        texts.add(Optional.empty());
      } else {
        texts.add(folderValue(field.name(), file));
      }
    }
    return texts;
  }

  private static String metadata(String key, Path file) throws IOException {
    return switch (key) {
      case "file.path" -> file.toString();
      case "file.name" -> file.getFileName().toString();
      case "file.size" -> Long.toString(Files.size(file));
      default -> Files.getLastModifiedTime(file).toInstant().toString();
    };
  }

  private Optional<String> folderValue(String column, Path file) {
    for (Path folder = file.getParent();
        folder != null && folder.getFileName() != null;
        folder = folder.getParent()) {
      String name = folder.getFileName().toString();
      int equals = name.indexOf('=');
      if (equals > 0 && unescape(name.substring(0, equals)).equalsIgnoreCase(column)) {
        String value = unescape(name.substring(equals + 1));
        boolean isNull = value.equals(NULL_FOLDER) || value.equals("__DEFAULT_PARTITION__");
        return isNull ? Optional.empty() : Optional.of(value);
      }
    }
    throw UserError.of(
            ErrorCode.TARGET_SCHEMA, "no folder of '" + file + "' is named '" + column + "=…'")
        .withHint(
            "'"
                + table.name()
                + "' is PARTITIONED BY ("
                + String.join(", ", table.partitionKeys())
                + ")");
  }

  /**
   * Folder-safe text: everything but letters, digits and {@code _ - .} (not at the start) as %XX.
   */
  static String escape(String text) {
    StringBuilder safe = new StringBuilder();
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < bytes.length; i++) {
      int c = bytes[i] & 0xff;
      boolean plain =
          c >= 'a' && c <= 'z'
              || c >= 'A' && c <= 'Z'
              || c >= '0' && c <= '9'
              || c == '_'
              || c == '-'
              || c == '.' && i > 0;
      if (plain) {
        safe.append((char) c);
      } else {
        safe.append(String.format("%%%02X", c));
      }
    }
    return safe.toString();
  }

  static String unescape(String text) {
    if (text.indexOf('%') < 0) {
      return text;
    }
    java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();
    byte[] raw = text.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < raw.length; i++) {
      int high = raw[i] == '%' && i + 2 < raw.length ? Character.digit(raw[i + 1], 16) : -1;
      int low = high >= 0 ? Character.digit(raw[i + 2], 16) : -1;
      if (low >= 0) {
        bytes.write(high << 4 | low);
        i += 2;
      } else {
        bytes.write(raw[i]);
      }
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  /**
   * Refuses NULLs in a column that is declared NOT NULL; {@code firstRow} is the vector's first.
   */
  static void checkNotNull(Path file, Field field, FieldVector vector, long firstRow) {
    if (!field.type().nullable() && vector.getNullCount() > 0) {
      int at = 0;
      while (!vector.isNull(at)) {
        at++;
      }
      throw UserError.of(
              ErrorCode.MALFORMED_ROW,
              "column '"
                  + field.name()
                  + "' is NOT NULL but is NULL in row "
                  + (firstRow + at + 1)
                  + " of a row group or file '"
                  + file
                  + "'")
          .withHint("declare the column without NOT NULL");
    }
  }

  /** Consumes a batch of {@link #fromFile} and gives one of the request's columns. */
  RecordBatch complete(
      RecordBatch read, List<Optional<String>> constants, BufferAllocator allocator) {
    if (fromFile.size() == wanted.size()) {
      return read;
    }
    Column[] columns = new Column[wanted.size()];
    try (read) {
      int next = 0;
      for (int i = 0; i < columns.length; i++) {
        Field field = wanted.field(i);
        if (physical.fields().contains(field)) {
          columns[i] = read.retainColumn(next++);
        } else {
          columns[i] = constant(field, constants.get(i), read.length(), allocator);
        }
      }
      return RecordBatch.of(wanted, columns, read.length(), read.selection(), read.kinds());
    } catch (RuntimeException e) {
      for (Column column : columns) {
        if (column != null) {
          column.release();
        }
      }
      throw e;
    }
  }

  private static Column constant(
      Field field, Optional<String> text, int rows, BufferAllocator allocator) {
    try (ColumnBuilder out = new ColumnBuilder(field.name(), field.type(), allocator)) {
      if (text.isEmpty() && !field.type().nullable()) {
        throw new MalformedRecord(field.name(), -1, "NULL in a NOT NULL column");
      }
      byte[] bytes = text.orElse("").getBytes(StandardCharsets.UTF_8);
      for (int i = 0; i < rows; i++) {
        if (text.isEmpty()) {
          out.appendNull();
        } else {
          TextParser.parse(out, bytes, 0, bytes.length);
        }
      }
      return new Column(out.finish());
    } catch (MalformedRecord e) {
      throw UserError.of(
          ErrorCode.SOURCE_FAILED,
          "the folder of column '" + field.name() + "' does not hold its type: " + e.getMessage());
    }
  }
}
