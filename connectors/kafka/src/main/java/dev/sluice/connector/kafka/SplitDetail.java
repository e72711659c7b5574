package dev.sluice.connector.kafka;

import org.apache.kafka.common.Uuid;

/**
 * What a split of a topic carries besides its name, as text in checkpoints.
 *
 * @param end offset of the first record not to read; {@link Long#MAX_VALUE} for none
 * @param topic the topic's id, which one made anew under the name does not have; zero if unknown
 */
record SplitDetail(long end, Uuid topic) {
  @Override
  public String toString() {
    return topic.equals(Uuid.ZERO_UUID) ? Long.toString(end) : end + "@" + topic;
  }

  static SplitDetail of(String text) {
    int at = text.indexOf('@');
    return at < 0
        ? new SplitDetail(Long.parseLong(text), Uuid.ZERO_UUID)
        : new SplitDetail(
            Long.parseLong(text.substring(0, at)), Uuid.fromString(text.substring(at + 1)));
  }

  /** Whether both know the topic, and it is another one. */
  boolean isOtherTopic(Uuid now) {
    return !topic.equals(Uuid.ZERO_UUID) && !now.equals(Uuid.ZERO_UUID) && !topic.equals(now);
  }
}
