package dev.sluice.engine.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.Schema;
import org.junit.jupiter.api.Test;

/** Which layouts are read as which. */
class LayoutChangeTest {
  private static final DataType LONG = DataType.of(Kind.BIGINT);

  private static Schema schema(String... names) {
    Field[] fields = new Field[names.length];
    for (int i = 0; i < names.length; i++) {
      fields[i] = new Field(names[i], LONG);
    }
    return Schema.of(fields);
  }

  @Test
  void anotherNameIsTheSameColumn() {
    assertThat(LayoutChange.of(schema("k", "v"), schema("k", "w"), false)).isPresent();
  }

  @Test
  void bytesInAnotherFormAreNotRead() {
    Schema before = schema("key0", "call0_rest");
    Schema now = schema("key0", "call0_rest:bitmaps");
    assertThat(LayoutChange.of(before, now, true)).isEmpty();
    assertThat(LayoutChange.of(now, before, true)).isEmpty();
    assertThat(LayoutChange.of(now, schema("key1", "call0_rest:bitmaps"), true)).isPresent();
  }
}
