package dev.sluice.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.RecordBatch;
import dev.sluice.function.EvalContext;
import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.Expr;
import dev.sluice.plan.JoinKind;
import dev.sluice.plan.LookupCache;
import dev.sluice.plan.LookupCache.Mode;
import dev.sluice.plan.LookupJoinNode;
import dev.sluice.plan.LookupRequests;
import dev.sluice.plan.PlanTraits;
import dev.sluice.plan.TableRef;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.RowKind;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;

class LookupJoinTest {
  private static final Schema INPUT = Nodes.schema("k", Nodes.BIGINT, "a", Nodes.STRING);
  private static final Schema TABLE = Nodes.schema("id", Nodes.BIGINT, "v", Nodes.STRING);

  private static LookupCache cache(Mode mode, long maxRows, long afterWrite, boolean missing) {
    return new LookupCache(mode, maxRows, afterWrite, 0, missing, 0);
  }

  private static LookupJoinNode node(JoinKind kind, Optional<Expr> condition, LookupCache cache) {
    Schema schema =
        Nodes.schema("k", Nodes.BIGINT, "a", Nodes.STRING, "id", Nodes.BIGINT, "v", Nodes.STRING);
    TableRef table =
        new TableRef("t", "any", Map.of(), Set.of(), TABLE, Map.of(), List.of("id"), List.of());
    return new LookupJoinNode(
        Nodes.input(INPUT, ChangelogMode.INSERT_ONLY, -1),
        table,
        List.of(0, 1),
        kind,
        List.of(0),
        List.of(0),
        condition,
        IntStream.range(0, 4).boxed().toList(),
        cache,
        new LookupRequests(4, true, 1_000_000),
        List.of(),
        PlanTraits.of(schema, true));
  }

  /** A table in memory, which notes what it is asked. */
  private static final class World implements Lookup, AutoCloseable {
    private final RootAllocator root = new RootAllocator();
    private final Map<Long, List<String>> rows = new java.util.TreeMap<>();
    private final List<String> asked = new ArrayList<>();
    private final List<String> given = new ArrayList<>();
    private final java.util.Deque<Answer> answers = new java.util.ArrayDeque<>();
    private boolean held;
    private final BufferAllocator memory = root.newChildAllocator("join", 0, Long.MAX_VALUE);
    private final LookupJoin join;

    World(LookupJoinNode node) {
      join = new LookupJoin(node);
      join.open(
          new OperatorContext() {
            @Override
            public BufferAllocator allocator() {
              return memory;
            }

            @Override
            public int batchRows() {
              return 2;
            }

            @Override
            public EvalContext evalContext() {
              return EvalContext.UTC;
            }

            @Override
            public void count(String metric, long delta) {}

            @Override
            public void emitSide(RecordBatch batch) {
              batch.close();
            }

            @Override
            public Lookup lookup(LookupJoinNode wanted) {
              return World.this;
            }
          });
    }

    @Override
    public void askAll(long request) {
      asked.add("all");
      answer(request, rows.keySet().stream().toList());
    }

    @Override
    public Optional<Answer> poll() {
      return Optional.ofNullable(held ? null : answers.poll());
    }

    @Override
    public void ask(long request, RecordBatch keys) {
      List<Long> wanted = new ArrayList<>();
      try (keys) {
        for (int i = 0; i < keys.rowCount(); i++) {
          wanted.add((Long) keys.vector(0).getObject(keys.position(i)));
        }
      }
      asked.add(wanted.toString());
      // as a database whose collation finds more than was meant
      List<Long> more = new ArrayList<>(wanted);
      more.add(77L);
      answer(request, more);
    }

    private void answer(long request, List<Long> keys) {
      try (BatchBuilder builder = new BatchBuilder(TABLE, root)) {
        for (Long key : keys) {
          rows.getOrDefault(key, List.of()).forEach(v -> builder.add(RowKind.INSERT, key, v));
        }
        answers.add(new Answer(request, List.of(builder.build()), true));
      }
    }

    List<String> process(Object... keys) {
      given.clear();
      try (BatchBuilder builder = new BatchBuilder(INPUT, root)) {
        for (Object key : keys) {
          builder.add(RowKind.INSERT, key, "x");
        }
        join.process(
            0,
            builder.build(),
            batch -> {
              try (batch) {
                given.addAll(OperatorHarness.text(batch));
              }
            });
      }
      given.sort(null);
      return List.copyOf(given);
    }

    List<String> asked() {
      List<String> all = List.copyOf(asked);
      asked.clear();
      return all;
    }

    @Override
    public void close() {
      if (root.getAllocatedMemory() == 0) {
        memory.close();
        root.close();
      }
    }
  }

  @Test
  void asksForTheKeysOfABatchAtOnce() {
    World world = new World(node(JoinKind.LEFT, Optional.empty(), cache(Mode.NONE, 0, 0, true)));
    world.rows.put(1L, List.of("p", "q"));
    world.rows.put(77L, List.of("other"));
    assertThat(world.process(1L, 2L, 1L, null))
        .containsExactly(
            "+I[1, x, 1, p]",
            "+I[1, x, 1, p]",
            "+I[1, x, 1, q]",
            "+I[1, x, 1, q]",
            "+I[2, x, null, null]",
            "+I[null, x, null, null]");
    assertThat(world.asked()).containsExactly("[1, 2]");
    assertThat(world.process(77L)).containsExactly("+I[77, x, 77, other]", "+I[77, x, 77, other]");
    assertThat(world.process(1L)).hasSize(2);
    assertThat(world.asked()).containsExactly("[77]", "[1]");
    world.join.close();
    assertThat(world.root.getAllocatedMemory()).isZero();
  }

  @Test
  void remembersKeysForAWhile() {
    World world =
        new World(node(JoinKind.INNER, Optional.empty(), cache(Mode.PARTIAL, 2, 1000, true)));
    world.rows.put(1L, List.of("p"));
    world.join.onProcessingTime(10_000, RecordBatch::close);
    assertThat(world.process(1L, 2L)).containsExactly("+I[1, x, 1, p]");
    assertThat(world.process(1L, 2L)).containsExactly("+I[1, x, 1, p]");
    assertThat(world.asked()).containsExactly("[1, 2]");
    world.rows.put(1L, List.of("new"));
    world.join.onProcessingTime(10_999, RecordBatch::close);
    assertThat(world.process(1L)).containsExactly("+I[1, x, 1, p]");
    world.join.onProcessingTime(11_000, RecordBatch::close);
    assertThat(world.process(1L)).containsExactly("+I[1, x, 1, new]");
    assertThat(world.asked()).containsExactly("[1]");
    world.rows.put(3L, List.of("a", "b"));
    assertThat(world.process(3L)).hasSize(2);
    // three rows are more than fit: it began anew
    assertThat(world.process(1L)).hasSize(1);
    assertThat(world.asked()).containsExactly("[3]", "[1]");
    world.join.close();
  }

  @Test
  void forgetsThatAKeyWasMissingIfToldSo() {
    World world =
        new World(node(JoinKind.INNER, Optional.empty(), cache(Mode.PARTIAL, 0, 0, false)));
    world.rows.put(1L, List.of("p"));
    assertThat(world.process(1L, 2L)).hasSize(1);
    world.rows.put(2L, List.of("q"));
    assertThat(world.process(1L, 2L)).hasSize(2);
    assertThat(world.asked()).containsExactly("[1, 2]", "[2]");
    world.join.close();
  }

  @Test
  void readsAWholeTableAtTheStartAndAgain() {
    Expr condition =
        new Expr.Call(
            "<>",
            List.of(
                new Expr.ColumnRef(3, Nodes.STRING), Expr.Literal.of("no", Nodes.STRING.notNull())),
            DataType.of(Kind.BOOLEAN));
    World world =
        new World(
            node(
                JoinKind.LEFT,
                Optional.of(condition),
                new LookupCache(Mode.FULL, 0, 0, 0, true, 500)));
    world.rows.put(1L, List.of("p", "no"));
    world.rows.put(2L, List.of("no"));
    assertThat(world.process(1L, 2L, 3L))
        .containsExactly("+I[1, x, 1, p]", "+I[2, x, null, null]", "+I[3, x, null, null]");
    world.rows.put(3L, List.of("r"));
    world.join.onProcessingTime(499, RecordBatch::close);
    assertThat(world.process(3L)).containsExactly("+I[3, x, null, null]");
    world.join.onProcessingTime(500, RecordBatch::close);
    assertThat(world.process(3L)).containsExactly("+I[3, x, 3, r]");
    assertThat(world.asked()).containsExactly("all", "all");
    world.join.close();
  }
}
