/**
 * Sinks inside the runtime: each writer on a thread of its own behind a bounded queue, commits by
 * epoch. Start reading at {@link SinkFeed}. Called by the engine only.
 */
package dev.sluice.engine.sink;
