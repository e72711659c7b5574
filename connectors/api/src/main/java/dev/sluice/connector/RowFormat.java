package dev.sluice.connector;

import dev.sluice.plan.ChangelogMode;
import dev.sluice.type.Schema;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;

/**
 * A format of single records (json, csv), used by every connector that moves bytes; found by {@link
 * java.util.ServiceLoader}. Stateless; safe for use by any thread.
 */
public interface RowFormat {
  /** The name in {@code 'format' = '…'}. */
  String name();

  /**
   * What its records tell: rows, or changes of rows (then batches have row kinds, a record may make
   * any number of rows, and the encoder writes rows that are taken back as such).
   */
  default ChangelogMode changelog() {
    return ChangelogMode.INSERT_ONLY;
  }

  /** Its options; keys start with the format's name and a dot. */
  List<OptionSpec> options();

  /**
   * Refuses column types it cannot carry.
   *
   * @throws dev.sluice.error.UserError if the schema does not fit
   */
  void validate(Schema schema, Options options);

  /**
   * A decoder of whole records into the columns of {@code wanted}.
   *
   * @param record the columns of a record as declared (matters where fields have no names, as in
   *     csv)
   * @param wanted the columns to make, a subset of {@code record} by name
   */
  RowDecoder decoder(Schema record, Schema wanted, Options options, BufferAllocator allocator);

  /** An encoder of rows of {@code schema}. */
  RowEncoder encoder(Schema schema, Options options);
}
