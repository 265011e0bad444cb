package dev.runregistry.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.runregistry.testkit.SlurmCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs on a real Slurm cluster, through the launcher. */
class SlurmRunIT {
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  @TempDir private Path folder;
  private Launcher launcher;

  @BeforeEach
  void connect() {
    if (!SlurmCluster.isInstalled()) {
      if ("required".equals(System.getenv("RUN_REGISTRY_TOOLS"))) {
        throw new AssertionError(SlurmCluster.HOW_TO_INSTALL);
      }
      Assumptions.abort(SlurmCluster.HOW_TO_INSTALL);
    }
    launcher =
        new Launcher(folder)
            .with("SLURM_CONF", SlurmCluster.shared().environment().get("SLURM_CONF"))
            .with("REGISTRY_EXECUTOR", "slurm");
  }

  @Test
  void a_command_becomes_a_job_with_its_output_and_exit_code() {
    Launcher.Result result =
        launcher.registry(
            "run", "--", "sh", "-c", "echo on $SLURM_JOB_NODELIST; echo bad >&2; exit 7");

    assertThat(result.code()).isEqualTo(7);
    assertThat(result.out()).matches("on n\\d\n");
    assertThat(result.err()).isEqualTo("bad\n");
    assertThat(launcher.registry("runs", "show", id()).out())
        .contains("slurm")
        .contains("registrytest:")
        .contains("Failed with exit code 7");
  }

  private String id() {
    return launcher
        .registry("runs", "list", "--json")
        .out()
        .replaceAll("(?s).*?\"run_id\":\"([^\"]+).*", "$1");
  }

  @Test
  void a_job_goes_on_when_its_registry_is_killed_and_its_end_is_on_record() throws IOException {
    Path release = folder.resolve("release");
    Process registry =
        launcher
            .start(
                List.of(
                    "run",
                    "--",
                    "sh",
                    "-c",
                    "touch up; while ! [ -e '" + release + "' ]; do sleep 0.1; done; exit 5"))
            .process();
    await().atMost(PATIENCE).until(() -> Files.exists(folder.resolve("up")));
    registry.destroyForcibly().onExit().join();

    Files.createFile(release);

    await()
        .atMost(PATIENCE)
        .until(() -> launcher.registry("reconcile").out().contains("Failed with exit code 5"));
  }

  @Test
  void a_submitted_run_is_queued_by_slurm_and_the_command_does_not_wait_for_it()
      throws IOException {
    Path release = folder.resolve("release");
    Launcher.Result submitted =
        launcher.registry(
            "submit",
            "--slurm-options=--hold",
            "--",
            "sh",
            "-c",
            "touch up; while ! [ -e '" + release + "' ]; do sleep 0.1; done; exit 6");
    String id = submitted.out().strip();
    assertThat(submitted.code()).isZero();
    SlurmCluster cluster = SlurmCluster.shared();
    await()
        .atMost(PATIENCE)
        .until(() -> cluster.output("squeue", "-h", "-n", "run-" + id).contains("JobHeldUser"));
    assertThat(launcher.registry("runs", "show", id).out())
        .contains("pending")
        .contains("waits for   JobHeldUser");

    cluster.output("scontrol", "release", "JobName=run-" + id);
    await()
        .atMost(PATIENCE)
        .until(() -> launcher.registry("runs", "show", id).out().contains("registrytest:"));
    assertThat(launcher.registry("runs", "show", id).out()).contains("running");
    Files.createFile(release);

    assertThat(launcher.registry("wait", id).code()).isEqualTo(6);
    assertThat(launcher.registry("runs", "logs", id).code()).isZero();
  }

  @Test
  void a_run_that_slurm_queues_is_cancelled_before_it_starts() {
    String id =
        launcher.registry("submit", "--slurm-options=--hold", "--", "touch", "up").out().strip();
    SlurmCluster cluster = SlurmCluster.shared();
    await()
        .atMost(PATIENCE)
        .until(() -> cluster.output("squeue", "-h", "-n", "run-" + id).contains("JobHeldUser"));

    assertThat(launcher.registry("cancel", id).code()).isZero();

    await()
        .atMost(PATIENCE)
        .until(() -> launcher.registry("runs", "show", id).out().contains("Cancelled by"));
    assertThat(folder.resolve("up")).doesNotExist();
  }

  @Test
  void a_partition_that_does_not_exist_is_named_and_nothing_is_run() {
    Launcher.Result result =
        launcher.registry("run", "--slurm-partition", "nope", "--", "touch", "started");

    assertThat(result.code()).isEqualTo(125);
    assertThat(result.err()).contains("Slurm did not accept the job").contains("nope");
    assertThat(folder.resolve("started")).doesNotExist();
  }

  @Test
  void an_executor_that_does_not_exist_is_a_usage_error() {
    Launcher.Result result = launcher.registry("run", "--executor", "cloud", "--", "true");

    assertThat(result.code()).isEqualTo(125);
    assertThat(result.err()).contains("executor must be process or slurm: cloud");
  }
}
