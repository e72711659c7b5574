/**
 * Prepared steps at work: the streams they print to, how a job is watched, told of and stopped, and
 * how failures look. Called by the commands and by the shell.
 */
package dev.sluice.cli.run;
