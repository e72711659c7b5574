package dev.sluice.operator;

import dev.sluice.batch.RecordBatch;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.PlanNode;
import dev.sluice.state.KeyGroups;
import java.util.Locale;

/**
 * Tells an operator that has been made from a key group on disk what the group has missed.
 * Single-threaded.
 */
final class MissedInput implements SpilledGroup.Replay {
  private final Operator operator;
  private final Output output;
  private final PlanNode node;
  private final long most;
  private long time;
  private int ended;
  private long passed;

  /** Ends in a refusal if the operator takes more than {@code most} bytes. */
  MissedInput(Operator operator, SpilledGroup group, Output output, PlanNode node, long most) {
    this.operator = operator;
    this.output = output;
    this.node = node;
    this.most = most;
    time = group.fedWatermark();
    ended = group.fedEnds();
    passed = group.flowed();
  }

  /** The watermark that the operator has let pass. */
  long passed() {
    return passed;
  }

  @Override
  public void rows(int input, RecordBatch batch) {
    operator.process(input, batch, output);
    if (operator.stateBytes() > most) {
      throw UserError.of(
              ErrorCode.MEMORY,
              "one of "
                  + KeyGroups.COUNT
                  + " parts of the state of "
                  + node.label()
                  + " takes "
                  + String.format(Locale.ROOT, "%.1f", operator.stateBytes() / 1048576.0)
                  + " MiB, which is more than 'state.memory' allows")
          .withDetail("It keeps " + Kept.by(node) + "; some keys have very many rows.")
          .withHint("raise 'state.memory', or the memory of the process (SLUICE_MEMORY=4g)");
    }
  }

  @Override
  public void told(long toTime, int toEnds) {
    if (toTime > time) {
      time = toTime;
      passed = operator.onWatermark(toTime, output);
    }
    for (int input = 0; input < node.inputs().size(); input++) {
      if ((toEnds & ~ended & 1 << input) != 0) {
        operator.finish(input, output);
      }
    }
    ended |= toEnds;
  }
}
