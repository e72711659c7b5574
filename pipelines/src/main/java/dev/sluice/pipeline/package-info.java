/**
 * Joins planner and engine: texts go in, planned {@link dev.sluice.pipeline.Step steps} come out,
 * and {@link dev.sluice.pipeline.Session} starts them. The command line and tests call this; start
 * reading at {@code Session}.
 */
package dev.sluice.pipeline;
