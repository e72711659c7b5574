package dev.sluice.pipeline.oracle;

/** A query in Sluice's words and in DuckDB's. */
record Question(String ours, String duck) {}
