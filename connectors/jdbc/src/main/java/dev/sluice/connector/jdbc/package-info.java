/**
 * Databases as sources and sinks: H2, PostgreSQL, MySQL and MariaDB. Found by the connector
 * registry; nobody else calls it. Start reading at {@link JdbcConnector}.
 */
package dev.sluice.connector.jdbc;
