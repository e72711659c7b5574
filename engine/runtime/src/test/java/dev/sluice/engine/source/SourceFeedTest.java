package dev.sluice.engine.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.batch.RecordBatch;
import dev.sluice.connector.Fetch;
import dev.sluice.connector.Offset;
import dev.sluice.connector.ReaderContext;
import dev.sluice.connector.Split;
import dev.sluice.connector.SplitReader;
import dev.sluice.connector.SplitSource;
import dev.sluice.engine.host.ByteGate;
import dev.sluice.engine.host.ThreadHost;
import dev.sluice.function.EvalContext;
import dev.sluice.operator.RejectedRow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.TimeStampVector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The order in which splits side by side are taken. */
class SourceFeedTest {
  private static final long SECOND = 1_000_000;
  private static final int BATCH_ROWS = 10;
  private static final int SPLITS = 3;

  /** Groups of rows, each in {@link #SPLITS} splits; a row is its time in seconds. */
  private record Files(List<List<Long>> groups) implements SplitSource {
    @Override
    public boolean bounded() {
      return true;
    }

    @Override
    public List<Split> discover(Map<String, Offset> known) {
      List<Split> splits = new ArrayList<>();
      for (int g = 0; g < groups.size(); g++) {
        for (int s = 0; s < SPLITS; s++) {
          splits.add(new Split(g + "#" + s, g + ":" + s, Offset.of(0), "file " + g));
        }
      }
      return splits;
    }

    @Override
    public SplitReader reader(Split split, ReaderContext context) {
      String[] place = split.detail().split(":");
      List<Long> all = groups.get(Integer.parseInt(place[0]));
      int part = Integer.parseInt(place[1]);
      List<Long> rows = all.subList(part * all.size() / SPLITS, (part + 1) * all.size() / SPLITS);
      return new Rows(rows, context);
    }

    @Override
    public void close() {}
  }

  private static final class Rows implements SplitReader {
    private final List<Long> rows;
    private final ReaderContext context;
    private int next;

    Rows(List<Long> rows, ReaderContext context) {
      this.rows = rows;
      this.context = context;
    }

    @Override
    public Fetch fetch(int maxRows, long maxBytes, Duration maxWait) {
      if (next == rows.size()) {
        return new Fetch.EndOfSplit(Offset.of(next));
      }
      List<Long> some = rows.subList(next, Math.min(rows.size(), next + maxRows));
      next += some.size();
      List<Long> times = some.stream().map(t -> t * SECOND).toList();
      return new Fetch.Rows(
          WatermarkAssignerTest.batch(times, context.allocator()), Offset.of(next));
    }

    @Override
    public void close() {}
  }

  private record Context(BufferAllocator allocator) implements ReaderContext {
    @Override
    public void rejected(RejectedRow row) {
      throw new IllegalStateException("no row is malformed");
    }

    @Override
    public void bytesRead(long bytes) {}
  }

  /** What was taken, in seconds, and the furthest that time was ever ahead of the watermark. */
  private record Taken(List<Long> times, long furthestAhead) {}

  private static Taken take(List<List<Long>> groups, int parallelism) {
    List<Long> times = new ArrayList<>();
    long ahead = 0;
    try (BufferAllocator allocator = new RootAllocator();
        SourceFeed feed = feed(new Files(groups), parallelism, allocator)) {
      feed.start(System.nanoTime(), Optional.empty());
      while (!feed.isFinished()) {
        for (RecordBatch batch : feed.take(1, System.nanoTime(), 0)) {
          try (batch) {
            for (int i = 0; i < batch.rowCount(); i++) {
              times.add(((TimeStampVector) batch.vector(0)).get(batch.position(i)) / SECOND);
            }
          }
        }
        long watermark = feed.watermark(System.nanoTime());
        if (!times.isEmpty() && watermark != Long.MAX_VALUE) {
          long most = Collections.max(times);
          ahead = Math.max(ahead, watermark == Long.MIN_VALUE ? most : most - watermark / SECOND);
        }
      }
    }
    return new Taken(times, ahead);
  }

  private static SourceFeed feed(Files files, int parallelism, BufferAllocator allocator) {
    return new SourceFeed(
        WatermarkAssignerTest.scanDelayed(),
        files,
        new SourceFeed.FeedSettings(
            parallelism,
            16,
            BATCH_ROWS,
            0,
            true,
            EvalContext.UTC,
            new ByteGate(1 << 20),
            ThreadHost.INSTANCE),
        allocator,
        new Context(allocator),
        () -> {});
  }

  private static List<Long> seconds(long from, long to, long step) {
    return LongStream.iterate(from, t -> t < to, t -> t + step).boxed().toList();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void filesOfTheSameTimeAreReadSideBySideHoweverFewTasks(int parallelism) {
    List<List<Long>> groups = new ArrayList<>();
    for (int g = 0; g < 6; g++) {
      groups.add(seconds(g, 1_800, 6));
    }
    Taken taken = take(groups, parallelism);
    assertThat(taken.times()).containsExactlyInAnyOrderElementsOf(seconds(0, 1_800, 1));
    // a batch of each file, the delay of five seconds, and the rows of the turn
    assertThat(taken.furthestAhead()).isLessThan(6 * BATCH_ROWS * 3);
  }

  @Test
  void filesAfterEachOtherInTimeAreReadAfterEachOther() {
    List<List<Long>> groups =
        List.of(seconds(600, 1_200, 1), seconds(0, 600, 1), seconds(1_200, 1_800, 1));
    List<Long> times = take(groups, 2).times();
    assertThat(times).containsExactlyInAnyOrderElementsOf(seconds(0, 1_800, 1));
    // the first batch of each tells where it begins
    assertThat(times.subList(3 * BATCH_ROWS, times.size())).isSorted();
  }

  @Test
  void theSameFilesGiveTheSameOrder() {
    List<List<Long>> groups =
        List.of(seconds(0, 900, 3), seconds(100, 900, 2), seconds(0, 400, 1), List.of());
    assertThat(take(groups, 2).times()).isEqualTo(take(groups, 2).times());
  }
}
