package dev.sluice.connector.kafka;

import dev.sluice.batch.RecordBatch;
import dev.sluice.connector.RowEncoder;
import dev.sluice.plan.TableRef;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.Schema;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.TimeStampVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.complex.MapVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;

/** Turns the rows of a sink into records. Single-threaded. */
final class RecordEncoder {
  private final KafkaTable layout;
  private final Optional<RowEncoder> keys;
  private final RowEncoder values;
  private final ZoneId zone;
  private final OptionalInt timestamps;
  private final OptionalInt headers;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);

  RecordEncoder(KafkaTable layout, ZoneId zone) {
    this.layout = layout;
    this.zone = zone;
    this.keys =
        layout.key().size() == 0
            ? Optional.empty()
            : Optional.of(layout.keyFormat().encoder(layout.key(), layout.options()));
    this.values = layout.valueFormat().encoder(layout.value(), layout.options());
    this.timestamps = column(layout.table(), Metadata.TIMESTAMP);
    this.headers = column(layout.table(), Metadata.HEADERS);
  }

  private static OptionalInt column(TableRef table, String metadata) {
    return table.metadata().entrySet().stream()
        .filter(e -> e.getValue().equals(metadata))
        .map(Map.Entry::getKey)
        .findFirst()
        .map(table.schema()::indexOf)
        .orElse(OptionalInt.empty());
  }

  /** The rows of one batch as records; owns its own hold on the columns. */
  final class Rows implements AutoCloseable {
    private final RecordBatch batch;
    private final RecordBatch key;
    private final RecordBatch value;

    private Rows(RecordBatch batch) {
      this.batch = batch;
      this.key = columns(batch, layout.key());
      this.value = columns(batch, layout.value());
    }

    /**
     * The record of the row at {@code position}.
     *
     * @param delete whether the row is gone: the value is left out, which is a tombstone
     * @param partition null leaves it to Kafka's partitioner
     */
    ProducerRecord<byte[], byte[]> record(
        int position, boolean delete, String topic, Integer partition) {
      byte[] keyBytes = keys.isPresent() ? encode(keys.get(), key, position) : null;
      byte[] valueBytes = delete ? null : encode(values, value, position);
      ProducerRecord<byte[], byte[]> record =
          new ProducerRecord<>(topic, partition, timestamp(position), keyBytes, valueBytes);
      headers.ifPresent(column -> addHeaders(batch.vector(column), position, record.headers()));
      return record;
    }

    private Long timestamp(int position) {
      if (timestamps.isEmpty() || batch.vector(timestamps.getAsInt()).isNull(position)) {
        return null;
      }
      int column = timestamps.getAsInt();
      return millis(batch.schema().type(column), batch.vector(column), position);
    }

    @Override
    public void close() {
      key.close();
      value.close();
    }
  }

  /** The rows of {@code batch}, which the caller keeps open and closes. */
  Rows rows(RecordBatch batch) {
    return new Rows(batch);
  }

  private static RecordBatch columns(RecordBatch batch, Schema schema) {
    List<String> names = schema.names();
    int[] indices = names.stream().mapToInt(n -> batch.schema().indexOf(n).orElseThrow()).toArray();
    return batch.share().project(schema, indices);
  }

  private byte[] encode(RowEncoder encoder, RecordBatch columns, int position) {
    bytes.reset();
    encoder.encode(columns, position, bytes);
    return bytes.toByteArray();
  }

  private long millis(DataType type, FieldVector vector, int position) {
    if (type.kind() == Kind.BIGINT) {
      return ((BigIntVector) vector).get(position);
    }
    long micros = ((TimeStampVector) vector).get(position);
    if (type.kind() == Kind.TIMESTAMP_LTZ) {
      return Math.floorDiv(micros, 1000);
    }
    LocalDateTime local =
        LocalDateTime.ofInstant(Instant.ofEpochMilli(Math.floorDiv(micros, 1000)), ZoneOffset.UTC);
    return local.atZone(zone).toInstant().toEpochMilli();
  }

  private static void addHeaders(FieldVector vector, int position, Headers out) {
    if (vector.isNull(position)) {
      return;
    }
    MapVector map = (MapVector) vector;
    StructVector entries = (StructVector) map.getDataVector();
    VarCharVector names = (VarCharVector) entries.getChildByOrdinal(0);
    VarBinaryVector values = (VarBinaryVector) entries.getChildByOrdinal(1);
    for (int i = map.getElementStartIndex(position); i < map.getElementEndIndex(position); i++) {
      out.add(names.getObject(i).toString(), values.isNull(i) ? null : values.get(i));
    }
  }
}
