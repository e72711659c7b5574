package dev.sluice.aggregate;

import dev.sluice.batch.ByteArena;
import dev.sluice.batch.Cells;
import dev.sluice.batch.Lane;
import dev.sluice.batch.Lane.Form;
import dev.sluice.type.DataType;
import java.util.Arrays;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.complex.ListVector;

/** ARRAY_AGG (NULLs kept) and LISTAGG (NULLs left out), in order of arrival; NULL for no rows. */
final class ListAccumulator implements GroupAccumulator {
  private final DataType element;
  private final DataType type;
  private final byte[] separator;

  /** Per slot a run of entries: arrival number, null flag, then a word, or length and bytes. */
  private ByteArena[] entries = new ByteArena[64];

  /** LISTAGG if {@code type} is VARCHAR, else ARRAY_AGG. */
  ListAccumulator(DataType element, DataType type, byte[] separator) {
    this.element = element;
    this.type = type;
    this.separator = separator;
  }

  @Override
  public void ensure(int slots) {
    if (entries.length < slots) {
      entries = Arrays.copyOf(entries, Math.max(slots, 2 * entries.length));
    }
  }

  private ByteArena arena(int slot) {
    if (entries[slot] == null) {
      entries[slot] = new ByteArena(32);
    }
    return entries[slot];
  }

  @Override
  public void update(Lane[] arguments, SlotRows rows) {
    Lane lane = arguments[0];
    boolean words = Lane.form(element) == Form.WORD;
    for (int i = 0; i < rows.count(); i++) {
      ByteArena to = arena(rows.slots()[i]);
      to.putLong(rows.arrival(i));
      if (lane.isNull(i)) {
        to.putByte(0);
      } else if (words) {
        to.putByte(1);
        to.putLong(lane.words()[i]);
      } else {
        int size = lane.ends()[i] - lane.starts()[i];
        to.putByte(1);
        to.putInt(size);
        to.putBytes(lane.bytes(), lane.starts()[i], size);
      }
    }
  }

  @Override
  public void merge(GroupAccumulator other, int[] target, int count) {
    ListAccumulator from = (ListAccumulator) other;
    for (int i = 0; i < count; i++) {
      if (from.entries[i] != null) {
        arena(target[i]).putBytes(from.entries[i].array(), 0, from.entries[i].length());
      }
    }
  }

  @Override
  public void result(int[] slots, int from, int count, FieldVector out) {
    ByteArena text = new ByteArena();
    for (int i = 0; i < count; i++) {
      ByteArena list = entries[slots[from + i]];
      if (list == null) {
        out.setNull(i);
        continue;
      }
      int[] places = placesByArrival(list);
      if (type.kind() == DataType.Kind.ARRAY) {
        writeArray(list.array(), places, (ListVector) out, i);
      } else {
        text.truncate(0);
        join(list.array(), places, text);
        Cells.setBytes(out, type, i, text.array(), 0, text.length());
      }
    }
  }

  private void writeArray(byte[] source, int[] places, ListVector out, int position) {
    int start = out.startNewValue(position);
    for (int i = 0; i < places.length; i++) {
      Cells.setNullable(out.getDataVector(), element, start + i, source, places[i] + Long.BYTES);
    }
    out.endValue(position, places.length);
  }

  private void join(byte[] source, int[] places, ByteArena text) {
    for (int i = 0; i < places.length; i++) {
      if (i > 0) {
        text.putBytes(separator, 0, separator.length);
      }
      int at = places[i] + Long.BYTES + 1;
      text.putBytes(source, at + Integer.BYTES, ByteArena.intAt(source, at));
    }
  }

  private int[] placesByArrival(ByteArena list) {
    byte[] source = list.array();
    int[] places = new int[16];
    int count = 0;
    boolean ascending = true;
    long previous = Long.MIN_VALUE;
    for (int at = 0; at < list.length(); ) {
      if (count == places.length) {
        places = Arrays.copyOf(places, 2 * count);
      }
      places[count++] = at;
      long arrival = ByteArena.longAt(source, at);
      ascending &= arrival >= previous;
      previous = arrival;
      at += Long.BYTES;
      if (source[at] == 0) {
        at++;
      } else if (Cells.isWord(element)) {
        at += 1 + Long.BYTES;
      } else {
        at += 1 + Integer.BYTES + ByteArena.intAt(source, at + 1);
      }
    }
    int[] found = Arrays.copyOf(places, count);
    return ascending
        ? found
        : Arrays.stream(found)
            .boxed()
            .sorted(java.util.Comparator.comparingLong(at -> ByteArena.longAt(source, at)))
            .mapToInt(Integer::intValue)
            .toArray();
  }

  @Override
  public int stateWords() {
    return 0;
  }

  @Override
  public long stateWord(int slot, int index) {
    throw new IllegalArgumentException("lists have no words of state");
  }

  @Override
  public void stateBytes(int slot, ByteArena out) {
    if (entries[slot] != null) {
      out.putBytes(entries[slot].array(), 0, entries[slot].length());
    }
  }

  @Override
  public void restore(int slot, long[] words, byte[] bytes, int from, int to) {
    if (to > from) {
      arena(slot).putBytes(bytes, from, to - from);
    }
  }
}
