/**
 * Sources inside the runtime: readers run ahead on threads of their own, the job's thread takes
 * their batches in order, and watermarks are made here, per sequence of splits. Start reading at
 * {@link SourceFeed}. Called by the engine only.
 */
package dev.sluice.engine.source;
