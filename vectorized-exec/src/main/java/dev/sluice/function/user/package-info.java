/** User-defined functions in Java: loading their classes, reading their methods, passing values. */
package dev.sluice.function.user;
