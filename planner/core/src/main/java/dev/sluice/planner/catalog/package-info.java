/** What definitions have made: streams, tables, sinks and views. Called by the planner only. */
package dev.sluice.planner.catalog;
