package dev.sluice.state;

import java.util.Arrays;

/**
 * A row in the order of its partition, with how often it is there. Ordered by the key, then by the
 * bytes of the row, so that equal rows are one. Single-threaded.
 */
public final class SortedRow implements Comparable<SortedRow> {
  private final byte[] key;
  private final byte[] row;
  private long count;

  /** Takes over the arrays. */
  public SortedRow(byte[] key, byte[] row, long count) {
    this.key = key;
    this.row = row;
    this.count = count;
  }

  /** The row as {@link RowCodec#row} made it; not to be changed. */
  public byte[] row() {
    return row;
  }

  /** How often it is there; below zero while a row has been taken back before it came. */
  public long count() {
    return count;
  }

  /** Changes the count. */
  public void add(long difference) {
    count += difference;
  }

  /** Whether the keys of the order are the same. */
  public boolean isPeer(SortedRow other) {
    return Arrays.equals(key, other.key);
  }

  /** How the key compares to another. */
  public int compareKey(byte[] other) {
    return Arrays.compareUnsigned(key, other);
  }

  /** The number of which {@link RowCodec#numberKey} made the key. */
  public long keyNumber() {
    return Long.reverseBytes(dev.sluice.batch.ByteArena.longAt(key, 0)) ^ Long.MIN_VALUE;
  }

  /** The first column of the key, if it holds words, ascends and is not NULL. */
  public long firstWord() {
    return Long.reverseBytes(dev.sluice.batch.ByteArena.longAt(key, 1)) ^ Long.MIN_VALUE;
  }

  /** Bytes on the heap, about. */
  public long byteSize() {
    return 128L + key.length + row.length;
  }

  @Override
  public int compareTo(SortedRow other) {
    int order = Arrays.compareUnsigned(key, other.key);
    return order != 0 ? order : Arrays.compareUnsigned(row, other.row);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SortedRow that && compareTo(that) == 0;
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(key) + Arrays.hashCode(row);
  }
}
