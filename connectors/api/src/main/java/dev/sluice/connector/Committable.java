package dev.sluice.connector;

/**
 * What one writer made ready in one epoch. A value; safe for use by any thread.
 *
 * @param sink name of the table
 * @param task the writer
 * @param epoch the epoch
 * @param handle what the committer needs; only the connector reads it
 * @param rows how many rows it holds
 */
public record Committable(String sink, int task, long epoch, String handle, long rows) {}
