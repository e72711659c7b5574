/**
 * Nexmark side by side: writes the data once, runs each engine in a JVM of its own in alternating
 * order, compares the results, and writes a report. Nobody depends on it. Start reading at {@link
 * dev.sluice.benchmark.Benchmarks}.
 */
package dev.sluice.benchmark;
