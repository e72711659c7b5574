/**
 * Results on their way to a person or a program: cells to text, rows to tables, csv and json.
 * Called by the commands and the shell.
 */
package dev.sluice.cli.print;
