package dev.runregistry.executor.process;

import dev.runregistry.executor.process.LocalRunExecutor.Settings;
import dev.runregistry.run.CancelRequest;
import dev.runregistry.run.Invocation;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunOutcome.NotStarted;
import dev.runregistry.run.port.ExecutionHandle;
import dev.runregistry.run.port.ExecutionResult;
import dev.runregistry.run.port.UnreadableOutcomeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One execution, from its start to its end. No thread waits for it: its supervisor or its time
 * limit completes the cause on which a thread finishes it.
 */
final class Execution implements ExecutionHandle {
  private static final Logger log = LoggerFactory.getLogger(Execution.class);

  private static final Duration FOR_EVER = Duration.ofDays(100_000); // 292 years would overflow

  private final Run run;
  private final Invocation invocation;
  private final Settings settings;
  private final Workspace folder;
  private final Consumer<Execution> onEnd;
  private final CompletableFuture<EndCause> cause = new CompletableFuture<>();
  private final CompletableFuture<ExecutionResult> result = new CompletableFuture<>();
  private @Nullable RunningProcess live; // guarded by this
  private @Nullable ProcessSignal signalled; // the first terminating one; guarded by this
  private boolean interrupted; // by the terminal, which signals the run itself; guarded by this
  private final List<ProcessSignal> waiting = new ArrayList<>(); // until start; guarded by this

  /**
   * Creates an execution that has not started.
   *
   * @param onEnd called after it has ended, before its result is known
   */
  Execution(
      Run run,
      Invocation invocation,
      Settings settings,
      Path workspace,
      Consumer<Execution> onEnd) {
    this.run = run;
    this.invocation = invocation;
    this.settings = settings;
    this.onEnd = onEnd;
    folder = new Workspace(workspace);
  }

  /** Forwards the signal; see {@link LocalRunExecutor#signal}. */
  void signal(ProcessSignal signal) {
    if (!signal.asksToEnd()) {
      forward(signal);
      return;
    }
    RunningProcess target;
    ProcessSignal sent;
    synchronized (this) {
      boolean isSecond = signalled != null || (interrupted && signal == ProcessSignal.INT);
      sent = isSecond ? ProcessSignal.KILL : signal;
      signalled = signalled == null ? signal : signalled;
      target = live;
    }
    if (target != null && !target.signal(sent)) {
      synchronized (this) { // possibly for this process alone: a following TERM is the first
        interrupted = true;
        signalled = null;
      }
    }
  }

  private void forward(ProcessSignal signal) {
    RunningProcess target;
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

  /** Returns whether all output is shown. */
  synchronized boolean isDrained() {
    return live == null || live.isDrained();
  }

  /** Blocks until the output is drained; see {@link LocalRunExecutor#awaitDrained}. */
  void awaitDrained() {
    RunningProcess shown;
    synchronized (this) {
      shown = live;
    }
    if (shown != null) {
      shown.awaitDrained();
    }
  }

  @Override
  public CompletableFuture<ExecutionResult> result() {
    return result;
  }

  @Override
  public void terminate() {
    cause.complete(EndCause.TERMINATED);
  }

  @Override
  public void cancel(CancelRequest request) {
    cause.complete(EndCause.cancelled(request));
  }

  /** Starts it; any obstacle becomes its result. */
  void start() {
    Launch launch = new Launch(run, invocation, settings, folder);
    try {
      Optional<NotStarted> obstacle = launch.obstacle();
      if (obstacle.isEmpty()) {
        obstacle = obstacle(launch);
      }
      obstacle.ifPresent(outcome -> complete(ExecutionResult.of(outcome)));
    } catch (RuntimeException | Error e) {
      onEnd.accept(this);
      throw e;
    }
  }

  private Optional<NotStarted> obstacle(Launch launch) {
    try {
      return launch(launch);
    } catch (IOException e) {
      return Optional.of(
          new NotStarted(
              NotStarted.Cause.REFUSED, "The operating system could not start it: " + reason(e)));
    }
  }

  /** Returns the reason without the paths of this host: the message is recorded. */
  private static String reason(IOException e) {
    if (e instanceof FileSystemException file) {
      return file.getReason() == null ? e.getClass().getSimpleName() : file.getReason();
    }
    Throwable cause = e.getCause(); // of a failed process start: without its directory
    return String.valueOf(cause == null ? e.getMessage() : cause.getMessage()).strip();
  }

  private Optional<NotStarted> launch(Launch launch) throws IOException {
    RunningProcess started;
    List<ProcessSignal> now;
    synchronized (this) {
      if (signalled != null) { // before there was a process to send it to
        return Optional.of(NotStarted.signalled(signalled.number()));
      }
      started = new RunningProcess(launch.start(), run, settings, folder);
      live = started;
      now = List.copyOf(waiting);
    }
    now.forEach(started::signal);
    notifyStarted();
    awaitCause(started);
    return Optional.empty();
  }

  private void notifyStarted() {
    try {
      settings.onStart().accept(run);
    } catch (RuntimeException | Error e) { // the run continues
      log.error("run {}: start listener failed", run.id(), e);
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored") // finish completes the result in any case
  private void awaitCause(RunningProcess started) {
    cause.thenAccept(first -> onThread(() -> finish(started, first)));
    started.ended().thenRun(() -> cause.complete(EndCause.ENDED));
    Duration limit = run.spec().timeLimit();
    if (limit != null && limit.compareTo(FOR_EVER) < 0) {
      cause.completeOnTimeout(EndCause.TIME_LIMIT, limit.toNanos(), TimeUnit.NANOSECONDS);
    }
  }

  private void onThread(Runnable task) {
    try {
      Thread thread = new Thread(task, "end of run " + run.id());
      thread.setDaemon(true);
      thread.start();
    } catch (OutOfMemoryError e) { // no thread is available
      log.debug("run {} is finished by the thread at hand", run.id(), e);
      task.run();
    }
  }

  private void finish(RunningProcess started, EndCause first) {
    try {
      complete(end(started, first));
    } catch (UncheckedIOException e) {
      onEnd.accept(this);
      result.completeExceptionally(
          new UnreadableOutcomeException(
              "run %s cannot be observed: %s".formatted(run.id(), e.getCause()), e));
    } catch (RuntimeException | Error e) {
      onEnd.accept(this);
      result.completeExceptionally(e);
    }
  }

  private void complete(ExecutionResult ended) {
    try {
      settings.onEnd().accept(ended.outcome());
    } catch (RuntimeException | Error e) { // the run has ended
      log.error("run {}: end listener failed", run.id(), e);
    }
    onEnd.accept(this);
    result.complete(ended);
  }

  private static ExecutionResult end(RunningProcess started, EndCause first) {
    EndCause cause = first;
    try {
      cause = started.mark(first);
    } finally {
      started.end(cause); // no process is left running, even after a failure here
    }
    return new ExecutionResult(started.outcome(cause), started.endedAt());
  }
}
