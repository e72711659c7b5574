package dev.sluice.aggregate;

import dev.sluice.batch.ByteArena;
import dev.sluice.batch.Cells;
import dev.sluice.batch.Lane;
import dev.sluice.batch.Lane.Form;
import dev.sluice.type.DataType;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.complex.ListVector;

/**
 * ARRAY_AGG (NULLs kept) and LISTAGG (NULLs left out), in order of the sort keys, then of arrival;
 * NULL for no rows.
 */
final class ListAccumulator implements GroupAccumulator {
  /**
   * A sort key.
   *
   * @param lane which of the lanes that are fed
   */
  record Key(int lane, DataType type, boolean descending, boolean nullsFirst) {}

  private static final int HEAD = Integer.BYTES + Long.BYTES;

  private final DataType element;
  private final DataType type;
  private final byte[] separator;
  private final List<Key> keys;

  /**
   * Per slot a run of entries: length of the entry, arrival number, sort keys, value; the latter as
   * {@link Cells#appendNullable} has them.
   */
  private ByteArena[] entries = new ByteArena[64];

  /** LISTAGG if {@code type} is VARCHAR, else ARRAY_AGG. */
  ListAccumulator(DataType element, DataType type, byte[] separator, List<Key> keys) {
    this.element = element;
    this.type = type;
    this.separator = separator;
    this.keys = List.copyOf(keys);
  }

  /** Bytes of all entries. */
  private long held;

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
  public void update(Lane[] lanes, SlotRows rows) {
    for (int i = 0; i < rows.count(); i++) {
      ByteArena to = arena(rows.slots()[i]);
      int start = to.length();
      to.putInt(0);
      to.putLong(rows.arrival(i));
      for (int k = 0; k < keys.size(); k++) {
        put(lanes[keys.get(k).lane()], keys.get(k).type(), i, to);
      }
      put(lanes[0], element, i, to);
      int end = to.length();
      to.truncate(start);
      to.putInt(end - start);
      to.truncate(end);
      held += end - start;
    }
  }

  private static void put(Lane lane, DataType type, int row, ByteArena to) {
    if (lane.isNull(row)) {
      to.putByte(0);
      return;
    }
    to.putByte(1);
    if (Lane.form(type) == Form.WORD) {
      to.putLong(lane.words()[row]);
    } else {
      int size = lane.ends()[row] - lane.starts()[row];
      to.putInt(size);
      to.putBytes(lane.bytes(), lane.starts()[row], size);
    }
  }

  @Override
  public void merge(GroupAccumulator other, int[] target, int count) {
    ListAccumulator from = (ListAccumulator) other;
    for (int i = 0; i < count; i++) {
      if (from.entries[i] != null) {
        arena(target[i]).putBytes(from.entries[i].array(), 0, from.entries[i].length());
        held += from.entries[i].length();
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
      int[] places = sortedPlaces(list);
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
      Cells.setNullable(out.getDataVector(), element, start + i, source, value(source, places[i]));
    }
    out.endValue(position, places.length);
  }

  private void join(byte[] source, int[] places, ByteArena text) {
    for (int i = 0; i < places.length; i++) {
      if (i > 0) {
        text.putBytes(separator, 0, separator.length);
      }
      int at = value(source, places[i]) + 1;
      text.putBytes(source, at + Integer.BYTES, ByteArena.intAt(source, at));
    }
  }

  /** Where the value of the entry at {@code place} is. */
  private int value(byte[] source, int place) {
    int at = place + HEAD;
    for (int k = 0; k < keys.size(); k++) {
      at = behind(source, at, keys.get(k).type());
    }
    return at;
  }

  private static int behind(byte[] source, int at, DataType type) {
    if (source[at] == 0) {
      return at + 1;
    }
    return Cells.isWord(type)
        ? at + 1 + Long.BYTES
        : at + 1 + Integer.BYTES + ByteArena.intAt(source, at + 1);
  }

  private int[] sortedPlaces(ByteArena list) {
    byte[] source = list.array();
    int[] places = new int[16];
    int count = 0;
    boolean ascending = true;
    for (int at = 0; at < list.length(); at += ByteArena.intAt(source, at)) {
      if (count == places.length) {
        places = Arrays.copyOf(places, 2 * count);
      }
      ascending &= count == 0 || compare(source, places[count - 1], at) <= 0;
      places[count++] = at;
    }
    int[] found = Arrays.copyOf(places, count);
    return ascending
        ? found
        : Arrays.stream(found)
            .boxed()
            .sorted((a, b) -> compare(source, a, b))
            .mapToInt(Integer::intValue)
            .toArray();
  }

  private int compare(byte[] source, int first, int second) {
    int a = first + HEAD;
    int b = second + HEAD;
    for (int k = 0; k < keys.size(); k++) {
      Key key = keys.get(k);
      int order = compare(source, a, b, key);
      if (order != 0) {
        return order;
      }
      a = behind(source, a, key.type());
      b = behind(source, b, key.type());
    }
    return Long.compare(
        ByteArena.longAt(source, first + Integer.BYTES),
        ByteArena.longAt(source, second + Integer.BYTES));
  }

  private static int compare(byte[] source, int a, int b, Key key) {
    if (source[a] == 0 || source[b] == 0) {
      return source[a] == source[b] ? 0 : (source[a] == 0) == key.nullsFirst() ? -1 : 1;
    }
    int order;
    if (Cells.isWord(key.type())) {
      order = Long.compare(ByteArena.longAt(source, a + 1), ByteArena.longAt(source, b + 1));
    } else {
      int x = a + 1 + Integer.BYTES;
      int y = b + 1 + Integer.BYTES;
      order =
          Arrays.compareUnsigned(
              source,
              x,
              x + ByteArena.intAt(source, a + 1),
              source,
              y,
              y + ByteArena.intAt(source, b + 1));
    }
    return key.descending() ? -order : order;
  }

  @Override
  public long byteSize() {
    return held + 4L * entries.length;
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
      held += to - from;
    }
  }
}
