package dev.sluice.pipeline.oracle;

/** A piece of SQL in both dialects, with its type if it is a value. */
record Sql(String ours, String duck, Type type) {
  static Sql same(String text, Type type) {
    return new Sql(text, text, type);
  }
}
