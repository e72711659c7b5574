/**
 * Aggregate functions as accumulators of all groups at once. Called by operators, and by the
 * planner only through the function catalog.
 */
package dev.sluice.aggregate;
