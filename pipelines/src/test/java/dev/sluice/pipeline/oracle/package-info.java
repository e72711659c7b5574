/**
 * Random queries over random tables, answered by Sluice in many ways and by DuckDB in one. Start
 * reading at {@link RandomQueryTest}.
 */
package dev.sluice.pipeline.oracle;
