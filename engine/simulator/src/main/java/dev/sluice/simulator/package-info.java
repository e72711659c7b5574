/**
 * The third host of operators and engine, beside the runtime and the operators' bare harness: whole
 * pipelines on one thread, where time, order and luck come from a seed. Start reading at {@link
 * Simulation}.
 */
package dev.sluice.simulator;
