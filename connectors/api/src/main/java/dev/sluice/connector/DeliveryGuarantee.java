package dev.sluice.connector;

/** How often a row arrives in the target if the run is killed and started again. */
public enum DeliveryGuarantee {
  /** Nothing is promised (printing, discarding). */
  NONE("none"),
  AT_LEAST_ONCE("at-least-once"),
  EXACTLY_ONCE("exactly-once");

  private final String text;

  DeliveryGuarantee(String text) {
    this.text = text;
  }

  @Override
  public String toString() {
    return text;
  }
}
