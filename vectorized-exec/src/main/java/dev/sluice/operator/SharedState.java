package dev.sluice.operator;

import dev.sluice.batch.RecordBatch;
import dev.sluice.state.StateReader;
import dev.sluice.state.StateWriter;
import dev.sluice.type.Schema;
import java.util.OptionalInt;
import java.util.function.ObjIntConsumer;

/**
 * State that every task has whole. Each saves the key groups it owns and takes over all of them, so
 * that a checkpoint has it once, and in the form in which tasks would save it that share it out: a
 * join goes on from its checkpoint whether its input was broadcast or not. Stateless.
 */
final class SharedState {
  private SharedState() {}

  /** Takes only the key groups that the task owns. */
  static StateWriter owned(StateWriter state, OperatorContext context) {
    return new StateWriter() {
      @Override
      public Part part(String name, int version, Schema layout) {
        Part part = state.part(name, version, layout);
        return (group, rows) -> {
          if (context.owns(group)) {
            part.write(group, rows);
          } else {
            rows.close();
          }
        };
      }

      @Override
      public boolean wants(int keyGroup) {
        return context.owns(keyGroup) && state.wants(keyGroup);
      }
    };
  }

  /** Gives the key groups of all tasks. */
  static StateReader whole(StateReader state) {
    return new StateReader() {
      @Override
      public OptionalInt version(String name) {
        return state.version(name);
      }

      @Override
      public void readAll(String name, ObjIntConsumer<RecordBatch> each) {
        state.readAll(name, each);
      }

      @Override
      public void read(String name, ObjIntConsumer<RecordBatch> each) {
        state.readAll(name, each);
      }
    };
  }
}
