/**
 * Types, names and functions: Calcite's validator set up for our SQL. Called by the planner only.
 * Start reading at {@link Validation}.
 */
package dev.sluice.planner.validate;
