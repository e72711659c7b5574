/**
 * What a Java class of a user-defined function may build on: base classes, hints on types, and rows
 * without a class of their own. Named as in Flink, so that a function ports by changing its
 * imports.
 */
package dev.sluice.udf;
