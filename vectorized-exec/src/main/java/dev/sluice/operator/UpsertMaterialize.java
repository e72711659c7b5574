package dev.sluice.operator;

import dev.sluice.batch.RecordBatch;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.UpsertMaterializeNode;
import dev.sluice.plan.UpsertMaterializeNode.Conflict;
import dev.sluice.state.RowStore;
import dev.sluice.type.RowKind;
import java.util.List;

/**
 * Keeps all rows of each key in order of arrival and gives the changes of the one that shows. A row
 * that is taken back before it came (which another task has told already) has count -1 until then.
 */
final class UpsertMaterialize extends KeyedRows {
  private final Conflict policy;
  private final List<String> keyNames;

  UpsertMaterialize(UpsertMaterializeNode node) {
    super(node.traits(), node.keys(), false, false);
    policy = node.policy();
    keyNames = node.keys().stream().map(k -> node.schema().field(k).name()).toList();
  }

  @Override
  void apply(RowStore store, int key, RowKind kind, RecordBatch batch, int position) {
    int like = like(store, key, batch, position, kind.adds() ? -1 : 1);
    if (like != RowStore.NONE) {
      store.remove(like);
    } else {
      store.setCount(store.add(key, batch, position), kind.adds() ? 1 : -1);
    }
  }

  /** The first equal row with that count. */
  private static int like(RowStore store, int key, RecordBatch batch, int position, int count) {
    int row = store.firstLike(key, batch, position);
    return row != RowStore.NONE && store.count(row) == count ? row : RowStore.NONE;
  }

  @Override
  int shown(RowStore store, int key) {
    boolean first = policy == Conflict.NOTHING;
    int row = first ? store.first(key) : store.last(key);
    while (row != RowStore.NONE && store.count(row) < 0) {
      row = first ? store.next(row) : store.before(row);
    }
    return row;
  }

  @Override
  void check(RowStore store, int key) {
    if (policy != Conflict.ERROR) {
      return;
    }
    int rows = 0;
    for (int row = store.first(key); row != RowStore.NONE; row = store.next(row)) {
      rows += store.count(row) > 0 ? 1 : 0;
    }
    if (rows > 1) {
      throw UserError.of(
              ErrorCode.SINK_FAILED,
              "two rows of the query have the same PRIMARY KEY ("
                  + String.join(", ", keyNames)
                  + "), and ON CONFLICT DO ERROR is given")
          .withHint("use ON CONFLICT DO DEDUPLICATE (the last row wins) or DO NOTHING (the first)");
    }
  }
}
