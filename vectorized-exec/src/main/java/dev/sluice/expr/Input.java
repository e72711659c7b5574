package dev.sluice.expr;

import dev.sluice.batch.RecordBatch;
import java.util.List;
import org.apache.arrow.memory.util.MemoryUtil;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.NullVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;

/**
 * A column of the current batch, or a vector inside it, with its addresses; bytes of strings are
 * copied to the heap once a batch. Generated code reads the fields. Single-threaded.
 */
public final class Input {
  /** Step of a path: into the elements of a list. */
  static final int ELEMENT = -1;

  private final List<Integer> path;
  private final boolean needsBytes;
  private FieldVector current;
  private long data;
  private long validity;
  private long offsets;
  private int first;
  private byte[] bytes = new byte[0];

  Input(List<Integer> path, boolean needsBytes) {
    this.path = path;
    this.needsBytes = needsBytes;
  }

  void load(RecordBatch batch) {
    FieldVector vector = batch.vector(path.get(0));
    for (int step : path.subList(1, path.size())) {
      vector =
          step == ELEMENT
              ? ((ListVector) vector).getDataVector()
              : (FieldVector) ((StructVector) vector).getChildByOrdinal(step);
    }
    current = vector;
    if (vector instanceof NullVector) {
      return; // generated code never looks at a value of type NULL
    }
    boolean hasNulls = vector.getNullCount() > 0 && vector.getValidityBuffer() != null;
    validity = hasNulls ? vector.getValidityBuffer().memoryAddress() : 0;
    boolean struct = vector instanceof StructVector;
    boolean list = vector instanceof ListVector;
    data = struct || list ? 0 : vector.getDataBuffer().memoryAddress();
    boolean varying = vector instanceof BaseVariableWidthVector;
    offsets = varying || list ? vector.getOffsetBuffer().memoryAddress() : 0;
    if (needsBytes && varying) {
      loadBytes(vector.getValueCount());
    }
  }

  private void loadBytes(int count) {
    first = count == 0 ? 0 : MemoryUtil.getInt(offsets);
    int size = count == 0 ? 0 : MemoryUtil.getInt(offsets + 4L * count) - first;
    if (bytes.length < size) {
      bytes = new byte[Math.max(size, 2 * bytes.length)];
    }
    if (size > 0) {
      MemoryUtil.copyFromMemory(data + first, bytes, 0, size);
    }
  }

  public FieldVector vector() {
    return current;
  }

  public long data() {
    return data;
  }

  /** Address of the validity bits, 0 if nothing is null. */
  public long validity() {
    return validity;
  }

  public long offsets() {
    return offsets;
  }

  /** Offset of the first byte in {@link #bytes}. */
  public int first() {
    return first;
  }

  public byte[] bytes() {
    return bytes;
  }
}
