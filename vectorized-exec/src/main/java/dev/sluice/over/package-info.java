/**
 * Functions over the rows of a partition: frames, and what they give for each row. Knows neither
 * state nor time: operators hand in partitions in order.
 */
package dev.sluice.over;
