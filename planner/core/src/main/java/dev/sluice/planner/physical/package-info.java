/**
 * Calcite's relational algebra to our physical plans. Called by the planner only. Start reading at
 * {@link QueryPlanner}.
 */
package dev.sluice.planner.physical;
