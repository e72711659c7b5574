/** State on local disk while a job runs. */
package dev.sluice.engine.spill;
