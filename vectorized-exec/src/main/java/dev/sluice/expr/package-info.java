/**
 * Expressions of a plan compiled to loops over the columns of a batch. Operators call it once when
 * they open. Start reading at {@link dev.sluice.expr.ExprCompiler}.
 */
package dev.sluice.expr;
