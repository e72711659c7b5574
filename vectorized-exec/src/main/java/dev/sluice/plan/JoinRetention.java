package dev.sluice.plan;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * How long a join keeps the rows of its inputs.
 *
 * @param left of the left input
 * @param right of the right input
 * @param holdBackMicros how far behind the watermark the output's event time may be
 * @param window whether rows are kept until their window ends
 */
public record JoinRetention(Side left, Side right, long holdBackMicros, boolean window) {
  /**
   * Of one input.
   *
   * @param expiry TIMESTAMP column: once the watermark reaches it no partner of the row follows. A
   *     row where it is NULL has no partner
   * @param mark the hidden row watermark made by the scan: a row at or behind it finds no partner
   *     that had expired by then, whether it is still kept or not
   * @param ttlMicros how long a row is kept after it changed last, by the clock
   */
  public record Side(OptionalInt expiry, OptionalInt mark, OptionalLong ttlMicros) {
    /** Kept for good. */
    public static final Side FOREVER =
        new Side(OptionalInt.empty(), OptionalInt.empty(), OptionalLong.empty());

    private Optional<String> describe() {
      if (expiry.isPresent()) {
        return Optional.of("until $" + expiry.getAsInt());
      }
      return ttlMicros.isPresent()
          ? Optional.of(ttlMicros.getAsLong() / 1000 + " ms")
          : Optional.empty();
    }
  }

  /** Everything is kept for good. */
  public static final JoinRetention FOREVER =
      new JoinRetention(Side.FOREVER, Side.FOREVER, 0, false);

  /** The side of an input. */
  public Side side(int input) {
    return input == 0 ? left : right;
  }

  @Override
  public String toString() {
    if (window) {
      return "until the window ends";
    }
    return "left "
        + left.describe().orElse("for good")
        + ", right "
        + right.describe().orElse("for good");
  }
}
