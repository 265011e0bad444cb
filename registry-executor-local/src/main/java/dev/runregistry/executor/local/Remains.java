package dev.runregistry.executor.local;

import dev.runregistry.executor.local.ProcessTable.Entry;
import dev.runregistry.executor.local.internal.FileTooLargeException;
import dev.runregistry.executor.local.internal.NotRegularFileException;
import dev.runregistry.executor.local.internal.RegularFiles;
import dev.runregistry.run.Output;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunMode;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.port.RunStanding;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
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

  /** A command line has a few megabytes at most, each byte of it six as JSON. */
  private static final int MAX_NOTE_BYTES = 64 << 20;

  private final RunId id;
  private final RunFolder folder;
  private final RunProcesses processes;
  private final ProcessTable table;
  private final Runner here;

  Remains(RunId id, RunFolder folder, ProcessTable table, Runner here) {
    this.id = id;
    this.folder = folder;
    this.table = table;
    this.here = here;
    processes = RunProcesses.asEvidence(folder);
  }

  /**
   * What is left.
   *
   * @throws IOException if something cannot be read now; it is no different from what is
   */
  RunStanding standing() throws IOException {
    try {
      return look();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private RunStanding look() throws IOException {
    Optional<Run> ended = ended();
    if (ended.isPresent()) {
      return new RunStanding.Ended(ended.get());
    }
    StartedRun started;
    try {
      started = started();
    } catch (NoSuchFileException e) {
      return folder.isGone() ? new RunStanding.Settled() : damaged("there is no run.json");
    } catch (DamagedNoteException e) {
      return damaged("run.json: " + e.getMessage());
    }
    return standing(started);
  }

  /** A note, of which the run itself may have made something else: that is a damaged one. */
  static byte[] note(Path file) throws IOException {
    try {
      return RegularFiles.read(file, MAX_NOTE_BYTES, LinkOption.NOFOLLOW_LINKS);
    } catch (NotRegularFileException | FileTooLargeException e) { // the run has replaced it
      throw new DamagedNoteException(String.valueOf(e.getReason()), e);
    }
  }

  private Optional<Run> ended() throws IOException {
    try {
      Run ended = RunJson.readEnded(note(folder.ended()));
      return Optional.of(ended).filter(run -> run.id().equals(id) && run.status().isFinal());
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (DamagedNoteException e) { // then it is found out a second time how it ended
      log.warn("run {}: the note of its ending is damaged: {}", id, e.getMessage());
      return Optional.empty();
    }
  }

  private StartedRun started() throws IOException {
    StartedRun started = RunJson.readStarted(note(folder.started()));
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
    if (!RegularFiles.exists(folder.processes()) && !isOverTimeLimit(run)) {
      // it is made before a supervisor is started
      return vanished(run, neverStarted(run));
    }
    Optional<RunStanding> found = look(run);
    if (found.isPresent()) {
      return found.get();
    }
    forbidToStart();
    Optional<RunStanding> late = look(run);
    return late.isPresent() ? late.get() : vanished(run, whatIsKnown(run));
  }

  /** Empty if nothing is alive and no exit code is there. */
  private Optional<RunStanding> look(Run run) throws IOException {
    Optional<ProcessIdentity> supervisor = processes.supervisor().map(Entry::identity);
    boolean supervised = supervisor.filter(table::isAlive).isPresent();
    // once noted it is over, whatever it has left behind and its supervisor looks after; an earlier
    // version's notes it last thing
    if (processes.isExitNoted() && !(supervised && processes.hasEarlierSupervisor())) {
      return Optional.of(childEnded(run));
    }
    if (supervised) {
      return Optional.of(orphaned(run, supervisor));
    }
    Optional<ProcessIdentity> child =
        processes.child().map(Entry::identity).filter(table::isAlive).or(this::byCookie);
    if (child.isPresent()) {
      return Optional.of(orphaned(run, supervisor.or(() -> child)));
    }
    if (processes.supervisorStarted() && supervisor.isEmpty()) {
      return Optional.of(new RunStanding.Elsewhere("where processes cannot be told apart"));
    }
    return isOverTimeLimit(run) ? Optional.of(childEnded(run)) : Optional.empty();
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
    try {
      DurableFiles.create(folder.vanished(), new byte[0]);
    } catch (FileAlreadyExistsException e) {
      log.debug("run {} was looked for before", id);
    }
  }

  private RunStanding withoutProcesses(Run run, String why) throws IOException {
    return processes.isExitNoted() || isOverTimeLimit(run)
        ? childEnded(run)
        : vanished(run, why + whileWhat(run));
  }

  private static String whileWhat(Run run) {
    return run.spec().mode() == RunMode.DRY_RUN ? ", during the check" : ", before it ended";
  }

  private RunStanding childEnded(Run run) throws IOException {
    boolean inTime = !isOverTimeLimit(run);
    Instant at =
        processes.endedAt().orElseThrow(() -> new NoSuchFileException(folder.exit().toString()));
    RunOutcome outcome = ending(run).read(inTime);
    LimitedLogs.of(folder).cut();
    return new RunStanding.ChildEnded(run, outcome, at);
  }

  private RunStanding vanished(Run run, String known) throws IOException {
    Output output = ending(run).output();
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

  /** A run without a limit may have put the file there itself. */
  private boolean isOverTimeLimit(Run run) throws IOException {
    return run.spec().timeLimit() != null && RegularFiles.exists(folder.timedOut());
  }

  private String whatIsKnown(Run run) throws IOException {
    if (!processes.childStarted()) {
      return neverStarted(run);
    }
    return RegularFiles.exists(folder.exit())
        ? "it ended, and its exit code could not be written"
        : "the registry and the supervisor were ended before it, and nobody saw how it ended";
  }
}
