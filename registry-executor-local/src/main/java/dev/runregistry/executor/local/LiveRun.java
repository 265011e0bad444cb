package dev.runregistry.executor.local;

import dev.runregistry.executor.local.LocalRunExecutor.Settings;
import dev.runregistry.executor.local.ProcessTable.Entry;
import dev.runregistry.run.LogStream;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunOutcome;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A run that has started: its supervisor, what that has started, and how it is all ended. */
final class LiveRun {
  /** How long a supervisor may take to note what its child did; it takes milliseconds. */
  private static final Duration NOTING = Duration.ofSeconds(10);

  /** How long what ignores PIPE may go on when nobody reads its output. */
  private static final Duration WITHOUT_READER = Duration.ofSeconds(1);

  private static final Duration FOR_EVER = Duration.ofDays(365_000);

  private static final Logger log = LoggerFactory.getLogger(LiveRun.class);

  private final Process supervisor;
  private final Run run;
  private final Settings settings;
  private final RunFolder folder;
  private final RunProcesses processes;
  private final ProcessTree tree;
  private final Map<LogStream, OutputFollower> followers;
  private final LimitedLogs logs;
  private volatile boolean showing = true;
  private volatile boolean signalled;
  private volatile boolean ended;
  private ProcessTree.Ending leftBehind = ProcessTree.Ending.NOTHING;

  LiveRun(Process supervisor, Run run, Settings settings, RunFolder folder) {
    this.supervisor = supervisor;
    this.run = run;
    this.settings = settings;
    this.folder = folder;
    processes = new RunProcesses(folder);
    tree =
        new ProcessTree(
            settings.table(),
            identity(),
            LocalRunExecutor.COOKIE + "=" + run.id(),
            settings.ownSession());
    logs = new LimitedLogs(folder, settings.logLimit());
    followers = new EnumMap<>(LogStream.class);
    settings.live().forEach((stream, target) -> followers.put(stream, follower(stream, target)));
  }

  private OutputFollower follower(LogStream stream, FileChannel target) {
    return new OutputFollower(
        folder.log(stream),
        target,
        settings.logLimit(),
        this::outputClosed,
        () -> shownToItsEnd(stream));
  }

  /** Called by a follower, which may have gone on after the run was settled. */
  private void shownToItsEnd(LogStream stream) {
    if (ended && logs.areLimited()) {
      logs.cut(settings.home().log(run.id(), stream));
    }
  }

  private long shown(LogStream stream) {
    OutputFollower follower = followers.get(stream);
    return follower == null ? Long.MAX_VALUE : follower.shown();
  }

  private ProcessIdentity identity() {
    return settings
        .table()
        .find(supervisor.pid())
        .or(processes::supervisor) // it has ended already
        .map(Entry::identity)
        .orElse(new ProcessIdentity(supervisor.pid(), 0));
  }

  /** Begins to show its output as it comes. */
  void show() {
    followers.values().forEach(OutputFollower::start);
  }

  /** Waits for the end of the run, at most for its time limit; returns whether it came in time. */
  boolean awaitEnd() throws InterruptedException {
    Duration limit = run.spec().timeLimit();
    if (limit == null) {
      return awaitEnd(FOR_EVER);
    }
    return awaitEnd(limit) || childHasEnded();
  }

  /** Looks after the logs meanwhile. */
  private boolean awaitEnd(Duration atMost) throws InterruptedException {
    long left = atMost.toMillis();
    long began = System.nanoTime();
    while (logs.areLimited() && left > 0) {
      long wait = Math.min(left, logs.look(this::shown).toMillis());
      if (supervisor.waitFor(wait, TimeUnit.MILLISECONDS)) {
        return true;
      }
      left = atMost.toMillis() - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
    }
    return supervisor.waitFor(Math.max(0, left), TimeUnit.MILLISECONDS);
  }

  /** Whether only the supervisor is left, which is about to note the exit code. */
  private boolean childHasEnded() {
    return processes
        .child()
        .filter(child -> !settings.table().isAlive(child.identity()))
        .isPresent();
  }

  /** So that it is a timeout also if nobody is left to say so. */
  void noteTimeout() {
    try {
      processes.timedOut();
    } catch (IOException e) { // full, say
      log.warn("run {}: cannot note that it is over its time limit", run.id(), e);
    }
  }

  /** Ends everything that still runs; the supervisor last, so that it can note the exit code. */
  void end() {
    ProcessTree.Ending ending = ProcessTree.Ending.NOTHING;
    if (supervisor.isAlive() && !childHasEnded()) {
      awaitChild();
      ending = tree.end(settings.killGrace());
    }
    boolean noted = ending.survivors().isEmpty() && Uninterruptibly.await(supervisor, NOTING);
    if (!noted) {
      supervisor.destroyForcibly();
      Uninterruptibly.await(supervisor, NOTING);
    }
    leftBehind = ending.survivors().isEmpty() ? tree.end(settings.killGrace()) : ending;
  }

  /** Called by a follower: what the child writes reaches nobody any more. */
  private void outputClosed() {
    signalled = true;
    tree.signal(ProcessSignal.PIPE);
    Duration patience =
        settings.killGrace().compareTo(WITHOUT_READER) < 0 ? settings.killGrace() : WITHOUT_READER;
    if (!Uninterruptibly.await(supervisor, patience)) {
      tree.end(settings.killGrace());
    }
  }

  /**
   * Sends the signal to all that runs, as soon as it can arrive.
   *
   * @return whether it did; false if all that it was for should have it from the terminal
   */
  boolean signal(ProcessSignal signal) {
    if (signal.asksToEnd()) {
      if (!supervisor.isAlive()) { // all that is left is to show the rest of the output
        showing = false;
      }
      signalled = true;
    }
    awaitChild();
    List<Entry> found = tree.find();
    List<Entry> targets =
        signal == ProcessSignal.INT && !settings.ownSession()
            ? withoutReachedByTerminal(found)
            : found;
    settings.table().signal(targets, signal);
    return found.isEmpty() || !targets.isEmpty();
  }

  /** Until its program can start, the child ignores signals as its supervisor does. */
  private void awaitChild() {
    Pause pause = new Pause(Duration.ofMillis(5));
    long giveUp = System.nanoTime() + NOTING.toNanos();
    while (supervisor.isAlive() && !processes.childStarted() && System.nanoTime() < giveUp) {
      pause.sleep();
    }
  }

  /** A terminal sends INT to each process of its foreground group, so they had it if we did. */
  private List<Entry> withoutReachedByTerminal(List<Entry> targets) {
    Optional<Entry> self = settings.table().find(ProcessHandle.current().pid());
    return self.filter(Entry::isInForeground)
        .map(
            foreground ->
                targets.stream().filter(target -> target.group() != foreground.group()).toList())
        .orElse(targets);
  }

  /** Says that there is no more output; what there is will be shown. */
  void finishShowing() {
    logs.note(); // once, before the followers can come to their end and cut them
    ended = true;
    followers.values().forEach(OutputFollower::finish);
  }

  boolean isShown() {
    return followers.values().stream().allMatch(OutputFollower::isDone);
  }

  /** Returns when all is shown or somebody does not want to wait. */
  void awaitShown() {
    followers
        .values()
        .forEach(
            follower -> {
              while (showing && !follower.awaitDone(Duration.ofMillis(20))) {
                // a second signal is for those who do not want to wait for a reader
              }
            });
  }

  /**
   * How it ended.
   *
   * @param inTime whether that was before its time limit
   */
  RunOutcome outcome(boolean inTime) {
    ProcessTree.Ending told = // a signal ends all of a tree, in no order: nothing was left behind
        signalled ? new ProcessTree.Ending(0, leftBehind.survivors()) : leftBehind;
    OptionalInt exit = OptionalInt.of(supervisor.exitValue());
    RunOutcome outcome = new RunEnding(run, folder, processes, exit, told).outcome(inTime);
    for (LogStream stream : LogStream.values()) {
      if (logs.areLimited() && shown(stream) == Long.MAX_VALUE) { // else its follower does so
        logs.cut(Optional.of(folder.log(stream)));
      }
    }
    return outcome;
  }
}
