package dev.sluice.plan;

/** When an aggregation gives results. */
public sealed interface Emit {
  /** Once, when the watermark closes the window (or the input ends). */
  record OnWindowClose() implements Emit {
    @Override
    public String toString() {
      return "on window close";
    }
  }

  /** Changes at most once per interval of processing time. */
  record Every(long micros) implements Emit {
    @Override
    public String toString() {
      return "every " + micros / 1000 + " ms";
    }
  }

  /** Changes after every micro-batch. */
  record OnUpdate() implements Emit {
    @Override
    public String toString() {
      return "on update";
    }
  }

  Emit ON_WINDOW_CLOSE = new OnWindowClose();
  Emit ON_UPDATE = new OnUpdate();
}
