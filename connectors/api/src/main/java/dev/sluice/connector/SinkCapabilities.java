package dev.sluice.connector;

import dev.sluice.plan.ChangelogMode;

/**
 * What a connector can do when writing a table.
 *
 * @param writable whether it can write at all
 * @param accepts the richest changelog it takes: INSERT_ONLY, UPSERT (+I, +U, -D by primary key: of
 *     each micro-batch the last state of a key) or RETRACT (all four kinds)
 * @param guarantee what it promises at this table's settings
 * @param maxWriters how many writers may work side by side; 1 keeps one order
 * @param asksEventTime whether its committer wants to be told how far event time has come
 */
public record SinkCapabilities(
    boolean writable,
    ChangelogMode accepts,
    DeliveryGuarantee guarantee,
    int maxWriters,
    boolean asksEventTime) {
  public static final SinkCapabilities NONE =
      new SinkCapabilities(false, ChangelogMode.INSERT_ONLY, DeliveryGuarantee.NONE, 1);

  /** Of a sink that event time is nothing to. */
  public SinkCapabilities(
      boolean writable, ChangelogMode accepts, DeliveryGuarantee guarantee, int maxWriters) {
    this(writable, accepts, guarantee, maxWriters, false);
  }
}
