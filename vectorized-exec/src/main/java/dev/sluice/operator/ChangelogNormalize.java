package dev.sluice.operator;

import dev.sluice.batch.RecordBatch;
import dev.sluice.plan.ChangelogNormalizeNode;
import dev.sluice.plan.Emit;
import dev.sluice.state.RowStore;
import dev.sluice.type.RowKind;

/**
 * Keeps the last row of each primary key and gives the changes of it. Of an update that tells the
 * old row too, that row is not needed; the key of a deletion is.
 */
final class ChangelogNormalize extends KeyedRows {
  ChangelogNormalize(ChangelogNormalizeNode node) {
    super(node.traits(), node.keys(), true, node.emit() instanceof Emit.OnWindowClose);
  }

  @Override
  void apply(RowStore store, int key, RowKind kind, RecordBatch batch, int position) {
    int known = store.first(key);
    if (kind == RowKind.UPDATE_BEFORE) {
      // an update that changes the key itself leaves the old one only by this
      if (known != RowStore.NONE) {
        store.remove(known);
      }
      return;
    }
    if (known != RowStore.NONE) {
      store.remove(known);
    }
    if (kind.adds()) {
      store.add(key, batch, position);
    }
  }

  @Override
  int shown(RowStore store, int key) {
    return store.first(key);
  }
}
