/**
 * What operators remember between batches, addressed by key group so that it can move between
 * tasks. Only operators use it.
 */
package dev.sluice.state;
