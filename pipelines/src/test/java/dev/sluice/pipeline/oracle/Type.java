package dev.sluice.pipeline.oracle;

/** The column types of random tables, as Sluice and DuckDB write them. */
enum Type {
  INT("INT", "INTEGER"),
  BIGINT("BIGINT", "BIGINT"),
  DOUBLE("DOUBLE", "DOUBLE"),
  DECIMAL("DECIMAL(10, 2)", "DECIMAL(10, 2)"),
  STRING("STRING", "VARCHAR"),
  BOOLEAN("BOOLEAN", "BOOLEAN"),
  DATE("DATE", "DATE"),
  TIMESTAMP("TIMESTAMP(3)", "TIMESTAMP");

  private final String ours;
  private final String duck;

  Type(String ours, String duck) {
    this.ours = ours;
    this.duck = duck;
  }

  String ours() {
    return ours;
  }

  String duck() {
    return duck;
  }

  boolean isInteger() {
    return this == INT || this == BIGINT;
  }
}
