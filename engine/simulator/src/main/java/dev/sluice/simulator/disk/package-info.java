/**
 * A file system in memory that forgets what was not forced when the power fails. Start reading at
 * {@link SimDisk}.
 */
package dev.sluice.simulator.disk;
