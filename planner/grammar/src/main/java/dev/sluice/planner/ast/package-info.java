/**
 * Parse trees of the statements and clauses that Calcite does not know. Made by the generated
 * parser, read by the planner. Values once made, single-threaded while validation rewrites them;
 * each prints as SQL that parses to the same tree. Start with {@link
 * dev.sluice.planner.ast.CreateTable} and {@link dev.sluice.planner.ast.EmittingQuery}.
 */
package dev.sluice.planner.ast;
