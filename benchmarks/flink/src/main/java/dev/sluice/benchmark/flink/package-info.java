/** Runs SQL files with Flink in a process of its own, so that its libraries never meet ours. */
package dev.sluice.benchmark.flink;
