/**
 * The {@code filesystem} connector: csv, json, parquet and arrow files as sources and sinks. Found
 * by ServiceLoader; nobody calls it directly.
 */
package dev.sluice.connector.file;
