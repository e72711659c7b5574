/** Text to parse trees: substitution, statements, positions. Called by the planner only. */
package dev.sluice.planner.parse;
