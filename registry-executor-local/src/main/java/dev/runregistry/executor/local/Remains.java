package dev.runregistry.executor.local;

import dev.runregistry.executor.local.ProcessTable.Entry;
import dev.runregistry.run.Output;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunMode;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.port.RunStanding;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is left of a run whose claim we have. The order of the looks is what makes the answer true:
 * whoever could still write a file is looked for first, and only then the file.
 */
final class Remains {
  private static final Logger log = LoggerFactory.getLogger(Remains.class);

  private final RunId id;
  private final RunFolder folder;
  private final RunProcesses processes;
  private final ProcessTable table;
  private final Runner here;
  private final long unreadableBefore;

  Remains(RunId id, RunFolder folder, ProcessTable table, Runner here) {
    this.id = id;
    this.folder = folder;
    this.table = table;
    this.here = here;
    processes = new RunProcesses(folder);
    unreadableBefore = table.unreadable();
  }

  RunStanding standing() throws IOException {
    RunStanding found = found();
    requireEverythingRead();
    return found;
  }

  /** What could not be read is not absent: nothing is decided then. */
  private void requireEverythingRead() throws IOException {
    processes.requireReadable();
    if (table.unreadable() != unreadableBefore) {
      throw new IOException("processes of this host could not be read");
    }
  }

  private RunStanding found() throws IOException {
    Optional<Run> ended = ended();
    if (ended.isPresent()) {
      return new RunStanding.Ended(ended.get());
    }
    try {
      return standing(started());
    } catch (NoSuchFileException e) {
      return DurableFiles.exists(folder.path())
          ? damaged("there is no run.json")
          : new RunStanding.Settled();
    } catch (DamagedNoteException e) {
      return damaged("run.json: " + e.getMessage());
    }
  }

  private Optional<Run> ended() throws IOException {
    try {
      Run ended = RunJson.readEnded(Files.readAllBytes(folder.ended()));
      return Optional.of(ended).filter(run -> run.id().equals(id) && run.status().isFinal());
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (DamagedNoteException e) { // then it is found out a second time how it ended
      log.warn("run {}: the note of its ending is damaged: {}", id, e.getMessage());
      return Optional.empty();
    }
  }

  private StartedRun started() throws IOException {
    StartedRun started = RunJson.readStarted(Files.readAllBytes(folder.started()));
    if (!started.run().id().equals(id) || started.run().status().isFinal()) {
      throw new DamagedNoteException("it is of another run", null);
    }
    return started;
  }

  private RunStanding damaged(String reason) throws IOException {
    if (byCookie().isPresent()) {
      throw new IOException(reason + ", and its processes live");
    }
    return new RunStanding.Damaged(reason);
  }

  private RunStanding standing(StartedRun started) throws IOException {
    Run run = started.run();
    Runner runner = started.runner();
    if (!here.isOnHostOf(runner)) {
      return new RunStanding.Elsewhere("on the host " + runner.host());
    }
    if (!here.isInBootOf(runner)) {
      return withoutProcesses(run, "the host restarted meanwhile");
    }
    if (here.sharesPidsWith(runner)) {
      return isAnotherAlive(runner)
          ? new RunStanding.Carried("the process " + runner.process().pid())
          : withProcesses(run);
    }
    if (runner.isFirstOfNamespace()) { // its claim is free, so it is gone, and all with it
      return withoutProcesses(run, "its container ended");
    }
    return here.seesAllNamespaces()
        ? byCookieOnly(run)
        : new RunStanding.Elsewhere("in another container of this host");
  }

  /** We may be the runner ourselves: then its thread is gone, since it has no claim any more. */
  private boolean isAnotherAlive(Runner runner) {
    return !runner.process().equals(here.process()) && table.isAlive(runner.process());
  }

  private RunStanding withProcesses(Run run) throws IOException {
    if (!DurableFiles.exists(folder.processes()) && !DurableFiles.exists(folder.timedOut())) {
      // it is made before a supervisor is started
      return vanished(run, neverStarted(run));
    }
    Optional<RunStanding> found = look(run);
    if (found.isPresent()) {
      return found.get();
    }
    forbidToStart();
    found = look(run);
    return found.isPresent() ? found.get() : vanished(run, whatIsKnown(run));
  }

  /** Empty if nothing is alive and no exit code is there. */
  private Optional<RunStanding> look(Run run) throws IOException {
    Optional<ProcessIdentity> supervisor = processes.supervisor().map(Entry::identity);
    if (supervisor.filter(table::isAlive).isPresent()) {
      return Optional.of(orphaned(run, supervisor));
    }
    if (processes.isExitNoted()) { // by then it is over, whatever it has left behind
      return Optional.of(childEnded(run));
    }
    Optional<ProcessIdentity> child =
        processes.child().map(Entry::identity).filter(table::isAlive).or(this::byCookie);
    if (child.isPresent()) {
      return Optional.of(orphaned(run, supervisor.or(() -> child)));
    }
    if (processes.supervisorStarted() && supervisor.isEmpty()) {
      return Optional.of(new RunStanding.Elsewhere("where processes cannot be told apart"));
    }
    return DurableFiles.exists(folder.timedOut()) ? Optional.of(childEnded(run)) : Optional.empty();
  }

  private RunStanding byCookieOnly(Run run) throws IOException {
    Optional<ProcessIdentity> alive = byCookie();
    if (alive.isPresent()) {
      return orphaned(run, alive);
    }
    forbidToStart();
    Optional<ProcessIdentity> late = byCookie();
    return late.isPresent()
        ? orphaned(run, late)
        : withoutProcesses(run, "its container ended or it was killed there");
  }

  private RunStanding orphaned(Run run, Optional<ProcessIdentity> since) {
    LimitedLogs logs = LimitedLogs.of(folder);
    if (logs.areLimited()) { // nobody else looks after them any more
      logs.look(stream -> Long.MAX_VALUE);
    }
    Optional<Duration> age = since.map(table::age).filter(time -> !time.isNegative());
    return new RunStanding.Orphaned(run, age);
  }

  /** The oldest process with the run's cookie. */
  private Optional<ProcessIdentity> byCookie() {
    String cookie = LocalRunExecutor.COOKIE + "=" + id;
    return table.since(0).stream()
        .filter(process -> process.lives() && table.hasInEnvironment(process, cookie))
        .map(Entry::identity)
        .min((one, other) -> Long.compare(one.startTime(), other.startTime()));
  }

  /** After this a supervisor that has not begun yet starts nothing, and one that has is seen. */
  private void forbidToStart() throws IOException {
    requireEverythingRead();
    try {
      DurableFiles.create(folder.vanished(), new byte[0]);
    } catch (FileAlreadyExistsException e) {
      log.debug("run {} was looked for before", id);
    }
  }

  private RunStanding withoutProcesses(Run run, String why) throws IOException {
    return processes.isExitNoted() || DurableFiles.exists(folder.timedOut())
        ? childEnded(run)
        : vanished(run, why + whileWhat(run));
  }

  private static String whileWhat(Run run) {
    return run.spec().mode() == RunMode.DRY_RUN ? ", during the check" : ", before it ended";
  }

  private RunStanding childEnded(Run run) throws IOException {
    boolean inTime = !DurableFiles.exists(folder.timedOut());
    Instant at =
        processes.endedAt().orElseThrow(() -> new NoSuchFileException(folder.exit().toString()));
    RunOutcome outcome = ending(run).outcome(inTime);
    requireEverythingRead();
    LimitedLogs.of(folder).cut();
    return new RunStanding.ChildEnded(run, outcome, at);
  }

  private RunStanding vanished(Run run, String known) throws IOException {
    Output output = ending(run).output();
    requireEverythingRead();
    LimitedLogs.of(folder).cut();
    return new RunStanding.Vanished(run, known, output);
  }

  private RunEnding ending(Run run) {
    return new RunEnding(run, folder, processes, OptionalInt.empty(), ProcessTree.Ending.NOTHING);
  }

  private static String neverStarted(Run run) {
    return run.spec().mode() == RunMode.DRY_RUN
        ? "the registry was ended during the check"
        : "the registry was ended before it started anything";
  }

  private String whatIsKnown(Run run) throws IOException {
    if (!processes.childStarted()) {
      return neverStarted(run);
    }
    return DurableFiles.exists(folder.exit())
        ? "it ended, and its exit code could not be written"
        : "the registry and the supervisor were ended before it, and nobody saw how it ended";
  }
}
