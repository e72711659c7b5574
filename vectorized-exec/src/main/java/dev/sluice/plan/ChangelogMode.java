package dev.sluice.plan;

/** Which row kinds flow on an edge. */
public enum ChangelogMode {
  /** +I only. */
  INSERT_ONLY("insert-only"),
  /** +I, +U, -D by a unique key; an update comes as +U alone. */
  UPSERT("upsert"),
  /** +I, -U, +U, -D; every retraction carries the whole old row. */
  RETRACT("retract");

  private final String text;

  ChangelogMode(String text) {
    this.text = text;
  }

  @Override
  public String toString() {
    return text;
  }
}
