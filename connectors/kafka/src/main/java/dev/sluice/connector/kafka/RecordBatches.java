package dev.sluice.connector.kafka;

import dev.sluice.batch.Column;
import dev.sluice.batch.RecordBatch;
import dev.sluice.connector.MalformedRecord;
import dev.sluice.connector.ReaderContext;
import dev.sluice.connector.RowDecoder;
import dev.sluice.format.ColumnBuilder;
import dev.sluice.plan.ChangelogMode;
import dev.sluice.type.Schema;
import java.nio.ByteBuffer;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.vector.FieldVector;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Makes batches of records: keys and values go to their decoders, metadata into columns. Owns the
 * columns until {@link #finish}. Single-threaded.
 */
final class RecordBatches implements AutoCloseable {
  private static final byte[] NO_BYTES = {};

  private final KafkaTable.Wanted wanted;
  private final Optional<RowDecoder> keys;
  private final Optional<RowDecoder> values;
  private final Optional<Tombstones> tombstones;
  private final boolean changes;
  private final List<ColumnBuilder> metadata = new ArrayList<>();
  private final ZoneId zone;
  private int rows;

  /** Rows whose value was decoded. */
  private int valued;

  RecordBatches(KafkaTable table, Schema columns, ZoneId zone, ReaderContext context) {
    this.wanted = table.wanted(columns);
    this.zone = zone;
    this.changes = table.valueFormat().changelog() != ChangelogMode.INSERT_ONLY;
    this.keys =
        wanted.fromKey().size() == 0
            ? Optional.empty()
            : Optional.of(
                table
                    .keyFormat()
                    .decoder(table.key(), wanted.fromKey(), table.options(), context.allocator()));
    // Records are read even if no column is wanted (COUNT(*)): what is malformed must be known.
    this.values =
        table.value().size() == 0
            ? Optional.empty()
            : Optional.of(
                table
                    .valueFormat()
                    .decoder(
                        table.value(), wanted.fromValue(), table.options(), context.allocator()));
    this.tombstones =
        changes || table.table().primaryKey().isEmpty()
            ? Optional.empty()
            : Optional.of(new Tombstones(table, columns, context));
    wanted
        .metadata()
        .fields()
        .forEach(f -> metadata.add(new ColumnBuilder(f.name(), f.type(), context.allocator())));
  }

  /** Rows since the last {@link #finish}. */
  int rows() {
    return rows;
  }

  /**
   * Appends one record.
   *
   * @throws MalformedRecord if it cannot; then the batch is as before, but {@link #mustFinish} may
   *     hold
   */
  void append(ConsumerRecord<ByteBuffer, ByteBuffer> record) throws MalformedRecord {
    if (record.value() == null && (changes || tombstones.isPresent())) {
      if (tombstones.isPresent()) {
        tombstones.get().append(record, rows);
        addRows(record, 1);
      }
      return;
    }
    if (values.isPresent() && record.value() == null) {
      throw new MalformedRecord("", -1, "the record has no value (a tombstone)");
    }
    if (keys.isPresent()) {
      if (record.key() == null) {
        throw new MalformedRecord("", -1, "the record has no key");
      }
      decode(keys.get(), record.key());
    }
    int made = 1;
    if (values.isPresent()) {
      int before = values.get().rows();
      decode(values.get(), record.value());
      made = values.get().rows() - before;
    }
    valued += made;
    addRows(record, made);
  }

  private void addRows(ConsumerRecord<ByteBuffer, ByteBuffer> record, int count) {
    for (int n = 0; n < count; n++) {
      for (int i = 0; i < metadata.size(); i++) {
        Metadata.append(wanted.metadataKeys().get(i), record, metadata.get(i), zone);
      }
      rows++;
    }
  }

  /**
   * Whether a key was decoded whose value was refused: the batch must be finished before the next
   * record, which drops that key.
   */
  boolean mustFinish() {
    return keys.isPresent() && keys.get().rows() > valued;
  }

  static void decode(RowDecoder decoder, ByteBuffer bytes) throws MalformedRecord {
    if (bytes.hasArray()) {
      int from = bytes.arrayOffset() + bytes.position();
      decoder.decode(bytes.array(), from, from + bytes.remaining());
    } else {
      byte[] copy = bytes.remaining() == 0 ? NO_BYTES : new byte[bytes.remaining()];
      bytes.duplicate().get(copy);
      decoder.decode(copy, 0, copy.length);
    }
  }

  /** The rows since the last call; the caller owns the batch. */
  RecordBatch finish() {
    int count = rows;
    int values = valued;
    rows = 0;
    valued = 0;
    if (tombstones.isPresent() && count > values) {
      List<FieldVector> meta = metadata.stream().map(ColumnBuilder::finish).toList();
      try (RecordBatch key = keys.map(RowDecoder::finish).orElseGet(RecordBatches::none);
          RecordBatch value = this.values.map(RowDecoder::finish).orElseGet(RecordBatches::none)) {
        return tombstones.get().merge(wanted, key, value, meta, count);
      } finally {
        meta.forEach(FieldVector::close);
      }
    }
    List<Column> made = new ArrayList<>();
    try (RecordBatch key = keys.map(RowDecoder::finish).orElseGet(RecordBatches::none);
        RecordBatch value = this.values.map(RowDecoder::finish).orElseGet(RecordBatches::none)) {
      Column[] columns = new Column[wanted.origins().size()];
      for (int i = 0; i < columns.length; i++) {
        KafkaTable.Origin origin = wanted.origins().get(i);
        if (origin instanceof KafkaTable.Origin.Value in) {
          columns[i] = value.retainColumn(in.index());
        } else if (origin instanceof KafkaTable.Origin.Key in) {
          key.vector(in.index()).setValueCount(count);
          columns[i] = key.retainColumn(in.index());
        } else {
          int at = ((KafkaTable.Origin.Meta) origin).index();
          columns[i] = new Column(metadata.get(at).finish());
        }
        made.add(columns[i]);
      }
      return RecordBatch.of(wanted.wanted(), columns, count, Optional.empty(), value.kinds());
    } catch (RuntimeException e) {
      made.forEach(Column::release);
      throw e;
    }
  }

  private static RecordBatch none() {
    return RecordBatch.of(new Schema(List.of()), new Column[0], 0);
  }

  @Override
  public void close() {
    keys.ifPresent(RowDecoder::close);
    values.ifPresent(RowDecoder::close);
    tombstones.ifPresent(Tombstones::close);
    metadata.forEach(ColumnBuilder::close);
  }
}
