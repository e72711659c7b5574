package dev.sluice.udf;

/** One value from one row: has one or more public methods {@code eval}. */
public abstract class ScalarFunction extends UserDefinedFunction {}
