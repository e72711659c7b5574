package dev.sluice.operator;

import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.ByteArena;
import dev.sluice.batch.Cells;
import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.Rows;
import dev.sluice.plan.DropUpdateBeforeNode;
import dev.sluice.state.KeyColumns;
import dev.sluice.state.KeyGroups;
import dev.sluice.state.KeyTable;
import dev.sluice.state.StateReader;
import dev.sluice.state.StateWriter;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.RowKind;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Folds a changelog to the last state of each key within a tick. Rows that come and go within it
 * cancel whatever their order, as they may come from several tasks: what is left of a key is the
 * row that came (an upsert) or, if none did, the one that went (a deletion).
 */
final class DropUpdateBefore implements Operator {
  /** A row that arrived in this tick. */
  private record Place(RecordBatch batch, int position, RowKind kind) {}

  private static final String HELD = "held";

  private final Schema schema;
  private final Schema layout;
  private final List<Integer> keys;
  private final List<RecordBatch> held = new ArrayList<>();
  private boolean updating;
  private Optional<OperatorContext> context = Optional.empty();

  DropUpdateBefore(DropUpdateBeforeNode node) {
    schema = node.schema();
    layout = schema.append(new Field("$kind", DataType.of(Kind.BIGINT).notNull()));
    keys = node.keys();
  }

  @Override
  public void open(OperatorContext host) {
    context = Optional.of(host);
  }

  @Override
  public void process(int input, RecordBatch batch, Output output) {
    held.add(batch);
    updating |= batch.kinds().isPresent();
  }

  @Override
  public void endOfTick(Output output) {
    if (!updating) {
      List<RecordBatch> inserts = List.copyOf(held);
      held.clear();
      inserts.forEach(output::emit);
      return;
    }
    int most = Math.max(1, context.orElseThrow().batchRows());
    BatchBuilder out = new BatchBuilder(schema, context.orElseThrow().allocator());
    try {
      for (List<Place> places : byKey()) {
        Optional<Place> last = net(places);
        if (last.isPresent()) {
          out.copy(last.get().kind(), last.get().batch(), last.get().position());
        }
        if (out.rows() == most) {
          output.emit(out.build());
          out = new BatchBuilder(schema, context.orElseThrow().allocator());
        }
      }
      if (out.rows() > 0) {
        output.emit(out.build());
      }
    } finally {
      out.close();
      close();
    }
    updating = false;
  }

  /** The rows of each key, in order of its first one. */
  private List<List<Place>> byKey() {
    KeyColumns columns = new KeyColumns(schema, keys);
    KeyTable table = new KeyTable(columns);
    List<List<Place>> places = new ArrayList<>();
    for (RecordBatch batch : held) {
      Rows rows = Rows.of(batch);
      int[] slots = new int[rows.count()];
      columns.load(batch, rows);
      table.slots(columns, slots);
      for (int i = 0; i < slots.length; i++) {
        if (slots[i] == places.size()) {
          places.add(new ArrayList<>(2));
        }
        int position = rows.position(i);
        places.get(slots[i]).add(new Place(batch, position, batch.kind(position)));
      }
    }
    return places;
  }

  /** What the rows of one key come to. */
  private Optional<Place> net(List<Place> places) {
    List<Place> left = new ArrayList<>(places.size());
    boolean came = false;
    boolean went = false;
    for (Place place : places) {
      came |= place.kind().adds();
      went |= !place.kind().adds();
    }
    if (came && went) {
      places.forEach(place -> cancel(left, place));
    } else {
      left.addAll(places);
    }
    boolean replaces = went;
    return left.stream()
        .filter(place -> place.kind().adds())
        .reduce((a, b) -> b)
        .map(p -> replaces ? new Place(p.batch(), p.position(), RowKind.UPDATE_AFTER) : p)
        .or(
            () ->
                left.stream()
                    .findFirst()
                    .map(p -> new Place(p.batch(), p.position(), RowKind.DELETE)));
  }

  private void cancel(List<Place> left, Place place) {
    for (int i = 0; i < left.size(); i++) {
      Place other = left.get(i);
      if (other.kind().adds() != place.kind().adds() && same(other, place)) {
        left.remove(i);
        return;
      }
    }
    left.add(place);
  }

  private boolean same(Place a, Place b) {
    ByteArena left = new ByteArena();
    ByteArena right = new ByteArena();
    for (int c = 0; c < schema.size(); c++) {
      Cells.appendNullable(a.batch().vector(c), schema.type(c), a.position(), left);
      Cells.appendNullable(b.batch().vector(c), schema.type(c), b.position(), right);
    }
    return Arrays.equals(left.array(), 0, left.length(), right.array(), 0, right.length());
  }

  /** An operator before this one may have given rows with the watermark, after the tick's end. */
  @Override
  public long onWatermark(long watermark, Output output) {
    endOfTick(output);
    return watermark;
  }

  @Override
  public void snapshot(StateWriter state) {
    if (held.isEmpty()) {
      return;
    }
    StateWriter.Part part = state.part(HELD, 1, layout);
    KeyColumns columns = new KeyColumns(schema, keys);
    for (RecordBatch batch : held) {
      Rows rows = Rows.of(batch);
      columns.load(batch, rows);
      for (int i = 0; i < rows.count(); i++) {
        try (BatchBuilder builder = new BatchBuilder(layout, context.orElseThrow().allocator())) {
          for (int c = 0; c < schema.size(); c++) {
            builder.vector(c).copyFromSafe(rows.position(i), 0, batch.vector(c));
          }
          long kind = batch.kind(rows.position(i)).code();
          Cells.setWord(builder.vector(schema.size()), layout.type(schema.size()), 0, kind);
          builder.advance(1);
          part.write(KeyGroups.of(columns.hashes()[i]), builder.build());
        }
      }
    }
  }

  @Override
  public void restore(StateReader state) {
    if (state.version(HELD).isPresent()) {
      state.read(HELD, (batch, group) -> restore(batch));
    }
  }

  private void restore(RecordBatch saved) {
    byte[] kinds = new byte[saved.length()];
    for (int i = 0; i < saved.rowCount(); i++) {
      int position = saved.position(i);
      kinds[position] =
          (byte) Cells.word(saved.vector(schema.size()), layout.type(schema.size()), position);
    }
    int[] columns = IntStream.range(0, schema.size()).toArray();
    held.add(saved.project(schema, columns).withKinds(Optional.of(kinds)));
    updating = true;
  }

  @Override
  public void finish(int input, Output output) {
    endOfTick(output);
  }

  @Override
  public void close() {
    held.forEach(RecordBatch::close);
    held.clear();
  }
}
