/**
 * The SPI that connectors and formats implement and nothing else: what a source reads (splits,
 * readers, offsets), what a sink writes (writers, committables, committers), what both accept as
 * options, and how they are found. Engines and the planner call it; a connector compiles against
 * this package alone. Start reading at {@link dev.sluice.connector.Connector}.
 */
package dev.sluice.connector;
