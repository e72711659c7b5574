/** What a running job tells of itself: values, made by the job's thread and read by anybody. */
package dev.sluice.engine.status;
