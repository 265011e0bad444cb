package dev.runregistry.executor.process;

import dev.runregistry.internal.files.Backoff;
import dev.runregistry.internal.host.ProcessTable;
import dev.runregistry.journal.FileRunJournal;
import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.Invocation;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.RunOutcome.Exited;
import dev.runregistry.run.RunOutcome.NotStarted;
import dev.runregistry.run.RunRequest;
import dev.runregistry.run.port.JournalEntry;
import dev.runregistry.run.port.RunExecutor.TerminationReason;
import dev.runregistry.testkit.Runs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Real runs in a home of the test's own. */
public final class LocalRuns {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final FileRunJournal home;

  public LocalRuns(Path folder) {
    home = FileRunJournal.at(folder);
  }

  public FileRunJournal home() {
    return home;
  }

  /** With a short grace, so that tests of those that ignore TERM do not take long. */
  public LocalRunExecutor.Builder executor() {
    return LocalRunExecutor.builder().killGrace(Duration.ofMillis(300));
  }

  /** Those of a run without any. */
  public LocalRunExecutor.Settings settings() {
    return executor().workingDirectory(home.folder()).settings();
  }

  public Run begun(@Nullable Duration limit, String... command) {
    RunId id = Runs.id();
    RunRequest request =
        RunRequest.command(DatasetKey.NONE, "none", List.of(command)).withTimeLimit(limit);
    Run running = Run.started(id, request.toSpec(id), Runs.EXECUTOR, Runs.NOON);
    home.begin(running);
    return running;
  }

  /** A training whose configuration can be written. */
  public Run begunTraining(String... command) {
    RunId id = Runs.id();
    RunRequest request = RunRequest.training(new DatasetKey("m"), "none", List.of(command));
    Run running = Run.started(id, request.toSpec(id), Runs.EXECUTOR, Runs.NOON);
    home.begin(running);
    return running;
  }

  /** As the registry does it: the record of what it starts has no secrets. */
  public RunOutcome execute(String... command) {
    return execute(executor().build(), begun(null, command), Invocation.of(List.of(command)));
  }

  /** Executes a run that has begun. */
  public RunOutcome execute(LocalRunExecutor executor, Run running) {
    return execute(executor, running, Invocation.of(running.spec().command()));
  }

  public RunOutcome execute(LocalRunExecutor executor, Run running, Invocation invocation) {
    return executor.start(running, invocation, folder(running).path()).await().outcome();
  }

  /** The workspace of a run, which is there, or would be. */
  public static Workspace workspace(FileRunJournal home, RunId id) {
    return new Workspace(
        home.workspace(id).orElseGet(() -> home.folder().resolve("runs/active/" + id)));
  }

  /** The run as the journal has its ending. */
  static Run ended(Workspace run) {
    return ((JournalEntry.Ended) entry(run)).run();
  }

  /** The run as the journal has its beginning. */
  static Run running(Workspace run) {
    return ((JournalEntry.Begun) entry(run)).running();
  }

  private static JournalEntry entry(Workspace run) {
    Path home = run.path().getParent().getParent().getParent();
    return FileRunJournal.at(home)
        .read(RunId.parse(run.path().getFileName().toString()))
        .orElseThrow();
  }

  /** What the journal knows of a run, and what an inspection finds where that is its beginning. */
  public Object found(RunId id) {
    return found(home, id);
  }

  public static Object found(FileRunJournal home, RunId id) {
    JournalEntry entry = home.read(id).orElseThrow();
    return entry instanceof JournalEntry.Begun begun
        ? LocalRunExecutor.builder().build().inspect(begun.running(), workspace(home, id).path())
        : entry;
  }

  /** The run as the journal has its beginning. */
  public static Run running(FileRunJournal home, RunId id) {
    return ((JournalEntry.Begun) home.read(id).orElseThrow()).running();
  }

  public static void terminate(FileRunJournal home, RunId id, TerminationReason reason) {
    LocalRunExecutor.builder()
        .build()
        .terminate(running(home, id), workspace(home, id).path(), reason);
  }

  public Exited exited(String... command) {
    return (Exited) execute(command);
  }

  public NotStarted notStarted(String... command) {
    return (NotStarted) execute(command);
  }

  /** Whether sh is that of BusyBox, as on Alpine. */
  public boolean isShellBusybox() {
    return exited("sh", "-c", "sh --help 2>&1 | grep -q BusyBox").code() == 0;
  }

  public Workspace folder(Run run) {
    return workspace(home, run.id());
  }

  /** Those processes, still alive, that have this word among their arguments. */
  public static List<Long> alive(String word) {
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

  public static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    Backoff pause = new Backoff(Duration.ofMillis(20));
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("still not so after " + PATIENCE);
      }
      pause.sleep();
    }
  }

  public static boolean contains(Path file, String text) {
    try {
      return Files.readString(file).contains(text);
    } catch (IOException e) {
      return false; // not there yet
    }
  }
}
