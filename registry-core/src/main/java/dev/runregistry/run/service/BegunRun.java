package dev.runregistry.run.service;

import dev.runregistry.run.Run;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.RunStatus;
import dev.runregistry.run.port.ExecutionHandle;
import dev.runregistry.run.port.RunExecutor;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * A live run, pending or running, with its executor and the recordings of its states. Safe for use
 * by many threads.
 */
final class BegunRun {
  private final RunExecutor executor;
  private final Executor writer;
  private final Consumer<Run> onStart;
  private final List<StartRecording> recordings = new ArrayList<>(); // guarded by this
  private Run run; // guarded by this

  /**
   * Creates it.
   *
   * @param run as it began
   * @param recording saves that state
   * @param writer saves its later states
   * @param onStart called with the run once its engine has started it
   */
  BegunRun(
      Run run,
      RunExecutor executor,
      StartRecording recording,
      Executor writer,
      Consumer<Run> onStart) {
    this.run = run;
    this.executor = executor;
    this.writer = writer;
    this.onStart = onStart;
    recordings.add(recording);
  }

  /** Returns the run in its present state. */
  synchronized Run run() {
    return run;
  }

  RunExecutor executor() {
    return executor;
  }

  Executor writer() {
    return writer;
  }

  Consumer<Run> onStart() {
    return onStart;
  }

  /** Returns the recordings of its states, in their order. */
  synchronized List<StartRecording> recordings() {
    return List.copyOf(recordings);
  }

  /** Adds the recording of its present state. */
  synchronized void add(StartRecording recording) {
    recordings.add(recording);
  }

  /** Changes a pending run to running, as its engine reports; returns the running run. */
  synchronized Run start(ExecutionHandle.Start start) {
    if (run.status() == RunStatus.PENDING) {
      run = started(run, executor, start);
    }
    return run;
  }

  /** Returns the pending run as its engine started it. */
  static Run started(Run pending, RunExecutor executor, ExecutionHandle.Start start) {
    Run running = pending.start(executor.name(), start.at());
    return start.externalId().map(running::withExternalId).orElse(running);
  }

  /**
   * Returns the run as it was before it ended like that.
   *
   * @param at when it ended: the start of a pending run that cannot have ended before its start,
   *     which its executor has not reported
   */
  synchronized Run before(RunOutcome outcome, Instant at) {
    return run.status() == RunStatus.PENDING && !outcome.canPrecedeStart()
        ? run.start(executor.name(), at)
        : run;
  }
}
