package dev.sluice.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.operator.OperatorHarness;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.RowKind;
import dev.sluice.type.Schema;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;

class BatchFrameTest {
  private static final DataType BIGINT = DataType.of(Kind.BIGINT);
  private static final Schema SCHEMA =
      Schema.of(
          new Field("n", BIGINT),
          new Field("s", DataType.string()),
          new Field("d", DataType.decimal(30, 2)),
          new Field("a", DataType.array(DataType.string())),
          new Field("m", DataType.map(DataType.string(), BIGINT)),
          new Field("r", DataType.row(List.of(new Field("x", BIGINT)))));

  private static RecordBatch batch(RootAllocator root) {
    try (BatchBuilder builder = new BatchBuilder(SCHEMA, root)) {
      return builder
          .add(
              RowKind.INSERT,
              1L,
              "one",
              new BigDecimal("1.50"),
              List.of("a", "b"),
              Map.of("k", 1L),
              List.of(7L))
          .add(RowKind.DELETE, null, null, null, null, null, null)
          .add(
              RowKind.UPDATE_AFTER,
              3L,
              "",
              new BigDecimal("-0.01"),
              List.of(),
              Map.of(),
              List.of(9L))
          .build();
    }
  }

  @Test
  void rowsSurviveTheJourney() {
    try (RootAllocator root = new RootAllocator()) {
      List<String> before;
      byte[] bytes;
      try (RecordBatch batch = batch(root)) {
        before = OperatorHarness.text(batch);
        bytes = BatchFrame.encode(new BatchFrame.Rows(batch.share()), root);
      }
      assertThat(before)
          .element(0)
          .isEqualTo("+I[1, one, 1.50, [\"a\",\"b\"], [{\"key\":\"k\",\"value\":1}], {\"x\":7}]");
      BatchFrame.Rows rows = (BatchFrame.Rows) BatchFrame.decode(bytes, SCHEMA, root);
      try (RecordBatch arrived = rows.batch()) {
        assertThat(OperatorHarness.text(arrived)).isEqualTo(before);
      }
      assertThat(root.getAllocatedMemory()).isZero();
    }
  }

  @Test
  void onlySelectedRowsTravel() {
    try (RootAllocator root = new RootAllocator()) {
      byte[] bytes =
          BatchFrame.encode(
              new BatchFrame.Rows(batch(root).select(new Selection(new int[] {1, 2}, 2))), root);
      try (RecordBatch arrived =
          ((BatchFrame.Rows) BatchFrame.decode(bytes, SCHEMA, root)).batch()) {
        assertThat(arrived.length()).isEqualTo(2);
        assertThat(OperatorHarness.text(arrived).get(1)).startsWith("+U[3, , -0.01, []");
      }
    }
  }

  @Test
  void timeAndEndSurviveTheJourney() {
    try (RootAllocator root = new RootAllocator()) {
      for (BatchFrame frame :
          List.of(new BatchFrame.Watermark(Long.MAX_VALUE), new BatchFrame.End())) {
        assertThat(BatchFrame.decode(BatchFrame.encode(frame, root), SCHEMA, root))
            .isEqualTo(frame);
      }
      assertThatThrownBy(() -> BatchFrame.decode(new byte[] {9}, SCHEMA, root))
          .hasMessageContaining("not a frame");
    }
  }
}
