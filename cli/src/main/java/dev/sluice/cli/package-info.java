/**
 * The command line: Picocli commands, what they print, and how a run is watched and stopped. Nobody
 * calls it but the launcher; start reading at {@link dev.sluice.cli.Main}.
 */
package dev.sluice.cli;
