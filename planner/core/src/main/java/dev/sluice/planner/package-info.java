/**
 * SQL text to physical plans: the only place that knows Calcite. Callers use {@link
 * dev.sluice.planner.Planner} and the statements it returns; everything below this package is
 * internal.
 */
package dev.sluice.planner;
