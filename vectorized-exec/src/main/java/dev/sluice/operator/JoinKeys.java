package dev.sluice.operator;

import dev.sluice.batch.RecordBatch;
import dev.sluice.plan.JoinNode;

/** Which keys of a join can be equal to others. Stateless. */
final class JoinKeys {
  private JoinKeys() {}

  /** Whether the key of a row is free of NULLs that equal nothing. */
  static boolean matchable(JoinNode node, int side, RecordBatch batch, int position) {
    for (int k = 0; k < node.leftKeys().size(); k++) {
      if (!node.matchNulls().get(k) && batch.vector(node.keys(side).get(k)).isNull(position)) {
        return false;
      }
    }
    return true;
  }
}
