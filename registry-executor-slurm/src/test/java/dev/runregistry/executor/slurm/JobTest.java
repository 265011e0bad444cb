package dev.runregistry.executor.slurm;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JobTest {
  @Test
  void a_line_of_squeue_is_a_job() {
    List<Job> jobs =
        Job.ofSqueue(
            "12|RUNNING|0|2026-11-29T17:15:33|1-02:03:04|UNLIMITED|run-a|None|\n"
                + "13|PENDING|0|N/A|0:00|1:00:00|run-b|PartitionConfig|\n");

    assertThat(jobs)
        .containsExactly(
            new Job(
                12,
                "run-a",
                "RUNNING",
                0,
                0,
                Optional.of(Instant.parse("2026-11-29T17:15:33Z")),
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
                Duration.ZERO,
                Optional.of(Duration.ofHours(1)),
                "PartitionConfig"));
  }

  @Test
  void a_line_of_sacct_is_a_job() {
    assertThat(Job.ofSacct("7|CANCELLED by 0|0:9|2026-11-29T17:15:33|00:00:05|01:00:00|run-a\n"))
        .singleElement()
        .satisfies(
            job -> {
              assertThat(job.state()).isEqualTo(JobState.CANCELLED);
              assertThat(job.description()).isEqualTo("CANCELLED by 0, signal 9");
            });
  }

  @Test
  void separators_in_the_last_field_and_lines_of_something_else_are_no_other_job() {
    assertThat(Job.ofSqueue("error\n\n1|RUNNING|x|N/A|0:00|0:00|run-a|None|\n2|RUNNING\n"))
        .isEmpty();
    assertThat(Job.ofSqueue("3|RUNNING|0|N/A|0:00|0:00|run-a|a|b|\n"))
        .singleElement()
        .satisfies(job -> assertThat(job.reason()).isEqualTo("a|b"));
  }

  /** As squeue prints it: a wait status. */
  @ParameterizedTest
  @CsvSource({"0, 0, 0", "1792, 7, 0", "11, 0, 11", "4021, 0, 53", "35072, 137, 0"})
  void an_exit_code_counts_only_without_a_signal(long status, int code, int signal) {
    assertThat(Job.ofSqueue("1|FAILED|" + status + "|N/A|0:00|0:00|run-a|None|\n"))
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
