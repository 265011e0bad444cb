package example.executor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.executor.process.LocalRunExecutor;
import dev.runregistry.journal.FileRunJournal;
import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.Invocation;
import dev.runregistry.run.LogStream;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunRequest;
import dev.runregistry.run.port.RunExecutor;
import dev.runregistry.testkit.RunExecutorContract;
import dev.runregistry.testkit.Runs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every rule of an executor, with real processes. */
class NiceExecutorTest extends RunExecutorContract {
  private static final Duration GRACE = Duration.ofMillis(300);

  private final NiceExecutor executor = new NiceExecutor(GRACE);
  private Path folder;
  private FileRunJournal journal;

  @BeforeEach
  void createHome(@TempDir Path home) {
    folder = home;
    journal = FileRunJournal.at(home);
  }

  /** A registry in a process of its own: directory, run, limit in ms or 0, command. */
  static final class Registry {
    private Registry() {}

    public static void main(String[] args) {
      FileRunJournal journal = FileRunJournal.at(Path.of(args[0]));
      List<String> command = List.of(args).subList(3, args.length);
      Duration limit = args[2].equals("0") ? null : Duration.ofMillis(Long.parseLong(args[2]));
      Run run = begin(journal, RunId.parse(args[1]), limit, command);
      new NiceExecutor(GRACE)
          .start(run, Invocation.of(command), journal.workspace(run.id()).orElseThrow())
          .await();
    }
  }

  private static Run begin(
      FileRunJournal journal, RunId id, Duration limit, List<String> command) {
    RunRequest request = RunRequest.command(DatasetKey.NONE, "m", command).withTimeLimit(limit);
    Run run = Run.started(id, request.toSpec(id), "nice", Runs.NOON);
    journal.begin(run);
    return run;
  }

  private Run begin(Duration limit, String... command) {
    return begin(journal, Runs.id(), limit, List.of(command));
  }

  /** Returns a run whose registry was killed after the run had printed the text. */
  private Run orphan(Duration limit, String stdout, String script) {
    Run run =
        Run.started(
            Runs.id(),
            RunRequest.command(DatasetKey.NONE, "m", shell(stdout, script))
                .withTimeLimit(limit)
                .toSpec(Runs.id()),
            "nice",
            Runs.NOON);
    List<String> java =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Dslf4j.internal.verbosity=ERROR",
            "-cp",
            System.getProperty("java.class.path"),
            Registry.class.getName(),
            folder.toString(),
            run.id().toString(),
            limit == null ? "0" : Long.toString(limit.toMillis()));
    try {
      Process registry =
          new ProcessBuilder(Stream.concat(java.stream(), shell(stdout, script).stream()).toList())
              .redirectError(Redirect.INHERIT)
              .redirectOutput(Redirect.DISCARD)
              .start();
      await(() -> printed(run, stdout));
      registry.destroyForcibly().waitFor();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
    assertThat(journal.tryLock(run.id())).isTrue();
    return run;
  }

  private static List<String> shell(String stdout, String script) {
    return List.of("sh", "-c", "printf %s \"$1\"; " + script, "sh", stdout);
  }

  private boolean printed(Run run, String stdout) {
    return journal
        .workspace(run.id())
        .flatMap(place -> executor.log(place, LogStream.STDOUT))
        .filter(log -> read(log).contains(stdout))
        .isPresent();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void await(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) { // the contract has a time limit
      LockSupport.parkNanos(10_000_000);
    }
  }

  @Override
  protected RunExecutor executor() {
    return executor;
  }

  @Override
  protected Run thatPrintsAndExits(String stdout, String stderr, int code) {
    String script = "printf %s \"$1\"; printf %s \"$2\" >&2; exit " + code;
    return begin(null, "sh", "-c", script, "sh", stdout, stderr);
  }

  @Override
  protected Run thatNeverEnds(String stdout, Duration limit) {
    return begin(limit, shell(stdout, "exec sleep 1000").toArray(String[]::new));
  }

  @Override
  protected Run ofNoSuchProgram() {
    return begin(null, "no-such-program");
  }

  @Override
  protected Path workspace(Run running) {
    return journal.workspace(running.id()).orElseThrow();
  }

  @Override
  protected Run thatNeverStarted() {
    Run run = begin(null, "true");
    journal.unlock(run.id());
    return run;
  }

  @Override
  protected Run thatOutlivesItsRegistry(String stdout, Duration limit) {
    return orphan(limit, stdout, "exec sleep 1000");
  }

  @Override
  protected Run thatEndedAfterItsRegistry(String stdout, int code) {
    Path release = folder.resolve("release");
    Run run =
        orphan(
            null,
            stdout,
            "until [ -e '%s' ]; do sleep 0.1; done; exit %d".formatted(release, code));
    try {
      Files.createFile(release);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    await(() -> !executor.isAlive(run.id(), workspace(run)));
    return run;
  }

  @Override
  protected Run thatWasKilledWithItsRegistry(String stdout) {
    Run run = orphan(null, stdout, "exec sleep 1000");
    await(
        () -> {
          ProcessHandle.allProcesses()
              .filter(process -> belongsTo(process, run))
              .forEach(NiceExecutorTest::killWithSupervisor);
          return !executor.isAlive(run.id(), workspace(run));
        });
    return run;
  }

  /** The supervisor first, a Perl program: it would note how its child ended. */
  private static void killWithSupervisor(ProcessHandle process) {
    process
        .parent()
        .filter(parent -> parent.info().command().filter(c -> c.contains("perl")).isPresent())
        .ifPresent(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  private static boolean belongsTo(ProcessHandle process, Run run) {
    try {
      return Files.readString(
              Path.of("/proc/%d/environ".formatted(process.pid())),
              StandardCharsets.ISO_8859_1)
          .contains(LocalRunExecutor.RUN_ID_VARIABLE + "=" + run.id());
    } catch (IOException e) { // it has ended, or is another user's
      return false;
    }
  }

  @Test
  void a_command_is_nice() {
    Run run = begin(null, "nice");

    executor.start(run, Invocation.of(List.of("nice")), workspace(run)).await();

    assertThat(printed(run, "10\n")).isTrue();
  }
}
