/**
 * A real Kafka broker for tests, started from Maven artifacts in a JVM of its own. Start reading at
 * {@link KafkaServer}. For tests of any module.
 */
package dev.sluice.testing.kafka;
