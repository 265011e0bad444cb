package dev.runregistry.executor.slurm;

import dev.runregistry.executor.process.LogLimit;
import dev.runregistry.executor.process.RemoteSupervisor;
import dev.runregistry.internal.files.Backoff;
import dev.runregistry.journal.FileRunJournal;
import dev.runregistry.run.DatabaseIdentity;
import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunRequest;
import dev.runregistry.run.port.ExecutionHandle;
import dev.runregistry.run.port.ExecutionResult;
import dev.runregistry.run.port.JournalEntry;
import dev.runregistry.testkit.Runs;
import dev.runregistry.testkit.SlurmCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Runs in a home of the test's own, on a cluster. */
final class SlurmRuns {
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private final FileRunJournal home;
  private final SlurmCluster cluster;

  SlurmRuns(Path folder, SlurmCluster cluster) {
    home = FileRunJournal.at(folder);
    this.cluster = cluster;
  }

  FileRunJournal home() {
    return home;
  }

  static RemoteSupervisor supervisor() {
    return new RemoteSupervisor(LogLimit.DEFAULT, Duration.ofMillis(300), Duration.ofSeconds(2));
  }

  /** With short intervals, so that tests do not take long. */
  SlurmExecutor.Builder executor() {
    return SlurmExecutor.builder(supervisor())
        .environment(cluster.environment())
        .workingDirectory(home.folder())
        .interval(Duration.ofMillis(200))
        .evidenceDelay(Duration.ofSeconds(2))
        .forgottenDelay(Duration.ofSeconds(2));
  }

  Run begun(@Nullable Duration limit, String... command) {
    RunId id = Runs.id();
    RunRequest request =
        RunRequest.command(DatasetKey.NONE, "none", List.of(command)).withTimeLimit(limit);
    Run pending = Run.pending(id, request.toSpec(id), Runs.NOON);
    home.submit(pending, "slurm", DatabaseIdentity.UNKNOWN);
    return pending;
  }

  Path workspace(Run run) {
    return home.workspace(run.id()).orElseThrow();
  }

  Run pending(RunId id) {
    return ((JournalEntry.Submitted) home.read(id).orElseThrow()).pending();
  }

  /** Waits for the end of an execution and returns the run with its start and its end. */
  static Run finished(Run pending, ExecutionHandle handle) {
    ExecutionResult result = handle.await();
    Run begun = handle.started().isDone() ? started(pending, handle.started().join()) : pending;
    return begun.finish(result.outcome(), result.at().orElse(begun.startedAt()));
  }

  static Run started(Run pending, ExecutionHandle.Start start) {
    Run running = pending.start("slurm", start.at());
    return start.externalId().map(running::withExternalId).orElse(running);
  }

  static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    Backoff pause = new Backoff(Duration.ofMillis(50));
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
}
