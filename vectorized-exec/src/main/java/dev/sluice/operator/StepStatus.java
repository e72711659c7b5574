package dev.sluice.operator;

import java.util.Optional;

/**
 * How far one operator of a task is. A value.
 *
 * @param stage its stage
 * @param step its step in the stage
 * @param label name of its plan node
 * @param keeps what its state is, in words
 * @param watermarkMicros event time it has been told; {@link Long#MIN_VALUE} before the first
 * @param stateBytes state it keeps, about
 * @param spilledBytes state it keeps on disk
 * @param waiting what it holds back; empty if nothing
 */
public record StepStatus(
    int stage,
    int step,
    String label,
    String keeps,
    long watermarkMicros,
    long stateBytes,
    long spilledBytes,
    Optional<Waiting> waiting) {}
