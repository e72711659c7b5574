/**
 * The connectors {@code datagen}, {@code values}, {@code print} and {@code blackhole}: for trying
 * things out and for tests. Found by ServiceLoader; nobody calls it directly.
 */
package dev.sluice.connector.basic;
