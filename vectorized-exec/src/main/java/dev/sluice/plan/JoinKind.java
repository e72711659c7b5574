package dev.sluice.plan;

/** What becomes of pairs and of rows without a partner. */
public enum JoinKind {
  /** Pairs. */
  INNER("inner", false, false),
  /** Pairs, and left rows without a partner. */
  LEFT("left", true, false),
  /** Pairs, and right rows without a partner. */
  RIGHT("right", false, true),
  /** Pairs, and rows of both sides without a partner. */
  FULL("full", true, true),
  /** Left rows with a partner, once. */
  SEMI("semi", false, false),
  /** Left rows without a partner. */
  ANTI("anti", true, false);

  private final String text;
  private final boolean keepsLeft;
  private final boolean keepsRight;

  JoinKind(String text, boolean keepsLeft, boolean keepsRight) {
    this.text = text;
    this.keepsLeft = keepsLeft;
    this.keepsRight = keepsRight;
  }

  /** Whether rows of that side (0: left) without a partner are in the result. */
  public boolean keeps(int side) {
    return side == 0 ? keepsLeft : keepsRight;
  }

  /** Whether the result has pairs, and so columns of both sides. */
  public boolean givesPairs() {
    return this != SEMI && this != ANTI;
  }

  @Override
  public String toString() {
    return text;
  }
}
