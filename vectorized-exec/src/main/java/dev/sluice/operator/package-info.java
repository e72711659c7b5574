/**
 * The relational operators and the contract by which a host drives them. Operators have no threads,
 * clocks or I/O of their own: the host hands in rows, time, memory and state. Start reading at
 * {@link dev.sluice.operator.Operator}.
 */
package dev.sluice.operator;
