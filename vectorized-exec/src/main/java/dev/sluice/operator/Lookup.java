package dev.sluice.operator;

import dev.sluice.batch.RecordBatch;
import java.util.List;
import java.util.Optional;

/**
 * The one door through which an operator asks the outside world: rows of a table by key. Nothing
 * here waits: the host works on what was asked while the operator goes on, and turns it again when
 * an answer is there. Used by the operator's thread, which closes it.
 */
public interface Lookup extends AutoCloseable {
  /**
   * Rows that were found for a request.
   *
   * @param rows batches that the taker owns
   * @param complete whether no more of them follow; of a table that is kept up to date every
   *     complete answer may be followed by another, with what has changed since
   */
  record Answer(long request, List<RecordBatch> rows, boolean complete) {
    public Answer {
      rows = List.copyOf(rows);
    }
  }

  /**
   * Asks for every row of the table.
   *
   * @param request a number of the caller's choice, used once
   */
  void askAll(long request);

  /**
   * Asks for the rows whose key is among {@code keys}; the answer has them in any order, and
   * perhaps others, too. Takes ownership of {@code keys}, which are different from each other and
   * have no NULLs.
   */
  void ask(long request, RecordBatch keys);

  /**
   * The next answer; empty if none has come. Answers to different requests come in any order.
   *
   * @throws dev.sluice.error.UserError if a request has failed for good
   */
  Optional<Answer> poll();

  /** Releases answers that were not taken, too; idempotent. */
  @Override
  void close();
}
