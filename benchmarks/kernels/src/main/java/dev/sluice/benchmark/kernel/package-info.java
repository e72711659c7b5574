/** Nanoseconds per row of the loops that every query spends its time in, one thread. */
package dev.sluice.benchmark.kernel;
