package dev.sluice.planner.catalog;

import dev.sluice.error.SourcePosition;

/** A function that a user defined. A value. */
public sealed interface FunctionDef permits SqlFunctionDef, JavaFunctionDef {
  /** As declared. */
  String name();

  /** The statement that made it, as written. */
  String text();

  /** Where it was declared. */
  SourcePosition position();

  /** For people: name, parameters and result; a line for each way to call it. */
  String signature();
}
