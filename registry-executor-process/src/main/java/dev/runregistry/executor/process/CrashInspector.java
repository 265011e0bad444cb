package dev.runregistry.executor.process;

import dev.runregistry.internal.files.DurableFiles;
import dev.runregistry.internal.files.RegularFiles;
import dev.runregistry.internal.host.OwnerIdentity;
import dev.runregistry.internal.host.ProcessIdentity;
import dev.runregistry.internal.host.ProcessTable;
import dev.runregistry.internal.host.ProcessTable.Entry;
import dev.runregistry.run.LogStream;
import dev.runregistry.run.Output;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunMode;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.port.Inspection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Inspects the execution of a run whose lock this process holds. The order of the steps makes the
 * result correct: first look for a process that could still write a file, and only then for the
 * file.
 */
final class CrashInspector {
  private final RunId id;
  private final Workspace folder;
  private final ProcessFile processes;
  private final ProcessTable table;
  private final OwnerIdentity here;
  private List<Entry> survivors = List.of();

  CrashInspector(RunId id, Workspace folder, ProcessTable table, OwnerIdentity here) {
    this.id = id;
    this.folder = folder;
    this.table = table;
    this.here = here;
    processes = ProcessFile.asEvidence(folder);
  }

  /**
   * Returns the state of the execution.
   *
   * @throws IOException if the evidence cannot be read now, which implies nothing about the run
   */
  Inspection inspect(Run running) throws IOException {
    return inspect(running, List.of());
  }

  /**
   * Returns the state of an execution that was terminated.
   *
   * @param left its processes that could not be
   */
  Inspection inspect(Run running, List<Entry> left) throws IOException {
    survivors = left;
    try {
      return inspect(running, owner());
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** Returns the process that began the run, as journaled. */
  private OwnerIdentity owner() throws IOException {
    return OwnerIdentity.readFrom(folder.run());
  }

  /** Returns whether any process with the marker of the run lives. */
  boolean isAlive() throws IOException {
    try {
      return byMark().isPresent();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private Inspection inspect(Run run, OwnerIdentity owner) throws IOException {
    if (!here.isOnHostOf(owner)) {
      return notVisible("on the host " + owner.host());
    }
    if (!here.isInBootOf(owner)) {
      return withoutProcesses(run, "the host restarted meanwhile");
    }
    if (here.sharesPidsWith(owner)) {
      return isAnotherAlive(owner)
          ? new Inspection.NotVisible("Owned by the running process " + owner.process().pid())
          : withProcesses(run);
    }
    if (owner.isFirstOfNamespace()) { // its lock is free, so it and its container are gone
      return withoutProcesses(run, "its container ended");
    }
    return here.seesAllNamespaces()
        ? byMarkOnly(run)
        : notVisible("in another container of this host");
  }

  /** This process may be the owner: then its thread is gone, since it no longer holds the lock. */
  private boolean isAnotherAlive(OwnerIdentity owner) {
    return !owner.process().equals(here.process()) && table.isAlive(owner.process());
  }

  private Inspection withProcesses(Run run) throws IOException {
    if (!RegularFiles.exists(folder.processes()) && !markedCause(run).isOutcome()) {
      // the file is created before a supervisor is started
      return folder.attempt() > 1 ? withdrawn(run) : lost(run, neverStarted(run));
    }
    Optional<Inspection> found = look(run);
    if (found.isPresent()) {
      return found.get();
    }
    folder.placeStartBarrier();
    Optional<Inspection> late = look(run);
    if (late.isPresent()) {
      return late.get();
    }
    // not before: its registry may have marked and left it while the supervisor was starting
    if (markedCause(run).isOutcome()) {
      return exited(run);
    }
    return processes.withdraw() ? withdrawn(run) : lost(run, lossReason(run));
  }

  /**
   * After the attempt to start the run was withdrawn: another one may follow, so the barrier is
   * removed. Durable, so that the next attempt finds no file of this one.
   */
  private Inspection withdrawn(Run run) throws IOException {
    Files.deleteIfExists(folder.vanished());
    DurableFiles.sync(folder.path());
    return new Inspection.Lost(neverStarted(run), ending(run).output(), true);
  }

  /** Returns empty if nothing is alive and there is no exit code. */
  private Optional<Inspection> look(Run run) throws IOException {
    Optional<ProcessIdentity> supervisor = processes.supervisor().map(Entry::identity);
    boolean supervised = supervisor.filter(table::isAlive).isPresent();
    // a recorded exit ends the run, even while its supervisor handles remaining processes; a
    // supervisor of an earlier version records it last
    if (processes.isExitNoted() && !(supervised && processes.hasEarlierSupervisor())) {
      return Optional.of(exited(run));
    }
    if (supervised) {
      return Optional.of(alive(supervisor));
    }
    Optional<ProcessIdentity> child =
        processes.child().map(Entry::identity).filter(table::isAlive).or(this::byMark);
    if (child.isPresent()) {
      return Optional.of(alive(supervisor.or(() -> child)));
    }
    if (processes.supervisorStarted() && supervisor.isEmpty()) {
      return Optional.of(notVisible("where processes cannot be told apart"));
    }
    return Optional.empty();
  }

  private Inspection byMarkOnly(Run run) throws IOException {
    Optional<ProcessIdentity> alive = byMark();
    if (alive.isPresent()) {
      return alive(alive);
    }
    folder.placeStartBarrier();
    Optional<ProcessIdentity> late = byMark();
    return late.isPresent()
        ? alive(late)
        : withoutProcesses(run, "its container ended or it was killed there");
  }

  private Inspection alive(Optional<ProcessIdentity> since) {
    Optional<Duration> age = since.map(table::age).filter(time -> !time.isNegative());
    return new Inspection.Running(age);
  }

  /** Returns the oldest process with the run's marker. */
  private Optional<ProcessIdentity> byMark() {
    String cookie = LocalRunExecutor.RUN_ID_VARIABLE + "=" + id;
    return table.since(0).stream()
        .filter(process -> process.lives() && table.hasInEnvironment(process, cookie))
        .map(Entry::identity)
        .min((one, other) -> Long.compare(one.startTime(), other.startTime()));
  }

  private Inspection withoutProcesses(Run run, String why) throws IOException {
    return processes.isExitNoted() || markedCause(run).isOutcome()
        ? exited(run)
        : lost(run, why + lossContext(run));
  }

  private static String lossContext(Run run) {
    return run.spec().mode() == RunMode.DRY_RUN ? ", during the check" : ", before it ended";
  }

  private Inspection exited(Run run) throws IOException {
    EndCause cause = markedCause(run);
    Instant at =
        processes.endedAt().orElseThrow(() -> new NoSuchFileException(folder.exit().toString()));
    RunOutcome outcome = ending(run).read(cause);
    LogTrimmer.of(folder).cut();
    return new Inspection.Exited(outcome, at);
  }

  private static Inspection notVisible(String where) {
    return new Inspection.NotVisible("Cannot be inspected from here: started " + where);
  }

  private Inspection lost(Run run, String reason) throws IOException {
    Output output = ending(run).output();
    LogTrimmer.of(folder).cut();
    return new Inspection.Lost(reason, output, hasNeverStarted());
  }

  /**
   * The files of an execution are created before its supervisor is; a run can delete some of them.
   */
  private boolean hasNeverStarted() throws IOException {
    for (Path file :
        List.of(
            folder.processes(),
            folder.log(LogStream.STDOUT),
            folder.log(LogStream.STDERR),
            folder.supervisorLog(),
            folder.exit(),
            folder.vanished())) {
      if (RegularFiles.exists(file)) {
        return false;
      }
    }
    return true;
  }

  private OutcomeReader ending(Run run) {
    return new OutcomeReader(
        run,
        folder,
        processes,
        OptionalInt.empty(),
        new ProcessTree.TerminationResult(0, survivors));
  }

  private static String neverStarted(Run run) {
    return run.spec().mode() == RunMode.DRY_RUN
        ? "the registry was killed during the check"
        : "the registry was killed before it started anything";
  }

  private EndCause markedCause(Run run) throws IOException {
    return processes.markedCause(run.spec().timeLimit() != null);
  }

  private String lossReason(Run run) throws IOException {
    if (!processes.childStarted()) {
      return neverStarted(run);
    }
    return RegularFiles.exists(folder.exit())
        ? "it ended; its exit code could not be written"
        : "registry and supervisor were killed; exit status unknown";
  }
}
