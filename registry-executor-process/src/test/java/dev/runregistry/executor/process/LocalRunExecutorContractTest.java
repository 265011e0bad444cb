package dev.runregistry.executor.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.internal.host.ProcessTable;
import dev.runregistry.run.LogStream;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.port.RunExecutor;
import dev.runregistry.testkit.RunExecutorContract;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

class LocalRunExecutorContractTest extends RunExecutorContract {
  private RunExecutor executor;
  private LocalRuns runs;

  @BeforeEach
  void makeHome(@TempDir Path home) {
    runs = new LocalRuns(home);
    executor = runs.executor().build();
  }

  @Override
  protected RunExecutor executor() {
    return executor;
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
  protected Path workspace(Run running) {
    return runs.folder(running).path();
  }

  @Override
  protected Run thatNeverStarted() {
    Run running = runs.begun(null, "true");
    runs.home().unlock(running.id());
    return running;
  }

  private Run left(@Nullable Duration limit, String stdout, String script) {
    return left(limit, stdout, "sh", "-c", "printf %s \"$1\"; " + script, "sh", stdout);
  }

  /** Its registry is dead, and its lock is ours. */
  private Run left(@Nullable Duration limit, String stdout, String... command) {
    try {
      Path folder = runs.home().folder();
      Process registry = RegistryProcess.builder(folder, command).start();
      Workspace entry = RegistryProcess.onlyRun(folder);
      LocalRuns.await(() -> LocalRuns.contains(entry.log(LogStream.STDOUT), stdout));
      registry.destroyForcibly().waitFor();
      if (limit != null) {
        String note = Files.readString(entry.run());
        Files.writeString(
            entry.run(),
            note.replace("\"time_limit_ms\":null", "\"time_limit_ms\":" + limit.toMillis()));
      }
      RunId id = RunId.parse(String.valueOf(entry.path().getFileName()));
      assertThat(runs.home().tryLock(id)).isTrue();
      return LocalRuns.running(runs.home(), id);
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  protected Run thatOutlivesItsRegistry(String stdout, @Nullable Duration limit) {
    return left(limit, stdout, "exec sleep 1000");
  }

  @Override
  protected Run thatEndedAfterItsRegistry(String stdout, int code) {
    Path release = runs.home().folder().resolve("release");
    Run running =
        left(
            null,
            stdout,
            "while ! [ -e '%s' ]; do sleep 0.1; done; exit %d".formatted(release, code));
    try {
      Files.createFile(release);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    LocalRuns.await(() -> LocalRuns.contains(runs.folder(running).exit(), "\n"));
    return running;
  }

  @Override
  protected Run thatWasKilledWithItsRegistry(String stdout) {
    Run running = left(null, stdout, "exec sleep 1000");
    ProcessFile processes = new ProcessFile(runs.folder(running));
    kill(processes.supervisor().orElseThrow());
    kill(processes.child().orElseThrow());
    LocalRuns.await(() -> !executor.isAlive(running.id(), workspace(running)) || killRest(running));
    return running;
  }

  private boolean killRest(Run running) {
    String cookie = LocalRunExecutor.RUN_ID_VARIABLE + "=" + running.id();
    ProcessTable table = ProcessTable.ofThisHost();
    table.since(0).stream()
        .filter(process -> process.lives() && table.hasInEnvironment(process, cookie))
        .forEach(LocalRunExecutorContractTest::kill);
    return false;
  }

  private static void kill(ProcessTable.Entry process) {
    ProcessHandle.of(process.identity().pid()).ifPresent(ProcessHandle::destroyForcibly);
  }
}
