package dev.sluice.aggregate;

import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.ByteArena;
import dev.sluice.batch.Cells;
import dev.sluice.batch.Lane;
import dev.sluice.batch.Lane.Form;
import dev.sluice.batch.Loops;
import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.Rows;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.AggregateCall;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;

/**
 * The accumulators of all calls of one aggregation over one table of groups. Applies FILTER and
 * leaves out NULL arguments before the accumulators see the rows. Single-threaded.
 */
public final class AccumulatorSet {
  private static final DataType WORD = DataType.of(DataType.Kind.BIGINT).notNull();
  private static final DataType REST =
      DataType.of(DataType.Kind.VARBINARY, Integer.MAX_VALUE).notNull();

  private final List<AggregateCall> calls;
  private final Schema input;
  private final GroupAccumulator[] accumulators;
  private final Form[][] forms;
  private final List<Integer>[] columns;
  private final boolean[] takesNulls;
  private final Lane[][] lanes;
  private final Use use;

  /** What is done with the groups. */
  public enum Use {
    /** Rows are added, and tables of groups are merged. */
    MERGED,
    /** Rows are added. */
    ADDED,
    /** Rows are added and taken back. */
    RETRACTED
  }

  /**
   * Accumulators for {@code calls} over columns of {@code input}.
   *
   * @throws dev.sluice.error.UserError if a call cannot be computed
   */
  public AccumulatorSet(List<AggregateCall> calls, Schema input, Use use) {
    this(calls, input, use, calls.stream().map(c -> lanesOf(c)).toArray(Lane[][]::new));
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private AccumulatorSet(List<AggregateCall> calls, Schema input, Use use, Lane[][] lanes) {
    this.calls = calls;
    this.use = use;
    this.input = input;
    this.lanes = lanes;
    accumulators = new GroupAccumulator[calls.size()];
    forms = new Form[calls.size()][];
    columns = new List[calls.size()];
    takesNulls = new boolean[calls.size()];
    for (int i = 0; i < accumulators.length; i++) {
      Accumulators.Made made = Accumulators.create(calls.get(i), input, use);
      accumulators[i] = made.accumulator();
      forms[i] = made.forms();
      columns[i] = Accumulators.columns(calls.get(i));
      takesNulls[i] = made.takesNulls();
    }
    for (int i = 0; i < accumulators.length; i++) {
      if (use == Use.RETRACTED && !accumulators[i].retractable()) {
        throw UserError.of(
                ErrorCode.UNSUPPORTED,
                "'" + calls.get(i).function() + "' cannot take back rows of an updating input")
            .withHint("aggregate before the step that makes the input updating");
      }
    }
  }

  private static Lane[] lanesOf(AggregateCall call) {
    Lane[] made = new Lane[Accumulators.columns(call).size()];
    for (int i = 0; i < made.length; i++) {
      made[i] = new Lane();
    }
    return made;
  }

  /** An empty set of the same calls, which shares scratch memory with this one. */
  public AccumulatorSet fresh() {
    return new AccumulatorSet(calls, input, use, lanes);
  }

  public int size() {
    return accumulators.length;
  }

  /** Bytes on the heap, about. */
  public long byteSize() {
    long sum = 0;
    for (GroupAccumulator accumulator : accumulators) {
      sum += accumulator.byteSize();
    }
    return sum;
  }

  public GroupAccumulator get(int call) {
    return accumulators[call];
  }

  /** Makes room for slots 0 to {@code slots} - 1. */
  public void ensure(int slots) {
    for (GroupAccumulator accumulator : accumulators) {
      accumulator.ensure(slots);
    }
  }

  /** Adds rows, or takes them back. */
  public void update(RecordBatch batch, SlotRows rows, boolean retract) {
    int filterColumn = -1;
    SlotRows filtered = rows;
    for (int i = 0; i < accumulators.length; i++) {
      AggregateCall call = calls.get(i);
      SlotRows mine = rows;
      if (call.filter().isPresent()) {
        if (call.filter().getAsInt() != filterColumn) {
          filterColumn = call.filter().getAsInt();
          filtered = where(batch.vector(filterColumn), input.type(filterColumn), rows, true);
        }
        mine = filtered;
      }
      if (!takesNulls[i]) {
        for (int argument : call.arguments()) {
          mine = where(batch.vector(argument), input.type(argument), mine, false);
        }
      }
      for (int a = 0; a < forms[i].length; a++) {
        int column = columns[i].get(a);
        lanes[i][a].load(batch.vector(column), input.type(column), forms[i][a], mine.rows());
      }
      if (mine.count() > 0) {
        feed(accumulators[i], lanes[i], mine, retract);
      }
    }
  }

  private static void feed(
      GroupAccumulator accumulator, Lane[] arguments, SlotRows rows, boolean retract) {
    if (retract) {
      accumulator.retract(arguments, rows);
    } else {
      accumulator.update(arguments, rows);
    }
  }

  /** The rows where the column is not null and, if {@code mustBeTrue}, true. */
  private static SlotRows where(
      FieldVector vector, DataType type, SlotRows rows, boolean mustBeTrue) {
    boolean allNull = type.kind() == DataType.Kind.NULL;
    if (!mustBeTrue && !allNull && vector.getNullCount() == 0) {
      return rows;
    }
    int n = allNull ? 0 : rows.count();
    int[] positions = new int[n];
    int[] slots = new int[n];
    int kept;
    if (vector instanceof BitVector bits) {
      long valid =
          vector.getNullCount() == 0
              ? bits.getDataBufferAddress()
              : bits.getValidityBufferAddress();
      long wanted = mustBeTrue ? bits.getDataBufferAddress() : valid;
      kept =
          rows.rows().isDense()
              ? Loops.whereSet(wanted, valid, n, rows.slots(), positions, slots)
              : Loops.whereSet(
                  wanted, valid, rows.rows().positions(), n, rows.slots(), positions, slots);
    } else {
      kept = whereNotNull(vector, rows, n, positions, slots);
    }
    return new SlotRows(Rows.at(positions, kept), slots, rows.sequence());
  }

  private static int whereNotNull(
      FieldVector vector, SlotRows rows, int count, int[] positions, int[] slots) {
    int kept = 0;
    for (int i = 0; i < count; i++) {
      int p = rows.rows().position(i);
      if (!vector.isNull(p)) {
        positions[kept] = p;
        slots[kept++] = rows.slots()[i];
      }
    }
    return kept;
  }

  /** Adds the first {@code count} groups of {@code other}: its slot i to {@code target[i]} here. */
  public void merge(AccumulatorSet other, int[] target, int count) {
    for (int i = 0; i < accumulators.length; i++) {
      accumulators[i].merge(other.accumulators[i], target, count);
    }
  }

  /**
   * The columns of a saved group's state. The name of the last of each call says in which form its
   * bytes are, if that is not the first there was: a checkpoint in another must not be read as it.
   */
  List<Field> stateFields() {
    List<Field> fields = new ArrayList<>();
    for (int c = 0; c < accumulators.length; c++) {
      for (int w = 0; w < accumulators[c].stateWords(); w++) {
        fields.add(new Field("call" + c + "_" + w, WORD));
      }
      String form = accumulators[c].stateForm();
      fields.add(new Field("call" + c + "_rest" + (form.isEmpty() ? "" : ":" + form), REST));
    }
    return fields;
  }

  /**
   * Writes the state of {@code count} slots, from index {@code from} of {@code slots}, as the next
   * rows of the columns from {@code first} on.
   */
  public void save(int[] slots, int from, int count, BatchBuilder out, int first) {
    int column = first;
    int at = out.rows();
    ByteArena rest = new ByteArena();
    for (GroupAccumulator accumulator : accumulators) {
      for (int w = 0; w < accumulator.stateWords(); w++, column++) {
        for (int i = 0; i < count; i++) {
          Cells.setWord(
              out.vector(column), WORD, at + i, accumulator.stateWord(slots[from + i], w));
        }
      }
      FieldVector bytes = out.vector(column++);
      for (int i = 0; i < count; i++) {
        rest.truncate(0);
        accumulator.stateBytes(slots[from + i], rest);
        Cells.setBytes(bytes, REST, at + i, rest.array(), 0, rest.length());
      }
    }
  }

  /**
   * Sets empty slots, one for each row, to what {@link #save} wrote; where nothing is known of a
   * call, its slot stays empty.
   */
  public void restore(RecordBatch saved, int first, Rows rows, int[] slots) {
    int column = first;
    Lane lane = new Lane();
    for (GroupAccumulator accumulator : accumulators) {
      int count = accumulator.stateWords();
      long[] words = new long[count];
      lane.load(saved.vector(column + count), REST, Form.BYTES, rows);
      for (int i = 0; i < rows.count(); i++) {
        if (lane.isNull(i)) {
          continue;
        }
        for (int w = 0; w < count; w++) {
          words[w] = Cells.word(saved.vector(column + w), WORD, rows.position(i));
        }
        accumulator.restore(slots[i], words, lane.bytes(), lane.starts()[i], lane.ends()[i]);
      }
      column += count + 1;
    }
  }

  /** Sets an empty slot to the state of a slot of another set of the same calls. */
  public void copy(AccumulatorSet other, int from, int slot) {
    ByteArena rest = new ByteArena();
    for (int c = 0; c < accumulators.length; c++) {
      GroupAccumulator source = other.accumulators[c];
      long[] words = new long[source.stateWords()];
      for (int w = 0; w < words.length; w++) {
        words[w] = source.stateWord(from, w);
      }
      rest.truncate(0);
      source.stateBytes(from, rest);
      accumulators[c].restore(slot, words, rest.array(), 0, rest.length());
    }
  }

  /** Adds what slot {@code from} has to slot {@code into}. */
  public void mergeSlot(int from, int into) {
    AccumulatorSet one = fresh();
    one.ensure(1);
    one.copy(this, from, 0);
    merge(one, new int[] {into}, 1);
  }
}
