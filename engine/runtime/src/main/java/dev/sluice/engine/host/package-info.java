/**
 * What a job needs of the machine it runs on: clocks, workers, threads for what goes on beside it.
 * Start reading at {@link Host}; {@link ThreadHost} is the runtime's, the simulator has another.
 */
package dev.sluice.engine.host;
