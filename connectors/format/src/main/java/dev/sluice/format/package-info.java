/**
 * The row formats json and csv, and what they share: appending to Arrow columns, reading values
 * from text bytes and writing them as text. Connectors that move bytes or make rows may call it; it
 * knows no connector.
 */
package dev.sluice.format;
