package dev.runregistry.executor.slurm;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JobTest {
  private static final String SEPARATOR = "|7f|";

  private static String line(String... fields) {
    return String.join(SEPARATOR, fields) + SEPARATOR + "\n";
  }

  private static final String RUNNING =
      line(
          "12",
          "RUNNING",
          "0",
          "2026-11-29T17:15:33",
          "2026-11-30T17:15:33",
          "61",
          "1-02:03:04",
          "UNLIMITED",
          "n1",
          "None",
          "run-a");
  private static final String PENDING =
      line(
          "13",
          "PENDING",
          "0",
          "2026-11-29T18:00:00",
          "N/A",
          "9",
          "0:00",
          "1:00:00",
          "",
          "PartitionConfig",
          "run-b");

  @Test
  void a_line_of_squeue_is_a_job() {
    assertThat(Job.ofSqueue("squeue: a warning\n" + RUNNING + PENDING, SEPARATOR))
        .containsExactly(
            new Job(
                12,
                "run-a",
                "RUNNING",
                0,
                0,
                Optional.of(Instant.parse("2026-11-29T17:15:33Z")),
                Optional.of(Instant.parse("2026-11-30T17:15:33Z")),
                Duration.ofSeconds(61),
                Duration.ofDays(1).plusHours(2).plusMinutes(3).plusSeconds(4),
                Optional.empty(),
                "None"),
            new Job(
                13,
                "run-b",
                "PENDING",
                0,
                0,
                Optional.empty(),
                Optional.empty(),
                Duration.ofSeconds(9),
                Duration.ZERO,
                Optional.of(Duration.ofHours(1)),
                "PartitionConfig"));
  }

  @Test
  void a_line_of_sacct_is_a_job() {
    assertThat(
            Job.ofSacct(
                "7|CANCELLED by 0|0:9|2026-11-29T17:15:28|2026-11-29T17:15:33|00:00:05|01:00:00|n1|"
                    + "run-a\n"))
        .singleElement()
        .satisfies(
            job -> {
              assertThat(job.state()).isEqualTo(JobState.CANCELLED);
              assertThat(job.start()).contains(Instant.parse("2026-11-29T17:15:28Z"));
              assertThat(job.description()).isEqualTo("CANCELLED by 0, signal 9");
            });
  }

  @Test
  void a_job_that_was_cancelled_in_the_queue_never_started() {
    String nodes = "";
    String time = "2026-11-29T17:15:33";
    assertThat(
            Job.ofSqueue(
                line(
                    "3",
                    "CANCELLED",
                    "0",
                    time,
                    time,
                    "0",
                    "0:00",
                    "1:00",
                    nodes,
                    "Priority",
                    "run-a"),
                SEPARATOR))
        .singleElement()
        .satisfies(job -> assertThat(job.start()).isEmpty());
    assertThat(
            Job.ofSacct(
                "3|CANCELLED|0:0|" + time + "|" + time + "|00:00:00|01:00|None assigned|a\n"))
        .singleElement()
        .satisfies(job -> assertThat(job.start()).isEmpty());
  }

  @Test
  void a_name_with_separators_and_line_feeds_is_no_other_job() {
    String name = "x\n9|RUNNING|0|N/A|N/A|0|0:00|0:00|n1|None|run-b|";
    String other = line("3", "RUNNING", "0", "N/A", "N/A", "0", "0:00", "0:00", "n1", "None", name);

    assertThat(Job.ofSqueue(other + RUNNING, SEPARATOR))
        .extracting(Job::name)
        .containsExactly(name, "run-a");
    assertThat(Job.ofSqueue("error\n\n2|RUNNING\n", SEPARATOR)).isEmpty();
  }

  /** As squeue prints it: a wait status. */
  @ParameterizedTest
  @CsvSource({"0, 0, 0", "1792, 7, 0", "11, 0, 11", "4021, 0, 53", "35072, 137, 0"})
  void an_exit_code_counts_only_without_a_signal(String status, int code, int signal) {
    assertThat(Job.ofSqueue(RUNNING.replace("|7f|0|7f|", "|7f|" + status + "|7f|"), SEPARATOR))
        .singleElement()
        .satisfies(
            job -> {
              assertThat(job.code()).isEqualTo(code);
              assertThat(job.signal()).isEqualTo(signal);
            });
  }

  @Test
  void no_conclusion_is_drawn_from_a_state_of_a_later_version() {
    assertThat(JobState.of("EXPEDITING")).isEqualTo(JobState.UNKNOWN);
    assertThat(JobState.UNKNOWN.isFinal()).isFalse();
  }
}
