package dev.sluice.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.operator.OperatorHarness;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.RowKind;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.NullVector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BatchBuilderTest {
  private static final DataType BIGINT = DataType.of(Kind.BIGINT);

  /** More rows than a vector has room for at first. */
  private static final int MANY = 5000;

  @Test
  void aColumnOfNullsWithoutMemoryIsCopiedAsNulls() {
    Schema schema = Schema.of(new Field("n", BIGINT), new Field("$watermark", BIGINT));
    try (RootAllocator root = new RootAllocator();
        BatchBuilder numbers = new BatchBuilder(schema.project(List.of(0)), root)) {
      for (long i = 0; i < MANY; i++) {
        numbers.add(RowKind.INSERT, i);
      }
      try (RecordBatch column = numbers.build();
          RecordBatch source =
              RecordBatch.of(
                  schema,
                  new Column[] {
                    column.retainColumn(0), new Column(new NullVector("$watermark", MANY))
                  },
                  MANY);
          BatchBuilder copies = new BatchBuilder(schema, root)) {
        for (int i = 0; i < MANY; i++) {
          copies.copy(i % 2 == 0 ? RowKind.INSERT : RowKind.DELETE, source, i);
        }
        try (RecordBatch made = copies.build()) {
          assertThat(made.rowCount()).isEqualTo(MANY);
          assertThat(made.vector(1).getNullCount()).isEqualTo(MANY);
          assertThat(made.kind(MANY - 1)).isEqualTo(RowKind.DELETE);
          assertThat(made.vector(0).getObject(MANY - 1)).isEqualTo(MANY - 1L);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      names = {
        "TINYINT",
        "SMALLINT",
        "INTEGER",
        "BIGINT",
        "DOUBLE",
        "DATE",
        "TIMESTAMP",
        "INTERVAL_DAY"
      })
  void wordsWrittenWholeAreThoseWrittenOneByOne(Kind kind) {
    DataType type = kind == Kind.TIMESTAMP ? DataType.timestamp(3) : DataType.of(kind);
    Schema schema = Schema.of(new Field("whole", type), new Field("single", type));
    long[] words = new long[MANY];
    Arrays.setAll(words, i -> kind == Kind.DOUBLE ? Cells.ofDouble(i / 7.0) : i % 100 - 50);
    try (RootAllocator root = new RootAllocator();
        BatchBuilder builder = new BatchBuilder(schema, root)) {
      Cells.setWords(builder.vector(0), type, words, MANY);
      for (int i = 0; i < MANY; i++) {
        Cells.setWord(builder.vector(1), type, i, words[i]);
      }
      builder.advance(MANY);
      try (RecordBatch batch = builder.build()) {
        List<Object> whole = new ArrayList<>();
        List<Object> single = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
          whole.add(batch.vector(0).getObject(i));
          single.add(batch.vector(1).getObject(i));
        }
        assertThat(whole).isEqualTo(single).doesNotContainNull();
        assertThat(OperatorHarness.text(batch)).hasSize(MANY);
      }
    }
  }
}
