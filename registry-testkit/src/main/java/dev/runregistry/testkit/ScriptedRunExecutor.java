package dev.runregistry.testkit;

import static java.util.Objects.requireNonNull;

import dev.runregistry.run.CancelRequest;
import dev.runregistry.run.Invocation;
import dev.runregistry.run.LogStream;
import dev.runregistry.run.Output;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.RunOutcome.Cancelled;
import dev.runregistry.run.RunOutcome.Exited;
import dev.runregistry.run.RunOutcome.NotStarted;
import dev.runregistry.run.RunOutcome.TimedOut;
import dev.runregistry.run.RuntimeStatus;
import dev.runregistry.run.output.OutputBatch;
import dev.runregistry.run.output.OutputPosition;
import dev.runregistry.run.output.RecordedLines;
import dev.runregistry.run.port.ExecutionHandle;
import dev.runregistry.run.port.ExecutionResult;
import dev.runregistry.run.port.Inspection;
import dev.runregistry.run.port.OutputReader;
import dev.runregistry.run.port.RunExecutor;
import dev.runregistry.run.port.RunExecutor.TerminationReason;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Starts nothing: each run ends as the test says. */
public final class ScriptedRunExecutor implements RunExecutor {
  private static final int ENDED_BY_TERM = 143;

  private final Script script;
  private final List<Run> executed = new CopyOnWriteArrayList<>();
  private final List<Invocation> invocations = new CopyOnWriteArrayList<>();
  private final List<TerminationReason> terminated = new CopyOnWriteArrayList<>();
  private final Map<RunId, Inspection> inspections = new ConcurrentHashMap<>();
  private final Map<Path, Output> printed = new ConcurrentHashMap<>();
  private final Map<RunId, CompletableFuture<ExecutionHandle.Start>> starts =
      new ConcurrentHashMap<>();
  private volatile boolean hasQueue;
  private volatile RuntimeStatus runtime = new RuntimeStatus(true, "1.0", "Available");

  private ScriptedRunExecutor(Script script) {
    this.script = requireNonNull(script, "script");
  }

  /** The script of a run. */
  @FunctionalInterface
  public interface Script {
    /**
     * Plays the run to its end.
     *
     * @throws InterruptedException if it is interrupted; it then ends as if by TERM
     */
    RunOutcome play(Run running) throws InterruptedException;
  }

  /** Every run ends at once, like that. */
  public static ScriptedRunExecutor endingWith(RunOutcome outcome) {
    return playing(running -> outcome);
  }

  /** Every run does what the script says. */
  public static ScriptedRunExecutor playing(Script script) {
    return new ScriptedRunExecutor(script);
  }

  /** A run that prints this and then goes on for ever, or to its time limit. */
  public static Script neverEnding(Output printed) {
    return running -> {
      Duration limit = running.spec().timeLimit();
      CountDownLatch never = new CountDownLatch(1);
      if (limit == null) {
        never.await();
      } else if (never.await(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IllegalStateException("nobody counts it down");
      }
      return new TimedOut(requireNonNull(limit), printed, "");
    };
  }

  /** The runs that were carried out, in the order in which they began. */
  public List<Run> executed() {
    return List.copyOf(executed);
  }

  /** Returns the invocations that were started, in order of their starts. */
  public List<Invocation> invocations() {
    return List.copyOf(invocations);
  }

  /** Sets the status of every program; at first it is available. */
  public void willSay(RuntimeStatus status) {
    runtime = requireNonNull(status, "status");
  }

  /**
   * From now on it has a queue: a run waits until its script ends, or {@link #startByEngine} was
   * called.
   */
  public void willQueue() {
    hasQueue = true;
  }

  /** Starts a run that waits in its queue. */
  public void startByEngine(RunId id, ExecutionHandle.Start start) {
    starts(id).complete(start);
  }

  private CompletableFuture<ExecutionHandle.Start> starts(RunId id) {
    return starts.computeIfAbsent(id, any -> new CompletableFuture<>());
  }

  @Override
  public boolean hasQueue() {
    return hasQueue;
  }

  /** Returns why runs without a registry were terminated, in the order of the calls. */
  public List<TerminationReason> terminated() {
    return List.copyOf(terminated);
  }

  /**
   * From now on that is what an inspection of the run finds. Unless said, nothing of a run lives
   * and nothing was started.
   */
  public void leave(RunId id, Inspection found) {
    inspections.put(id, requireNonNull(found, "found"));
  }

  @Override
  public RuntimeStatus probe(List<String> command) {
    return runtime;
  }

  @Override
  public String name() {
    return Runs.EXECUTOR;
  }

  @Override
  public ExecutionHandle start(Run running, Invocation invocation, Path workspace) {
    executed.add(running);
    invocations.add(invocation);
    CompletableFuture<ExecutionResult> result = new CompletableFuture<>();
    CompletableFuture<CancelRequest> cancelled = new CompletableFuture<>();
    Thread thread =
        new Thread(() -> play(running, workspace, result, cancelled), "run " + running.id());
    thread.setDaemon(true);
    thread.start();
    return new ExecutionHandle() {
      @Override
      public CompletableFuture<ExecutionResult> result() {
        return result;
      }

      @Override
      public CompletableFuture<ExecutionHandle.Start> started() {
        return starts(running.id());
      }

      @Override
      public void terminate() {
        thread.interrupt();
      }

      @Override
      public void cancel(CancelRequest request) {
        if (cancelled.complete(request)) {
          thread.interrupt();
        }
      }
    };
  }

  private void play(
      Run running,
      Path workspace,
      CompletableFuture<ExecutionResult> result,
      CompletableFuture<CancelRequest> cancelled) {
    try {
      RunOutcome outcome = script.play(running);
      printed.put(workspace, outcome.output());
      result.complete(ExecutionResult.of(outcome));
    } catch (InterruptedException e) {
      RunOutcome outcome =
          cancelled.isDone()
              ? new Cancelled(cancelled.join().user(), Output.NONE, "")
              : new Exited(ENDED_BY_TERM, Output.NONE);
      result.complete(ExecutionResult.of(outcome));
    } catch (RuntimeException | Error e) {
      result.completeExceptionally(e);
    }
  }

  @Override
  public Inspection inspect(Run running, Path workspace) {
    return inspections.getOrDefault(
        running.id(),
        new Inspection.Lost(
            "the registry was killed before it started anything", Output.NONE, !has(running.id())));
  }

  private boolean has(RunId started) {
    return executed.stream().anyMatch(run -> run.id().equals(started));
  }

  @Override
  public Optional<String> lastPendingReason(RunId id) {
    return inspections.get(id) instanceof Inspection.Pending found
        ? Optional.of(found.reason())
        : Optional.empty();
  }

  @Override
  public boolean isAlive(RunId id, Path workspace) {
    return inspections.get(id) instanceof Inspection.Running;
  }

  @Override
  public void terminate(Run running, Path workspace, TerminationReason reason) {
    terminated.add(reason);
    if (reason == TerminationReason.PENDING_LIMIT) {
      NotStarted outcome = new NotStarted(NotStarted.Cause.REFUSED, "It waited too long");
      leave(running.id(), new Inspection.Exited(outcome, running.createdAt()));
    }
    if (reason == TerminationReason.TIME_LIMIT) {
      Duration limit = requireNonNull(running.spec().timeLimit(), "time limit");
      leave(
          running.id(),
          new Inspection.Exited(
              new TimedOut(limit, Output.NONE, ""), running.startedAt().plus(limit)));
    }
  }

  @Override
  public Inspection cancel(Run running, Path workspace, CancelRequest request) {
    if (isAlive(running.id(), workspace)
        || inspections.get(running.id()) instanceof Inspection.Pending) {
      leave(
          running.id(),
          new Inspection.Exited(
              new Cancelled(request.user(), Output.NONE, ""), running.startedAt()));
    }
    return inspect(running, workspace);
  }

  @Override
  public Optional<Path> log(Path workspace, LogStream stream) {
    return Optional.empty();
  }

  /** The output of a run that has ended. */
  @Override
  public Optional<OutputReader> output(Path workspace) {
    return Optional.ofNullable(printed.get(workspace)).map(ScriptedRunExecutor::reader);
  }

  private static OutputReader reader(Output output) {
    RecordedLines lines = RecordedLines.of(output);
    return new OutputReader() {
      @Override
      public OutputBatch read(OutputPosition from, boolean ended) {
        return lines.after(from);
      }

      @Override
      public void close() {}
    };
  }
}
