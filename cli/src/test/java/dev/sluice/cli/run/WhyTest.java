package dev.sluice.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.status.JobStatus;
import dev.sluice.engine.status.JobStatus.Phase;
import dev.sluice.engine.status.JobStatus.Split;
import dev.sluice.operator.StepStatus;
import dev.sluice.operator.Waiting;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WhyTest {
  private static final long NOON = 1_767_268_800_000_000L;

  @Test
  void silentSplitIsNamedWithWhatReleasesIt() {
    Split busy = new Split("clicks-0", Phase.READING, 500, NOON, Duration.ofSeconds(1));
    Split silent =
        new Split("clicks-1", Phase.READING, 7, NOON - 60_000_000, Duration.ofSeconds(34));
    StepStatus window =
        new StepStatus(
            1,
            0,
            "WindowAggregate",
            "the open windows",
            NOON - 60_000_000,
            4096,
            0,
            Optional.of(new Waiting(3, NOON + 3_539_999_000L)));
    assertThat(text(List.of(window), 60_000_000, busy, silent))
        .isEqualTo(
            """
            source 'clicks': watermark 2026-01-01 11:59:00.000, held by split 'clicks-1', silent for 34 s
              released by a row with a later time stamp there, or after 60 s of silence (IDLE AFTER): in 26 s
            WindowAggregate: 3 windows open; the first gives its rows at watermark 2026-01-01 12:58:59.999 (59 min ahead)
            """);
  }

  @Test
  void splitWithoutRowsAndWithoutIdleAfterIsTold() {
    Split empty = new Split("clicks-1", Phase.READING, 0, Long.MIN_VALUE, Duration.ofSeconds(90));
    assertThat(text(List.of(), 0, empty))
        .contains(
            "no row has come yet",
            "no watermark yet, held by split 'clicks-1', without a row for 90 s")
        .contains("IDLE AFTER INTERVAL … in its WATERMARK clause would let others go on");
  }

  @Test
  void whatWaitsForTheEndIsTold() {
    Split busy = new Split("clicks-0", Phase.READING, 500, NOON, Duration.ofSeconds(1));
    StepStatus hold =
        new StepStatus(
            1, 0, "HoldTime", "nothing", NOON, 0, 0, Optional.of(new Waiting(0, Long.MAX_VALUE)));
    StepStatus rows =
        new StepStatus(
            2,
            0,
            "CountWindow",
            "rows",
            NOON,
            4096,
            0,
            Optional.of(new Waiting(7, Long.MAX_VALUE)));
    assertThat(text(List.of(hold, rows), 0, busy))
        .contains(
            "HoldTime holds event time until the end of the input: what came may still change",
            "CountWindow: 7 wait for the end of the input");
  }

  @Test
  void allSplitsSilentLeavesTimeWhereItIs() {
    Split idle = new Split("clicks-0", Phase.IDLE, 5, NOON, Duration.ofMinutes(10));
    assertThat(text(List.of(), 60_000_000, idle)).contains("every split is silent");
  }

  @Test
  void filteredRowsAndABusyThreadAreTold() {
    JobStatus.Source plain =
        new JobStatus.Source(
            "t",
            false,
            false,
            false,
            Long.MIN_VALUE,
            0,
            2,
            List.of(new Split("p", Phase.READING, 9, Long.MIN_VALUE, Duration.ZERO)));
    assertThat(
            Why.text(
                new JobStatus(
                    Duration.ofSeconds(12),
                    List.of(plain),
                    List.of(),
                    List.of(),
                    JobStatus.Memory.NONE)))
        .contains(
            "at one piece of work for 12 s",
            "9 rows, no watermark declared",
            "no window is open",
            "2 rows moved no time");
  }

  @Test
  void stuckSinkIsNamedWithWhatWaits() {
    JobStatus status =
        new JobStatus(
            Duration.ofSeconds(12),
            List.of(),
            List.of(),
            List.of(
                new JobStatus.Sink("quick", Duration.ZERO, 0, 0),
                new JobStatus.Sink("slow", Duration.ofSeconds(13), 8, 3_000_000)),
            JobStatus.Memory.NONE);
    assertThat(Why.text(status))
        .isEqualTo(
            "stalled: sink 'slow' has been at one write or commit for 13 s; 8 batches wait for it"
                + " (2,930 KiB), and reading pauses\n");
  }

  private static String text(List<StepStatus> operators, long idleMicros, Split... splits) {
    long least = List.of(splits).stream().mapToLong(Split::watermarkMicros).min().orElseThrow();
    JobStatus.Source source =
        new JobStatus.Source("clicks", false, false, true, least, idleMicros, 0, List.of(splits));
    return Why.text(
        new JobStatus(Duration.ZERO, List.of(source), operators, List.of(), JobStatus.Memory.NONE));
  }
}
