/**
 * Real database servers for tests, started from Maven artifacts: {@link PostgresServer} and {@link
 * MariaDbServer}. For tests of any module.
 */
package dev.sluice.testing.databases;
