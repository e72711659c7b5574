/**
 * The interactive shell: line editing, completion by scope, highlighting, backslash commands.
 * Called by the commands.
 */
package dev.sluice.cli.repl;
