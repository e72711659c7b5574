package dev.sluice.operator;

/**
 * What an operator holds back until event time has moved on. A value.
 *
 * @param open windows, panes or sessions that are open
 * @param dueMicros the watermark at which the first of them gives its rows
 */
public record Waiting(int open, long dueMicros) {}
