package dev.sluice.benchmark;

/**
 * One run. {@code engineMillis} is what the engine itself reports for the job, {@code
 * processMillis} from the start of its process to its end, {@code peakBytes} the most memory the
 * process held at once (0 where not asked), {@code rows} how many came out (0 where not told).
 */
record Timed(double engineMillis, double processMillis, long peakBytes, long rows) {}
