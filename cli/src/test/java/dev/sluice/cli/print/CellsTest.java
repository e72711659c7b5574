package dev.sluice.cli.print;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.batch.ArrowTypes;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Kind;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.util.function.Consumer;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.DurationVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntervalYearVector;
import org.apache.arrow.vector.TimeMilliVector;
import org.apache.arrow.vector.TimeStampVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.impl.UnionListWriter;
import org.junit.jupiter.api.Test;

class CellsTest {
  private static final long MOMENT = 978_307_199_123_456L; // 2000-12-31 23:59:59.123456

  @Test
  void timestampShowsExactlyItsPrecision() {
    assertThat(text(DataType.timestamp(0), v -> ((TimeStampVector) v).setSafe(0, MOMENT)))
        .isEqualTo("2000-12-31 23:59:59");
    assertThat(text(DataType.timestamp(3), v -> ((TimeStampVector) v).setSafe(0, MOMENT)))
        .isEqualTo("2000-12-31 23:59:59.123");
    assertThat(text(DataType.timestamp(6), v -> ((TimeStampVector) v).setSafe(0, -1)))
        .isEqualTo("1969-12-31 23:59:59.999999");
  }

  @Test
  void instantShowsInTheZoneWithItsOffset() {
    DataType type = DataType.of(Kind.TIMESTAMP_LTZ, 3);
    assertThat(text(type, v -> ((TimeStampVector) v).setSafe(0, MOMENT)))
        .isEqualTo("2001-01-01 00:59:59.123+01:00");
  }

  @Test
  void dateTimeAndIntervals() {
    assertThat(text(DataType.of(Kind.DATE), v -> ((DateDayVector) v).setSafe(0, -1)))
        .isEqualTo("1969-12-31");
    assertThat(text(DataType.of(Kind.TIME, 3), v -> ((TimeMilliVector) v).setSafe(0, 3_723_004)))
        .isEqualTo("01:02:03.004");
    assertThat(
            text(DataType.of(Kind.INTERVAL_MONTH), v -> ((IntervalYearVector) v).setSafe(0, -14)))
        .isEqualTo("-1-02");
    assertThat(
            text(
                DataType.of(Kind.INTERVAL_DAY),
                v -> ((DurationVector) v).setSafe(0, 90_061_000_001L)))
        .isEqualTo("+1 01:01:01.000001");
  }

  @Test
  void numbersAndBinary() {
    assertThat(
            text(
                DataType.decimal(10, 2),
                v -> ((DecimalVector) v).setSafe(0, new BigDecimal("-0.50"))))
        .isEqualTo("-0.50");
    assertThat(text(DataType.of(Kind.DOUBLE), v -> ((Float8Vector) v).setSafe(0, 0.1)))
        .isEqualTo("0.1");
    assertThat(text(DataType.of(Kind.BOOLEAN), v -> ((BitVector) v).setSafe(0, 1)))
        .isEqualTo("true");
    assertThat(
            text(
                DataType.of(Kind.VARBINARY, 9),
                v -> ((VarBinaryVector) v).setSafe(0, "az".getBytes(StandardCharsets.UTF_8))))
        .isEqualTo("617a");
  }

  @Test
  void numbersThatJsonDoesNotKnowAreStrings() {
    assertThat(json(DataType.of(Kind.DOUBLE), v -> ((Float8Vector) v).setSafe(0, Double.NaN)))
        .isEqualTo("\"NaN\"");
    assertThat(
            json(
                DataType.of(Kind.DOUBLE),
                v -> ((Float8Vector) v).setSafe(0, Double.NEGATIVE_INFINITY)))
        .isEqualTo("\"-Infinity\"");
    assertThat(json(DataType.of(Kind.DOUBLE), v -> ((Float8Vector) v).setNull(0)))
        .isEqualTo("null");
  }

  @Test
  void arraysAreJson() {
    DataType type = DataType.array(DataType.of(Kind.BIGINT));
    assertThat(
            text(
                type,
                v -> {
                  UnionListWriter writer = ((ListVector) v).getWriter();
                  writer.setPosition(0);
                  writer.startList();
                  writer.writeBigInt(1);
                  writer.writeBigInt(2);
                  writer.endList();
                }))
        .isEqualTo("[1,2]");
  }

  private static String text(DataType type, Consumer<FieldVector> fill) {
    return cell(type, fill, false);
  }

  private static String json(DataType type, Consumer<FieldVector> fill) {
    return cell(type, fill, true);
  }

  private static String cell(DataType type, Consumer<FieldVector> fill, boolean json) {
    Cells cells = new Cells(ZoneId.of("Europe/Berlin"));
    try (BufferAllocator allocator = new RootAllocator();
        FieldVector vector = ArrowTypes.vector("c", type, allocator)) {
      vector.allocateNew();
      fill.accept(vector);
      vector.setValueCount(1);
      return json ? cells.json(type, vector, 0) : cells.text(type, vector, 0);
    }
  }
}
