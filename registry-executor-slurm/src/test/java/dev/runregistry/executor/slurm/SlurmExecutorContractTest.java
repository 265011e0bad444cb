package dev.runregistry.executor.slurm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.run.Invocation;
import dev.runregistry.run.LogStream;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.port.ExecutionHandle;
import dev.runregistry.run.port.RunExecutor;
import dev.runregistry.testkit.RunExecutorContract;
import dev.runregistry.testkit.Runs;
import dev.runregistry.testkit.SlurmCluster;
import dev.runregistry.testkit.process.JavaProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NeedsSlurm
class SlurmExecutorContractTest extends RunExecutorContract {
  private final SlurmCluster cluster = SlurmCluster.shared();
  private SlurmRuns runs;
  private RunExecutor executor;

  @BeforeEach
  void makeHome(@TempDir Path home) {
    runs = new SlurmRuns(home, cluster);
    executor = runs.executor().build();
  }

  @Override
  protected RunExecutor executor() {
    return executor;
  }

  @Test
  void the_workspace_of_a_run_is_found_by_its_job_and_its_journal_by_that() {
    Run run = thatNeverEnds("up", null);
    Path workspace = workspace(run);
    ExecutionHandle handle = executor.start(run, Invocation.of(run.spec().command()), workspace);

    assertThat(runs.executor().build().workspaces(Set.of(run.id(), Runs.id())))
        .containsExactly(Map.entry(run.id(), workspace));
    assertThat(runs.home().ofWorkspace(workspace).orElseThrow().active()).contains(run.id());

    handle.terminate();
    handle.await();
  }

  @Override
  protected boolean startsAtOnce() {
    return false;
  }

  @Override
  protected Run thatPrintsAndExits(String stdout, String stderr, int code) {
    return runs.begun(
        null,
        "sh",
        "-c",
        "printf %s \"$1\"; printf %s \"$2\" >&2; exit $3",
        "sh",
        stdout,
        stderr,
        Integer.toString(code));
  }

  @Override
  protected Run thatNeverEnds(String stdout, @Nullable Duration limit) {
    return runs.begun(limit, "sh", "-c", "printf %s \"$1\"; exec sleep 1000", "sh", stdout);
  }

  @Override
  protected Run ofNoSuchProgram() {
    return runs.begun(null, "no-such-program");
  }

  @Override
  protected Path workspace(Run run) {
    return runs.workspace(run);
  }

  @Override
  protected Run thatNeverStarted() {
    Run run = runs.begun(null, "true");
    runs.home().unlock(run.id());
    return run;
  }

  /** Its registry is dead, and its lock is ours. */
  private Run left(@Nullable Duration limit, String stdout, String script) {
    Path home = runs.home().folder();
    List<String> words =
        new ArrayList<>(List.of(Long.toString(limit == null ? 0 : limit.toSeconds())));
    words.addAll(List.of("sh", "-c", "printf %s \"$1\"; " + script, "sh", stdout));
    ProcessBuilder builder =
        JavaProcess.builder(SlurmRunMain.class, home, words.toArray(String[]::new));
    builder.environment().clear();
    builder.environment().putAll(cluster.environment());
    try {
      Process registry = builder.start();
      Path active = home.resolve("runs/active");
      SlurmRuns.await(() -> list(active).size() == 1);
      Path workspace = list(active).get(0);
      SlurmRuns.await(
          () -> SlurmRuns.contains(workspace.resolve("stdout.log"), stdout) && isUp(workspace));
      registry.destroyForcibly().waitFor();
      RunId id = RunId.parse(String.valueOf(workspace.getFileName()));
      assertThat(runs.home().tryLock(id)).isTrue();
      return runs.pending(id);
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean isUp(Path workspace) {
    return SlurmRuns.contains(workspace.resolve("processes"), "\nchild ");
  }

  private static List<Path> list(Path folder) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> paths = Files.list(folder)) {
      return paths.toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  protected Run thatOutlivesItsRegistry(String stdout, @Nullable Duration limit) {
    return left(limit, stdout, "exec sleep 1000");
  }

  @Override
  protected Run thatEndedAfterItsRegistry(String stdout, int code) {
    Path release = runs.home().folder().resolve("release");
    Run run =
        left(
            null,
            stdout,
            "while ! [ -e '%s' ]; do sleep 0.1; done; exit %d".formatted(release, code));
    try {
      Files.createFile(release);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    awaitEnd(run);
    return run;
  }

  private void awaitEnd(Run run) {
    SlurmRuns.await(() -> !executor.isAlive(run.id(), workspace(run)));
  }

  @Override
  protected Run thatWasKilledWithItsRegistry(String stdout) {
    Run run = left(null, stdout, "exec sleep 1000");
    assertThat(executor.log(workspace(run), LogStream.STDOUT)).isPresent();
    try {
      Files.readString(workspace(run).resolve("processes"))
          .lines()
          .filter(line -> line.startsWith("supervisor ") || line.startsWith("child "))
          .map(line -> Long.parseLong(line.split(" ")[1]))
          .forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    awaitEnd(run);
    return run;
  }
}
