package dev.runregistry.executor.slurm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.run.Invocation;
import dev.runregistry.run.Run;
import dev.runregistry.run.port.ExecutionHandle;
import dev.runregistry.testkit.SlurmCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jobs of a controller that is killed before it has saved them, on a cluster of its own. */
@NeedsSlurm
class SlurmRestartTest {
  @TempDir private Path folder;

  /**
   * The controller may have forgotten the job, give its number to the next one, start a job that it
   * had saved as pending again, and tell a node to terminate a job that it does not know.
   */
  @Test
  void no_command_is_executed_twice_when_the_controller_is_killed_right_after_its_submission()
      throws IOException {
    try (SlurmCluster cluster = SlurmCluster.start(Map.of())) {
      SlurmRuns runs = new SlurmRuns(folder, cluster);
      SlurmExecutor executor = runs.executor().forgottenDelay(Duration.ofSeconds(25)).build();
      Path release = folder.resolve("release");
      Path starts = folder.resolve("starts");
      Path others = folder.resolve("others");
      Run run =
          runs.begun(
              null,
              counting(starts, "while ! [ -e '" + release + "' ]; do sleep 0.1; done; exit 4"));
      ExecutionHandle handle = start(runs, executor, run);
      SlurmRuns.await(() -> Files.exists(starts));
      cluster.killController();
      cluster.startController();
      cluster.awaitNodes();
      Run other = runs.begun(null, counting(others, "exit 5"));

      Run otherEnded = SlurmRuns.finished(other, start(runs, executor, other));
      Files.createFile(release);
      Run ended = SlurmRuns.finished(run, handle);

      assertThat(Files.readAllLines(starts)).as(ended.message()).hasSize(1);
      // the node may kill it, too, and its supervisor before or after that
      assertThat(ended.exitCode()).as(ended.message()).isIn(4, 137, 143, null);
      assertThat(Files.exists(others) ? Files.readAllLines(others) : List.of())
          .as(otherEnded.message())
          .hasSize(otherEnded.exitCode() == null ? 0 : 1);
      assertThat(otherEnded.exitCode()).as(otherEnded.message()).isIn(5, null);
    }
  }

  private static String[] counting(Path starts, String command) {
    return new String[] {"sh", "-c", "echo start >> '%s'; %s".formatted(starts, command)};
  }

  private static ExecutionHandle start(SlurmRuns runs, SlurmExecutor executor, Run run) {
    return executor.start(run, Invocation.of(run.spec().command()), runs.workspace(run));
  }
}
