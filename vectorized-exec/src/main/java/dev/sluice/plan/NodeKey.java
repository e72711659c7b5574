package dev.sluice.plan;

import dev.sluice.type.DataType.Field;

/**
 * A node as a key of a hash map: equal as nodes are, but with a hash of its kind and column names
 * only. The hash of a record walks the whole plan below, and its first call makes the virtual
 * machine write a method for every class of node in it, which costs a short query more than its
 * planning.
 */
final class NodeKey {
  private final PlanNode node;
  private final int hash;

  NodeKey(PlanNode node) {
    this.node = node;
    int names = 0;
    for (Field field : node.schema().fields()) {
      names = 31 * names + field.name().hashCode();
    }
    this.hash = 31 * names + node.getClass().getName().hashCode();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof NodeKey key
        && hash == key.hash
        && (node == key.node || node.equals(key.node));
  }

  @Override
  public int hashCode() {
    return hash;
  }
}
