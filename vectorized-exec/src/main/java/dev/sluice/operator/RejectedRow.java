package dev.sluice.operator;

import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.Schema;
import java.util.Optional;

/**
 * A record that cannot be used, with where it came from and why.
 *
 * @param source name of the declared source
 * @param split file path, or topic and partition
 * @param position byte offset in the file, or Kafka offset
 * @param line 1-based line in the file, if it has lines
 * @param column name of the column that failed, if known
 * @param reason one line, without the raw bytes
 * @param raw the record's bytes, at most {@link #MAX_RAW_BYTES}
 */
public record RejectedRow(
    String source,
    String split,
    long position,
    Optional<Long> line,
    Optional<String> column,
    String reason,
    byte[] raw) {
  /** Longer records are cut to this many bytes. */
  public static final int MAX_RAW_BYTES = 64 * 1024;

  /** The columns an error sink may declare, any subset by name. */
  public static final Schema SCHEMA =
      Schema.of(
          new Field("source", DataType.string().notNull()),
          new Field("split", DataType.string().notNull()),
          new Field("position", DataType.of(Kind.BIGINT).notNull()),
          new Field("line", DataType.of(Kind.BIGINT)),
          new Field("column_name", DataType.string()),
          new Field("reason", DataType.string().notNull()),
          new Field("raw", DataType.string().notNull()));
}
