package dev.sluice.engine.checkpoint;

import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.Cells;
import dev.sluice.batch.RecordBatch;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.RowKind;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.arrow.memory.BufferAllocator;

/**
 * How rows that were saved in one layout are read as another: columns in another order, integers
 * that have become wider, and columns that are new, which are NULL in rows saved before. A value.
 *
 * @param from by column the one it was, or -1
 */
public record LayoutChange(Schema saved, Schema wanted, List<Integer> from) {
  private static final int NEW = -1;

  /**
   * The change from one layout to another; empty if there is none that loses nothing.
   *
   * @param mayGrow whether there may be new columns: not where rows saved before are taken back by
   *     what they were, for it has more columns now
   */
  public static Optional<LayoutChange> of(Schema saved, Schema wanted, boolean mayGrow) {
    return byName(saved, wanted, mayGrow).or(() -> byPlace(saved, wanted));
  }

  private static Optional<LayoutChange> byName(Schema saved, Schema wanted, boolean mayGrow) {
    if (new HashSet<>(saved.names()).size() < saved.size()
        || new HashSet<>(wanted.names()).size() < wanted.size()
        || !wanted.names().containsAll(saved.names())
        || !mayGrow && wanted.size() > saved.size()) {
      return Optional.empty();
    }
    List<Integer> from = new ArrayList<>();
    for (Field field : wanted.fields()) {
      OptionalInt before = saved.indexOf(field.name());
      boolean fits =
          before.isPresent()
              ? reads(saved.type(before.getAsInt()), field.type())
              : field.type().nullable();
      if (!fits) {
        return Optional.empty();
      }
      from.add(before.orElse(NEW));
    }
    return Optional.of(new LayoutChange(saved, wanted, from));
  }

  private static Optional<LayoutChange> byPlace(Schema saved, Schema wanted) {
    if (saved.size() != wanted.size()) {
      return Optional.empty();
    }
    List<Integer> from = new ArrayList<>();
    for (int i = 0; i < wanted.size(); i++) {
      boolean sameForm = form(saved.field(i)).equals(form(wanted.field(i)));
      if (!sameForm || !reads(saved.type(i), wanted.type(i))) {
        return Optional.empty();
      }
      from.add(i);
    }
    return Optional.of(new LayoutChange(saved, wanted, from));
  }

  /** In which form the bytes of a column are, as its name says; of most nothing. */
  private static String form(Field field) {
    int colon = field.name().lastIndexOf(':');
    return colon < 0 ? "" : field.name().substring(colon);
  }

  private static boolean reads(DataType saved, DataType wanted) {
    return saved.sameApartFromNullability(wanted)
        || saved.kind().isInteger()
            && wanted.kind().isInteger()
            && width(saved.kind()) < width(wanted.kind());
  }

  private static int width(Kind kind) {
    return switch (kind) {
      case TINYINT -> 1;
      case SMALLINT -> 2;
      case INTEGER -> 4;
      default -> 8;
    };
  }

  /** Whether rows can be read as they are: names and NOT NULL do not matter. */
  public boolean isNone() {
    for (int i = 0; i < from.size(); i++) {
      if (from.get(i) != i || !saved.type(i).sameApartFromNullability(wanted.type(i))) {
        return false;
      }
    }
    return from.size() == saved.size();
  }

  /** What changes, for people; empty if that is only the order. */
  public List<String> told() {
    List<String> told = new ArrayList<>();
    for (int i = 0; i < from.size(); i++) {
      Field field = wanted.field(i);
      if (from.get(i) == NEW) {
        told.add("'" + field.name() + "' is NULL in rows from before");
      } else if (!saved.type(from.get(i)).sameApartFromNullability(field.type())) {
        told.add(
            "'"
                + field.name()
                + "' was "
                + saved.type(from.get(i)).withNullable(true).sql()
                + ", is "
                + field.type().withNullable(true).sql());
      } else if (isRenamed(saved.field(from.get(i)).name(), field.name())) {
        told.add("'" + field.name() + "' was '" + saved.field(from.get(i)).name() + "'");
      }
    }
    return told;
  }

  /** Names that the planner has made up say nothing. */
  private static boolean isRenamed(String before, String now) {
    return !before.equals(now) && before.indexOf('$') < 0 && now.indexOf('$') < 0;
  }

  /** The rows in the wanted layout; takes ownership. */
  RecordBatch apply(RecordBatch rows, BufferAllocator allocator) {
    try (rows;
        BatchBuilder builder = new BatchBuilder(wanted, allocator)) {
      for (int i = 0; i < rows.rowCount(); i++) {
        int position = rows.position(i);
        for (int c = 0; c < wanted.size(); c++) {
          copy(rows, position, c, builder);
        }
        builder.mark(RowKind.INSERT);
      }
      return builder.build();
    }
  }

  private void copy(RecordBatch rows, int position, int column, BatchBuilder to) {
    int before = from.get(column);
    if (before == NEW || rows.vector(before).isNull(position)) {
      to.setNull(column);
    } else if (saved.type(before).sameApartFromNullability(wanted.type(column))) {
      to.vector(column).copyFromSafe(position, to.rows(), rows.vector(before));
    } else {
      long word = Cells.word(rows.vector(before), saved.type(before), position);
      Cells.setWord(to.vector(column), wanted.type(column), to.rows(), word);
    }
  }
}
