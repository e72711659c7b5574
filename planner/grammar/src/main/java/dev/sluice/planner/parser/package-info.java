/**
 * The parser of one statement: Calcite's grammar with ours in it, generated at build time from
 * {@code src/main/codegen}. Called by the planner only. Start with {@link
 * dev.sluice.planner.parser.SluiceParser}.
 */
package dev.sluice.planner.parser;
