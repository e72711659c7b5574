package dev.sluice.over;

import dev.sluice.aggregate.AccumulatorSet;

/**
 * Aggregates over all rows of a partition so far, one group per segment of a chunk.
 *
 * @param set the accumulators
 * @param slots the group of each segment
 */
public record Running(AccumulatorSet set, int[] slots) {}
