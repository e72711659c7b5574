package dev.sluice.connector.file;

import dev.sluice.batch.Bytes;
import dev.sluice.connector.ConnectorRegistry;
import dev.sluice.connector.Fetch;
import dev.sluice.connector.MalformedRecord;
import dev.sluice.connector.Offset;
import dev.sluice.connector.Options;
import dev.sluice.connector.ReaderContext;
import dev.sluice.connector.RowDecoder;
import dev.sluice.connector.SplitReader;
import dev.sluice.error.DidYouMean;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.format.CsvFormat;
import dev.sluice.operator.RejectedRow;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.Schema;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.zip.GZIPInputStream;

/**
 * Reads a csv or json file, or the lines of a json file that start in a byte range. Offsets are
 * byte positions in the uncompressed text, of the start of a record. One thread.
 */
final class TextReader implements SplitReader {
  private static final int FIRST_BUFFER = 1 << 20;
  private static final int MAX_RECORD = 64 << 20;

  private final String tableName;
  private final Path file;
  private final long end;
  private final FileTable table;
  private final ReaderContext context;
  private final List<Optional<String>> constants;
  private final Optional<CsvFormat.Dialect> csv;
  private final boolean skipBlank;
  private final UnpackLimit unpackLimit;
  private final RowDecoder decoder;
  private final long first;
  private InputStream in;
  private byte[] buffer = new byte[FIRST_BUFFER];
  private int pos;
  private int limit;
  private long bufferAt;
  private boolean atEnd;
  private boolean skipping;
  private long lines;
  private long linesBefore = -1;

  TextReader(
      String tableName,
      Path file,
      long from,
      long to,
      long start,
      String format,
      FileTable table,
      Options options,
      ReaderContext context)
      throws IOException {
    this.tableName = tableName;
    this.file = file;
    this.end = to;
    this.table = table;
    this.context = context;
    this.constants = table.constants(file);
    this.csv = format.equals("csv") ? Optional.of(CsvFormat.Dialect.of(options)) : Optional.empty();
    this.unpackLimit = UnpackLimit.of(options);
    this.in = open(file, unpackLimit);
    Schema record = table.physical();
    try {
      if (csv.isPresent() && options.bool(CsvFormat.HEADER)) {
        record = header();
      } else {
        skipByteOrderMark();
      }
      long behindHeader = bufferAt + pos;
      if (start > behindHeader) {
        seek(start);
        if (start == from && from > 0) {
          align(from);
        }
      }
      this.first = bufferAt + pos;
      this.skipBlank = csv.isEmpty() || record.size() > 1;
      this.decoder =
          ConnectorRegistry.rowFormat(format)
              .decoder(record, table.fromFile(), options, context.allocator());
    } catch (IOException | RuntimeException e) {
      in.close();
      throw e;
    }
  }

  static boolean compressed(String name) {
    return name.endsWith(".gz") || name.endsWith(".zst");
  }

  /** The uncompressed bytes of a file. */
  static InputStream open(Path file, UnpackLimit limit) throws IOException {
    InputStream raw = Files.newInputStream(file);
    String what = "'" + file + "'";
    try {
      if (file.toString().endsWith(".gz")) {
        return limit.guard(what, raw, packed -> new GZIPInputStream(packed, 1 << 16));
      }
      return file.toString().endsWith(".zst")
          ? limit.guard(what, raw, com.github.luben.zstd.ZstdInputStream::new)
          : raw;
    } catch (IOException | RuntimeException e) {
      raw.close();
      throw e;
    }
  }

  /** Refuses a csv file whose header lacks wanted columns. */
  static void checkHeader(Path file, FileTable table, Options options) throws IOException {
    if (options.bool(CsvFormat.HEADER)) {
      try (InputStream in = open(file, UnpackLimit.of(options))) {
        byte[] bytes = in.readNBytes(FIRST_BUFFER);
        int from = byteOrderMark(bytes, bytes.length);
        int to = recordEnd(bytes, from, bytes.length, Optional.of(CsvFormat.Dialect.of(options)));
        if (bytes.length > from) {
          columns(
              file, bytes, from, to < 0 ? bytes.length : to, CsvFormat.Dialect.of(options), table);
        }
      }
    } else {
      open(file, UnpackLimit.of(options)).close();
    }
  }

  private static int byteOrderMark(byte[] b, int limit) {
    return limit >= 3 && b[0] == (byte) 0xef && b[1] == (byte) 0xbb && b[2] == (byte) 0xbf ? 3 : 0;
  }

  private void skipByteOrderMark() throws IOException {
    while (limit < 3 && fill()) {
      // until there are enough bytes to tell
    }
    pos = byteOrderMark(buffer, limit);
  }

  /** Reads the header line; gives the columns of a record in the file's order. */
  private Schema header() throws IOException {
    skipByteOrderMark();
    int to = recordEnd(buffer, pos, limit, csv);
    while (to < 0 && fill()) {
      to = recordEnd(buffer, pos, limit, csv);
    }
    int from = pos;
    pos = to < 0 ? limit : to + 1;
    if (from == limit) {
      return table.physical();
    }
    return columns(file, buffer, from, to < 0 ? limit : to, csv.orElseThrow(), table);
  }

  private static Schema columns(
      Path file, byte[] b, int from, int to, CsvFormat.Dialect dialect, FileTable table) {
    int stop = to > from && b[to - 1] == '\r' ? to - 1 : to;
    List<String> names;
    try {
      names = CsvFormat.fields(b, from, stop, dialect);
    } catch (MalformedRecord e) {
      throw UserError.of(
          ErrorCode.TARGET_SCHEMA,
          "the header line of '" + file + "' cannot be read: " + e.getMessage());
    }
    List<Field> fields = new ArrayList<>();
    Set<String> used = new HashSet<>();
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i).strip();
      OptionalInt column = table.physical().indexOf(name);
      boolean known =
          column.isPresent() && used.add(table.physical().field(column.getAsInt()).name());
      fields.add(
          known
              ? table.physical().field(column.getAsInt())
              : new Field("\0" + i, DataType.string()));
    }
    for (Field field : table.physical().fields()) {
      if (!used.contains(field.name())) {
        throw UserError.of(
                ErrorCode.TARGET_SCHEMA,
                "the header of '" + file + "' has no column '" + field.name() + "'")
            .withDetail(
                "The header names: "
                    + String.join(", ", names.subList(0, Math.min(50, names.size())))
                    + ".")
            .withHint(
                DidYouMean.hint(
                    field.name(),
                    names,
                    "if the file has no header line, set 'csv.header' = 'false'"));
      }
    }
    return new Schema(fields);
  }

  private void seek(long target) throws IOException {
    if (target <= bufferAt + limit) {
      pos = (int) (target - bufferAt);
      return;
    }
    in.skipNBytes(target - bufferAt - limit);
    bufferAt = target;
    pos = 0;
    limit = 0;
  }

  /** Moves to the first line that starts at {@code from} or behind it. */
  private void align(long from) throws IOException {
    in.close();
    in = open(file, unpackLimit);
    bufferAt = 0;
    pos = 0;
    limit = 0;
    atEnd = false;
    seek(from - 1);
    int newline = -1;
    while (newline < 0 && (pos < limit || fill())) {
      int found = Bytes.indexOf(buffer, pos, limit, (byte) '\n');
      newline = found < limit ? found : -1;
      pos = found < limit ? found + 1 : limit;
    }
  }

  /** Reads more behind {@code limit}, making room; false at the end of the file. */
  private boolean fill() throws IOException {
    if (pos > 0) {
      System.arraycopy(buffer, pos, buffer, 0, limit - pos);
      bufferAt += pos;
      limit -= pos;
      pos = 0;
    }
    if (limit == buffer.length) {
      buffer = Arrays.copyOf(buffer, buffer.length * 2);
    }
    int read = in.read(buffer, limit, buffer.length - limit);
    if (read < 0) {
      atEnd = true;
      return false;
    }
    context.bytesRead(read);
    limit += read;
    return true;
  }

  /**
   * Index of the line end of the record at {@code from}, quoted line ends of csv minded; -1 if not
   * there yet.
   */
  private static int recordEnd(byte[] b, int from, int limit, Optional<CsvFormat.Dialect> csv) {
    if (csv.isEmpty()) {
      int found = Bytes.indexOf(b, from, limit, (byte) '\n');
      return found < limit ? found : -1;
    }
    byte quote = csv.get().quote();
    int found = Bytes.indexOfEither(b, from, limit, (byte) '\n', quote);
    if (found == limit) {
      return -1;
    }
    return b[found] == '\n' ? found : quotedRecordEnd(b, from, limit, csv.get().delimiter(), quote);
  }

  private static int quotedRecordEnd(byte[] b, int from, int limit, byte delimiter, byte quote) {
    int i = from;
    while (i < limit) {
      if (b[i] == quote) {
        i = Bytes.indexOf(b, i + 1, limit, quote) + 1;
        while (i < limit && b[i] == quote) {
          i = Bytes.indexOf(b, i + 1, limit, quote) + 1;
        }
      }
      if (i >= limit) {
        return -1;
      }
      i = Bytes.indexOfEither(b, i, limit, delimiter, (byte) '\n');
      if (i < limit && b[i] == '\n') {
        return i;
      }
      i++;
    }
    return -1;
  }

  @Override
  public Fetch fetch(int maxRows, long maxBytes, Duration maxWait) throws IOException {
    long consumed = 0;
    boolean done = false;
    while (decoder.rows() < maxRows && consumed < maxBytes) {
      if (bufferAt + pos >= end) {
        done = true;
        break;
      }
      int to = recordEnd(buffer, pos, limit, csv);
      if (to < 0) {
        if (!atEnd && limit - pos < MAX_RECORD) {
          fill();
          continue;
        }
        to = atEnd ? lastRecordEnd() : tooLong();
        if (to < 0) {
          done = pos >= limit && atEnd;
          if (done) {
            break;
          }
          continue;
        }
      }
      consumed += to + 1 - pos;
      record(to);
    }
    Offset next = Offset.of(bufferAt + pos);
    if (decoder.rows() > 0) {
      return new Fetch.Rows(table.complete(decoder.finish(), constants, context.allocator()), next);
    }
    return done ? new Fetch.EndOfSplit(next) : new Fetch.Nothing(next);
  }

  /** The end of a record that no line end follows; a quote left open ends with its line. */
  private int lastRecordEnd() {
    return pos >= limit ? -1 : Bytes.indexOf(buffer, pos, limit, (byte) '\n');
  }

  /** Gives up a record that does not end within the limit; the next line is tried. */
  private int tooLong() {
    int newline = Bytes.indexOf(buffer, pos, limit, (byte) '\n');
    if (newline < limit) {
      return newline;
    }
    if (!skipping) {
      reject("", "the record is longer than " + MAX_RECORD + " bytes", limit);
      skipping = true;
    }
    pos = limit;
    return -1;
  }

  private void record(int to) {
    int stop = to > pos && to <= limit && buffer[to - 1] == '\r' ? to - 1 : to;
    boolean blank = skipBlank && isBlank(pos, stop);
    if (skipping) {
      skipping = false;
    } else if (!blank) {
      try {
        decoder.decode(buffer, pos, stop);
      } catch (MalformedRecord e) {
        reject(e.column().orElse(""), e.getMessage(), stop);
      }
    }
    lines++;
    if (csv.isPresent() && pos < to && Bytes.indexOf(buffer, pos, to, csv.get().quote()) < to) {
      for (int i = Bytes.indexOf(buffer, pos, to, (byte) '\n');
          i < to;
          i = Bytes.indexOf(buffer, i + 1, to, (byte) '\n')) {
        lines++;
      }
    }
    pos = Math.min(to + 1, limit);
  }

  private boolean isBlank(int from, int to) {
    for (int i = from; i < to; i++) {
      if (buffer[i] != ' ' && buffer[i] != '\t') {
        return false;
      }
    }
    return true;
  }

  private void reject(String column, String reason, int to) {
    byte[] raw = Arrays.copyOfRange(buffer, pos, Math.min(to, pos + RejectedRow.MAX_RAW_BYTES));
    context.rejected(
        new RejectedRow(
            tableName,
            file.toString(),
            bufferAt + pos,
            Optional.of(line()),
            column.isEmpty() ? Optional.empty() : Optional.of(column),
            reason,
            raw));
  }

  /**
   * The 1-based line at {@code pos}; the lines before this reader's first are counted when first
   * asked for.
   */
  private long line() {
    if (linesBefore < 0) {
      linesBefore = first > 0 ? countLines(first) : 0;
    }
    return linesBefore + lines + 1;
  }

  private long countLines(long upTo) {
    try (InputStream fresh = open(file, unpackLimit)) {
      byte[] chunk = new byte[1 << 16];
      long left = upTo;
      long count = 0;
      while (left > 0) {
        int read = fresh.read(chunk, 0, (int) Math.min(chunk.length, left));
        if (read < 0) {
          break;
        }
        for (int i = Bytes.indexOf(chunk, 0, read, (byte) '\n');
            i < read;
            i = Bytes.indexOf(chunk, i + 1, read, (byte) '\n')) {
          count++;
        }
        left -= read;
      }
      return count;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException("counting the lines of '" + file + "'", e);
    }
  }

  @Override
  public void close() {
    decoder.close();
    try {
      in.close();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException("closing '" + file + "'", e);
    }
  }
}
