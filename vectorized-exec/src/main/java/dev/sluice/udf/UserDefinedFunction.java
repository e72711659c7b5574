package dev.sluice.udf;

/**
 * What all functions share. No function needs to extend it: a public class with a public
 * constructor without parameters and the right methods will do. An instance is used by one thread
 * at a time; a query may make several.
 */
public abstract class UserDefinedFunction {
  /** Called once before the first row. */
  public void open(FunctionContext context) throws Exception {}

  /** Called once when no query needs the instance any more. */
  public void close() throws Exception {}

  /**
   * Whether equal arguments give equal results. Sluice may compute a call more or less often than
   * the query shows it, so a function that says false is refused.
   */
  public boolean isDeterministic() {
    return true;
  }
}
