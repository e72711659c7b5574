package dev.sluice.udf;

/** What a function may ask of its surroundings when it is opened. */
public interface FunctionContext {
  /** The loader of the function's own jar, for resources in it. */
  ClassLoader getUserCodeClassLoader();
}
