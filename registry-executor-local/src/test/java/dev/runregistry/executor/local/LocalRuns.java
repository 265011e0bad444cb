package dev.runregistry.executor.local;

import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.Invocation;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.RunOutcome.Exited;
import dev.runregistry.run.RunOutcome.NotStarted;
import dev.runregistry.run.RunRequest;
import dev.runregistry.run.port.JournalEntry;
import dev.runregistry.run.port.TerminationReason;
import dev.runregistry.testkit.Runs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Real runs in a home of the test's own. */
final class LocalRuns {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final RunHome home;

  LocalRuns(Path folder) {
    home = RunHome.at(folder);
  }

  RunHome home() {
    return home;
  }

  /** With a short grace, so that tests of those that ignore TERM do not take long. */
  LocalRunExecutor.Builder executor() {
    return LocalRunExecutor.builder().killGrace(Duration.ofMillis(300));
  }

  /** Those of a run without any. */
  LocalRunExecutor.Settings settings() {
    return executor().workingDirectory(home.folder()).settings();
  }

  Run begun(@Nullable Duration limit, String... command) {
    RunId id = Runs.id();
    RunRequest request =
        RunRequest.command(DatasetKey.NONE, "none", List.of(command)).withTimeLimit(limit);
    Run running = Run.started(id, request.toSpec(id), Runs.EXECUTOR, Runs.NOON);
    home.begin(running);
    return running;
  }

  /** A training whose configuration can be written. */
  Run begunTraining(String... command) {
    RunId id = Runs.id();
    RunRequest request = RunRequest.training(new DatasetKey("m"), "none", List.of(command));
    Run running = Run.started(id, request.toSpec(id), Runs.EXECUTOR, Runs.NOON);
    home.begin(running);
    return running;
  }

  /** As the registry does it: the record of what it starts has no secrets. */
  RunOutcome execute(String... command) {
    return execute(executor().build(), begun(null, command), Invocation.of(List.of(command)));
  }

  /** Executes a run that has begun. */
  RunOutcome execute(LocalRunExecutor executor, Run running) {
    return execute(executor, running, Invocation.of(running.spec().command()));
  }

  RunOutcome execute(LocalRunExecutor executor, Run running, Invocation invocation) {
    return executor.start(running, invocation, folder(running).path()).await().outcome();
  }

  /** What the journal knows of a run, and what an inspection finds where that is its beginning. */
  Object found(RunId id) {
    return found(home, id);
  }

  static Object found(RunHome home, RunId id) {
    JournalEntry entry = home.read(id).orElseThrow();
    return entry instanceof JournalEntry.Begun begun
        ? LocalRunExecutor.builder().build().inspect(begun.running(), home.activeFolder(id).path())
        : entry;
  }

  /** The run as the journal has its beginning. */
  static Run running(RunHome home, RunId id) {
    return ((JournalEntry.Begun) home.read(id).orElseThrow()).running();
  }

  static void terminate(RunHome home, RunId id, TerminationReason reason) {
    LocalRunExecutor.builder()
        .build()
        .terminate(running(home, id), home.activeFolder(id).path(), reason);
  }

  Exited exited(String... command) {
    return (Exited) execute(command);
  }

  NotStarted notStarted(String... command) {
    return (NotStarted) execute(command);
  }

  /** Whether sh is that of BusyBox, as on Alpine. */
  boolean isShellBusybox() {
    return exited("sh", "-c", "sh --help 2>&1 | grep -q BusyBox").code() == 0;
  }

  RunFolder folder(Run run) {
    return home.activeFolder(run.id());
  }

  /** Those processes, still alive, that have this word among their arguments. */
  static List<Long> alive(String word) {
    return ProcessTable.ofThisHost().since(0).stream()
        .filter(ProcessTable.Entry::lives)
        .map(process -> process.identity().pid())
        .filter(pid -> arguments(pid).contains(word))
        .toList();
  }

  private static List<String> arguments(long pid) {
    try {
      return List.of(Files.readString(Path.of("/proc/" + pid + "/cmdline")).split("\0"));
    } catch (IOException e) {
      return List.of(); // it has ended
    }
  }

  static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    Pause pause = new Pause(Duration.ofMillis(20));
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("still not so after " + PATIENCE);
      }
      pause.sleep();
    }
  }

  static boolean contains(Path file, String text) {
    try {
      return Files.readString(file).contains(text);
    } catch (IOException e) {
      return false; // not there yet
    }
  }

  static List<Path> everythingIn(Path folder) throws IOException {
    try (Stream<Path> paths = Files.walk(folder)) {
      return paths.filter(path -> !path.equals(folder)).toList();
    }
  }
}
