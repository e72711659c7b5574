package dev.sluice.error;

/**
 * A place in a text the user wrote.
 *
 * @param source name of the file, or a label such as {@code <stdin>} or {@code -e}
 * @param line 1-based line
 * @param column 1-based column, in characters
 * @param endLine 1-based line of the last character
 * @param endColumn 1-based column of the last character (inclusive)
 */
public record SourcePosition(String source, int line, int column, int endLine, int endColumn) {}
