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
 */
public record SinkCapabilities(
    boolean writable, ChangelogMode accepts, DeliveryGuarantee guarantee, int maxWriters) {
  public static final SinkCapabilities NONE =
      new SinkCapabilities(false, ChangelogMode.INSERT_ONLY, DeliveryGuarantee.NONE, 1);
}
