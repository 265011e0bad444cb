package dev.runregistry.executor.slurm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.executor.process.LogLimit;
import dev.runregistry.executor.process.RemoteSupervisor;
import dev.runregistry.run.Invocation;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunReason;
import dev.runregistry.testkit.Runs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When a job is taken for ended, by the files of a workspace. */
class JobLedgerTest {
  private static final Duration EVIDENCE_DELAY = Duration.ofMinutes(1);
  private static final Duration FORGOTTEN_DELAY = Duration.ofMinutes(5);

  @TempDir private Path workspace;
  private final Run run = Runs.running();
  private final RemoteSupervisor supervisor = new RemoteSupervisor(LogLimit.NONE, Duration.ZERO);
  private final JobLedger ledger =
      new JobLedger(
          new SlurmCommands(Map.of()), supervisor, EVIDENCE_DELAY, FORGOTTEN_DELAY, () -> {});

  @BeforeEach
  void start() throws IOException {
    supervisor.prepare(run, Invocation.of(List.of("train")), workspace);
    note("supervisor \nchild \n");
  }

  private void note(String lines) throws IOException {
    Files.writeString(workspace.resolve("processes"), lines, StandardOpenOption.APPEND);
  }

  /** Sets back the times of all files: the supervisor has given no sign of life for that long. */
  private void silentFor(Duration time) throws IOException {
    try (Stream<Path> files = Files.list(workspace)) {
      for (Path file : files.toList()) {
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(time)));
      }
    }
  }

  private Optional<JobEnd> ending(String word, int code) throws IOException {
    Job job = JobEndingTest.job(word, code, 0, "NonZeroExitCode");
    return ledger.ending(run, workspace, Optional.of(job));
  }

  @Test
  void a_command_that_runs_on_while_slurm_says_failed_with_1_has_not_ended() throws IOException {
    assertThat(ending("FAILED", 1)).isEmpty();
    silentFor(EVIDENCE_DELAY.plusSeconds(30)); // a node may be slow
    assertThat(ending("FAILED", 1)).isEmpty();

    note("exit 4\n");
    assertThat(ending("FAILED", 1).orElseThrow().result().outcome())
        .satisfies(outcome -> assertThat(outcome.exitCode()).isEqualTo(4))
        .satisfies(outcome -> assertThat(outcome.message()).contains("Slurm: FAILED, exit code 1"));
  }

  @Test
  void without_an_exit_code_and_a_sign_of_life_it_is_lost() throws IOException {
    silentFor(FORGOTTEN_DELAY.plusSeconds(30));

    assertThat(ending("FAILED", 1).orElseThrow().result().outcome())
        .satisfies(outcome -> assertThat(outcome.reason()).isEqualTo(RunReason.LOST))
        .satisfies(outcome -> assertThat(outcome.exitCode()).isNull());
  }

  @Test
  void another_exit_code_of_slurm_counts_after_a_shorter_silence() throws IOException {
    assertThat(ending("FAILED", 3)).isEmpty();
    silentFor(EVIDENCE_DELAY.plusSeconds(30));

    assertThat(ending("FAILED", 3).orElseThrow().result().outcome().exitCode()).isEqualTo(3);
  }
}
