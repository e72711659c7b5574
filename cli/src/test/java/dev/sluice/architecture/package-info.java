/**
 * Rules about the code itself: allowed dependencies between packages, and what every file must hold
 * to.
 */
package dev.sluice.architecture;
