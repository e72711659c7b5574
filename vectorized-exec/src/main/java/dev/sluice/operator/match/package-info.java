/** Finding patterns in ordered rows: programs of patterns, paths through them, values of paths. */
package dev.sluice.operator.match;
