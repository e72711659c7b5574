/**
 * Kafka topics as streams and sinks. Start reading at {@link KafkaConnector}; a partition is a
 * split, its offsets are the positions. Found through the connector SPI, called by nothing else.
 */
package dev.sluice.connector.kafka;
