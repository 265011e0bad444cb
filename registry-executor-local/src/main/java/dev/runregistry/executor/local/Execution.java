package dev.runregistry.executor.local;

import dev.runregistry.executor.local.LocalRunExecutor.Settings;
import dev.runregistry.run.Invocation;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.RunOutcome.NotStarted;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run, from its start to its end. {@link #toItsEnd} is called once; signals come from others.
 */
final class Execution {
  private static final Logger log = LoggerFactory.getLogger(Execution.class);

  private final Run run;
  private final Invocation invocation;
  private final Settings settings;
  private final RunFolder folder;
  private @Nullable LiveRun live; // guarded by this
  private @Nullable ProcessSignal signalled; // the first that asked to end; guarded by this
  private boolean interrupted; // by the terminal, which told the run itself; guarded by this
  private final List<ProcessSignal> waiting = new ArrayList<>(); // for the start; guarded by this

  Execution(Run run, Invocation invocation, Settings settings) {
    this.run = run;
    this.invocation = invocation;
    this.settings = settings;
    folder = settings.home().activeFolder(run.id());
  }

  /** Passes the signal on; see {@link LocalRunExecutor#signal}. */
  void signal(ProcessSignal signal) {
    if (!signal.asksToEnd()) {
      tell(signal);
      return;
    }
    LiveRun target;
    ProcessSignal sent;
    synchronized (this) {
      boolean isSecond = signalled != null || (interrupted && signal == ProcessSignal.INT);
      sent = isSecond ? ProcessSignal.KILL : signal;
      signalled = signalled == null ? signal : signalled;
      target = live;
    }
    if (target != null && !target.signal(sent)) {
      synchronized (this) { // it may have been for us alone: a TERM that follows is the first
        interrupted = true;
        signalled = null;
      }
    }
  }

  private void tell(ProcessSignal signal) {
    LiveRun target;
    synchronized (this) {
      target = live;
      if (target == null) {
        waiting.add(signal);
      }
    }
    if (target != null) {
      target.signal(signal);
    }
  }

  /** Whether there is nothing to show any more. */
  synchronized boolean isShown() {
    return live == null || live.isShown();
  }

  /** Waits for the reader of the output; see {@link LocalRunExecutor#awaitShown}. */
  void awaitShown() {
    LiveRun shown;
    synchronized (this) {
      shown = live;
    }
    if (shown != null) {
      shown.awaitShown();
    }
  }

  /** Returns when the run ended; see {@link LocalRunExecutor#endedAt}. */
  synchronized Optional<Instant> endedAt() {
    return live == null ? Optional.empty() : live.endedAt();
  }

  RunOutcome toItsEnd() {
    Launch launch = new Launch(run, invocation, settings, folder);
    Optional<NotStarted> obstacle = launch.obstacle();
    if (obstacle.isPresent()) {
      return obstacle.get();
    }
    try {
      return launch(launch);
    } catch (IOException e) {
      return new NotStarted(NotStarted.Why.REFUSED, "The host refused to start it: " + reason(e));
    }
  }

  /** Without the paths of this host: the message is on record for others to read. */
  private static String reason(IOException e) {
    if (e instanceof FileSystemException file) {
      return file.getReason() == null ? e.getClass().getSimpleName() : file.getReason();
    }
    Throwable cause = e.getCause(); // of a process that was not started: without its directory
    return String.valueOf(cause == null ? e.getMessage() : cause.getMessage());
  }

  private RunOutcome launch(Launch launch) throws IOException {
    LiveRun started;
    List<ProcessSignal> now;
    synchronized (this) {
      if (signalled != null) { // before there was anything to send it to
        return NotStarted.signalled(signalled.number());
      }
      started = new LiveRun(launch.start(), run, settings, folder);
      live = started;
      now = List.copyOf(waiting);
    }
    now.forEach(started::signal);
    tellOfStart();
    return toItsEnd(started);
  }

  private void tellOfStart() {
    try {
      settings.onStart().accept(run);
    } catch (RuntimeException | Error e) { // whoever listens: the run goes on
      log.error("run {}: somebody who was told of its start broke", run.id(), e);
    }
  }

  private static RunOutcome toItsEnd(LiveRun started) {
    boolean interrupted = false;
    boolean inTime = true;
    try {
      inTime = started.awaitEnd();
      if (!inTime) {
        started.noteTimeout();
      }
    } catch (InterruptedException e) {
      interrupted = true;
    } finally {
      started.end(inTime); // nothing is left running, whatever went wrong here
    }
    RunOutcome outcome = started.outcome(inTime);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return outcome;
  }
}
