package dev.runregistry.executor.process;

import dev.runregistry.executor.process.LocalRunExecutor.Settings;
import dev.runregistry.internal.files.Backoff;
import dev.runregistry.internal.files.Uninterruptibly;
import dev.runregistry.internal.host.ProcessIdentity;
import dev.runregistry.internal.host.ProcessTable.Entry;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunOutcome;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A started run: its supervisor, its processes, and their termination. */
final class RunningProcess {
  /** The timeout for a supervisor to record the end of its child; it takes milliseconds. */
  private static final Duration NOTING = Duration.ofSeconds(10);

  private static final Logger log = LoggerFactory.getLogger(RunningProcess.class);

  private final Process supervisor;
  private final Run run;
  private final Settings settings;
  private final Workspace folder;
  private final ProcessFile processes;
  private final SupervisorLink link;
  private final ProcessTree tree;
  private volatile boolean showing = true;
  private volatile boolean signalled;
  private ProcessTree.TerminationResult leftBehind = ProcessTree.TerminationResult.NOTHING;

  RunningProcess(Process supervisor, Run run, Settings settings, Workspace folder) {
    this.supervisor = supervisor;
    this.run = run;
    this.settings = settings;
    this.folder = folder;
    processes = new ProcessFile(folder);
    link = new SupervisorLink(supervisor, processes);
    tree =
        new ProcessTree(
            settings.table(),
            identity(),
            LocalRunExecutor.RUN_ID_VARIABLE + "=" + run.id(),
            settings.ownSession());
    link.open();
  }

  private ProcessIdentity identity() {
    return settings
        .table()
        .find(supervisor.pid())
        .or(processes::supervisor) // it has ended already
        .map(Entry::identity)
        .orElse(new ProcessIdentity(supervisor.pid(), 0));
  }

  /** Completes when the run has ended, or its supervisor has. */
  CompletableFuture<Void> ended() {
    return link.ended();
  }

  /**
   * Returns whether only the supervisor is left, which is about to record the exit code. The files
   * in the workspace, which the run can write to, are used only without a pipe to its supervisor.
   */
  boolean hasChildExited() {
    if (link.end().isPresent()) {
      return true;
    }
    OptionalLong child = link.child();
    return child.isPresent()
        ? settings.table().find(child.getAsLong()).filter(this::isLiveChild).isEmpty()
        : processes
            .child()
            .filter(known -> !settings.table().isAlive(known.identity()))
            .isPresent();
  }

  private boolean isLiveChild(Entry process) {
    return process.lives() && process.parent() == supervisor.pid();
  }

  /**
   * Records durably that the run is about to be terminated for that reason, so that it is the
   * outcome even if this process dies.
   *
   * @return the reason to end; that the child ended by itself if it did so meanwhile
   */
  EndCause mark(EndCause cause) {
    if (!cause.isOutcome()) {
      return cause;
    }
    if (hasChildExited()) {
      return EndCause.ENDED;
    }
    try {
      processes.mark(cause);
      if (cause.kind() == EndCause.Kind.CANCELLED && hasChildExited()) {
        processes.deleteCancelMark();
        return EndCause.ENDED;
      }
    } catch (IOException e) { // for example a full disk
      log.warn("run {}: cannot record that it is being terminated: {}", run.id(), cause.kind(), e);
    }
    return cause;
  }

  /**
   * Terminates all running processes, unless its children are to be kept; the supervisor exits by
   * itself when none is left, after it has recorded the exit code.
   *
   * @param cause as {@link #mark}ed
   */
  void end(EndCause cause) {
    ProcessTree.TerminationResult ending = ProcessTree.TerminationResult.NOTHING;
    if (supervisor.isAlive() && !hasChildExited()) {
      awaitChild();
      ending = tree.end(settings.termination());
    }
    boolean noted = ending.survivors().isEmpty() && link.awaitEnd(NOTING);
    if (!noted) {
      endSupervisor();
    }
    boolean keeps = settings.keepChildren() && !cause.isOutcome() && noted;
    leftBehind =
        keeps || !ending.survivors().isEmpty()
            ? ending
            : tree.end(ProcessTree.Termination.term(settings.killGrace()));
    if (!leftBehind.survivors().isEmpty() || !link.awaitDone(NOTING)) {
      endSupervisor();
    }
  }

  private void endSupervisor() {
    supervisor.destroyForcibly();
    Uninterruptibly.await(supervisor, NOTING);
  }

  /**
   * Sends the signal to all running processes, as soon as it can arrive, except those that received
   * it already, because it was sent to the whole process group of this process.
   *
   * @return whether they certainly received it; false if it may have been for this process alone
   */
  boolean signal(ProcessSignal signal) {
    if (signal.asksToEnd()) {
      if (!supervisor.isAlive() || link.end().isPresent()) {
        showing = false; // only the rest of the output is left to be shown
      }
      signalled = true;
    }
    awaitChild();
    List<Entry> targets = tree.find();
    boolean sure = true;
    if (!settings.ownSession()) {
      Optional<Boolean> seen = link.hadSignal(signal.number());
      if (seen.orElseGet(() -> signal == ProcessSignal.INT && areInForeground())) {
        targets = outsideOfOurGroup(targets);
        sure = seen.isPresent();
      }
    }
    settings.table().signal(targets, signal.name());
    return sure;
  }

  /** Until its program can start, the child ignores signals as its supervisor does. */
  private void awaitChild() {
    Backoff pause = new Backoff(Duration.ofMillis(5));
    long giveUp = System.nanoTime() + NOTING.toNanos();
    while (supervisor.isAlive() && !processes.childStarted() && System.nanoTime() < giveUp) {
      pause.sleep();
    }
  }

  /** Without a report of the supervisor, in this process group, a terminal may have sent it. */
  private boolean areInForeground() {
    return self().filter(Entry::isInForeground).isPresent();
  }

  private List<Entry> outsideOfOurGroup(List<Entry> targets) {
    return self()
        .map(us -> targets.stream().filter(target -> target.group() != us.group()).toList())
        .orElse(targets);
  }

  private Optional<Entry> self() {
    return settings.table().find(ProcessHandle.current().pid());
  }

  boolean isDrained() {
    return settings.live() == Supervisor.LiveOutput.NONE || link.isDrained();
  }

  /** Blocks until all output is shown, or a second signal ends the wait. */
  void awaitDrained() {
    while (showing && !isDrained() && !link.awaitDrained(Duration.ofMillis(20))) {
      // a second signal ends the wait for a slow reader
    }
  }

  /**
   * Returns the outcome.
   *
   * @param cause as {@link #mark}ed
   */
  RunOutcome outcome(EndCause cause) {
    boolean isTreeEnded = signalled || cause.kind() == EndCause.Kind.CANCELLED;
    ProcessTree.TerminationResult told = // in any order: nothing was left behind
        isTreeEnded ? new ProcessTree.TerminationResult(0, leftBehind.survivors()) : leftBehind;
    OptionalInt exit =
        supervisor.isAlive() ? OptionalInt.empty() : OptionalInt.of(supervisor.exitValue());
    return new OutcomeReader(
            run, folder, processes, exit, link.child().isPresent(), link.end(), told)
        .outcome(cause);
  }

  /** Returns when the child ended; empty if its supervisor did not report it. */
  Optional<Instant> endedAt() {
    return link.end().map(ChildEnd::at);
  }
}
