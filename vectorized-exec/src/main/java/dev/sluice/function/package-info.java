/**
 * Every SQL function once: name, signature, treatment of NULL, documentation. The planner resolves
 * against it, the expression compiler generates from it.
 */
package dev.sluice.function;
