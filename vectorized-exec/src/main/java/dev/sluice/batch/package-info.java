/**
 * Rows as they travel between operators: columns of Arrow vectors, a row count, optional selection
 * and row kinds. A batch has one owner at a time. Start reading at {@link
 * dev.sluice.batch.RecordBatch}.
 */
package dev.sluice.batch;
