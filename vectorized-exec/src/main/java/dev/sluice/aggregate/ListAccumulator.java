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

  /** Arrival number of an entry that was taken back before it came: it cancels the next alike. */
  private static final long OWED = Long.MIN_VALUE;

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

  /** Entries of all groups that were taken back before they came. */
  private long owed;

  private final ByteArena entry = new ByteArena();

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
      if (owed > 0) {
        encode(lanes, i, rows.arrival(i), entry, 0);
        if (cut(to, true)) {
          owed--;
          continue;
        }
      }
      append(lanes, i, rows.arrival(i), to);
    }
  }

  @Override
  public void retract(Lane[] lanes, SlotRows rows) {
    for (int i = 0; i < rows.count(); i++) {
      ByteArena from = arena(rows.slots()[i]);
      encode(lanes, i, OWED, entry, 0);
      if (!cut(from, false)) {
        append(lanes, i, OWED, from);
        owed++;
      }
    }
  }

  @Override
  public boolean retractable() {
    return true;
  }

  private void append(Lane[] lanes, int row, long arrival, ByteArena to) {
    int start = to.length();
    encode(lanes, row, arrival, to, start);
    held += to.length() - start;
  }

  private void encode(Lane[] lanes, int row, long arrival, ByteArena to, int start) {
    to.truncate(start);
    to.putInt(0);
    to.putLong(arrival);
    for (int k = 0; k < keys.size(); k++) {
      put(lanes[keys.get(k).lane()], keys.get(k).type(), row, to);
    }
    put(lanes[0], element, row, to);
    int end = to.length();
    to.truncate(start);
    to.putInt(end - start);
    to.truncate(end);
  }

  /**
   * Removes the first entry like {@link #entry} of those owed, or of the others; whether there was
   * one.
   */
  private boolean cut(ByteArena list, boolean ofOwed) {
    byte[] bytes = list.array();
    int size = entry.length();
    int length = list.length();
    for (int at = 0; at < length; at += ByteArena.intAt(bytes, at)) {
      boolean found =
          ByteArena.intAt(bytes, at) == size
              && (ByteArena.longAt(bytes, at + Integer.BYTES) == OWED) == ofOwed
              && Arrays.equals(bytes, at + HEAD, at + size, entry.array(), HEAD, size);
      if (found) {
        System.arraycopy(bytes, at + size, bytes, at, length - at - size);
        list.truncate(length - size);
        held -= size;
        return true;
      }
    }
    return false;
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
      int[] places = list == null ? new int[0] : sortedPlaces(list);
      if (places.length == 0) {
        out.setNull(i);
        continue;
      }
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
      if (ByteArena.longAt(source, at + Integer.BYTES) == OWED) {
        continue;
      }
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
      for (int at = from; at < to; at += ByteArena.intAt(bytes, at)) {
        owed += ByteArena.longAt(bytes, at + Integer.BYTES) == OWED ? 1 : 0;
      }
    }
  }
}
