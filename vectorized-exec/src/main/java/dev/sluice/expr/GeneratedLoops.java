package dev.sluice.expr;

/** The shape of generated classes. */
public abstract class GeneratedLoops {
  /** Writes the positions whose condition is true to {@code out}; gives their number. */
  public int filter(Input[] in, int n, int[] selection, int[] out) {
    throw new UnsupportedOperationException();
  }

  /** Computes projection {@code index} at every position that counts. */
  public abstract void project(int index, Input[] in, int n, int[] selection, Result out);
}
