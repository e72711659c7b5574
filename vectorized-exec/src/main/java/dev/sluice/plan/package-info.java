/**
 * The physical algebra: immutable records that say what is to be computed, printable, comparable
 * and serializable. Knows neither Calcite nor Arrow. Start reading at {@link
 * dev.sluice.plan.PlanNode}.
 */
package dev.sluice.plan;
