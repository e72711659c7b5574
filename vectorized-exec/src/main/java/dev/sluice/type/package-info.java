/** SQL types, schemas and row kinds. Everything else builds on this package. */
package dev.sluice.type;
