/**
 * What outlives the process: checkpoint files and the rows that wait for their commit, in a storage
 * behind a small interface. Start reading at {@link Checkpoints}. Called by the engine, and by
 * commands that list and delete checkpoints.
 */
package dev.sluice.engine.checkpoint;
