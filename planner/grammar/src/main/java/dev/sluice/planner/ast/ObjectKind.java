package dev.sluice.planner.ast;

/** What CREATE makes and DROP takes away. */
public enum ObjectKind {
  STREAM,
  TABLE,
  SINK,
  VIEW,
  FUNCTION
}
