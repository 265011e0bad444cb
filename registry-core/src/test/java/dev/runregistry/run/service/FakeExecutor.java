package dev.runregistry.run.service;

import dev.runregistry.run.CancelRequest;
import dev.runregistry.run.Invocation;
import dev.runregistry.run.LogStream;
import dev.runregistry.run.Output;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.RunOutcome.Cancelled;
import dev.runregistry.run.RunOutcome.Exited;
import dev.runregistry.run.RuntimeStatus;
import dev.runregistry.run.port.ExecutionHandle;
import dev.runregistry.run.port.ExecutionResult;
import dev.runregistry.run.port.Inspection;
import dev.runregistry.run.port.RunExecutor;
import dev.runregistry.run.port.RunExecutor.TerminationReason;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Starts nothing: a run ends when the test says so, or at once if it {@link #endsAtOnce}. */
final class FakeExecutor implements RunExecutor {
  final Map<RunId, Invocation> invocations = new ConcurrentHashMap<>();
  final Map<RunId, Inspection> found = new ConcurrentHashMap<>();
  final Set<RunId> alive = ConcurrentHashMap.newKeySet();
  final Map<RunId, Path> places = new ConcurrentHashMap<>(); // of runs of other homes
  volatile boolean endsAtOnce;
  volatile @Nullable RuntimeException failure; // of its engine
  private final BlockingQueue<RunId> started = new LinkedBlockingQueue<>();
  private final Map<RunId, CompletableFuture<ExecutionResult>> results = new ConcurrentHashMap<>();
  private final Map<RunId, CompletableFuture<ExecutionHandle.Start>> starts =
      new ConcurrentHashMap<>();
  private final String name;
  private final boolean hasQueue;

  FakeExecutor() {
    this("process", false);
  }

  FakeExecutor(String name, boolean hasQueue) {
    this.name = name;
    this.hasQueue = hasQueue;
  }

  @Override
  public boolean hasQueue() {
    return hasQueue;
  }

  @Override
  public boolean endsWithHost() {
    return !hasQueue;
  }

  @Override
  public Map<RunId, Path> workspaces(Set<RunId> runs) {
    if (failure != null) {
      throw failure;
    }
    Map<RunId, Path> known = new HashMap<>(places);
    known.keySet().retainAll(runs);
    return known;
  }

  @Override
  public Optional<String> lastPendingReason(RunId id) {
    return found.get(id) instanceof Inspection.Pending waits
        ? Optional.of(waits.reason())
        : Optional.empty();
  }

  void startByEngine(RunId id, ExecutionHandle.Start start) {
    starts.get(id).complete(start);
  }

  /** Returns the next run that is started, in the order of the starts; null after a minute. */
  RunId nextStarted() throws InterruptedException {
    return started.poll(1, TimeUnit.MINUTES);
  }

  /** Returns the runs that were started and not yet returned by {@link #nextStarted}. */
  List<RunId> started() {
    return List.copyOf(started);
  }

  void end(RunId id) {
    end(id, new Exited(0, Output.NONE));
  }

  private void end(RunId id, RunOutcome outcome) {
    results.get(id).complete(ExecutionResult.of(outcome));
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public ExecutionHandle start(Run running, Invocation invocation, Path workspace) {
    RunId id = running.id();
    CompletableFuture<ExecutionResult> result = new CompletableFuture<>();
    results.put(id, result);
    starts.put(id, new CompletableFuture<>());
    invocations.put(id, invocation);
    started.add(id);
    if (endsAtOnce) {
      end(id);
    }
    return new ExecutionHandle() {
      @Override
      public CompletableFuture<ExecutionResult> result() {
        return result;
      }

      @Override
      public CompletableFuture<ExecutionHandle.Start> started() {
        return starts.get(id);
      }

      @Override
      public void terminate() {
        end(id, new Exited(143, Output.NONE));
      }

      @Override
      public void cancel(CancelRequest request) {
        end(id, Cancelled.beforeStart(request));
      }
    };
  }

  @Override
  public Inspection inspect(Run running, Path workspace) {
    if (found.containsKey(running.id())) {
      return found.get(running.id());
    }
    return alive.contains(running.id())
        ? new Inspection.Running(Optional.empty())
        : new Inspection.Lost("its registry was killed", Output.NONE, true);
  }

  @Override
  public boolean isAlive(RunId id, Path workspace) {
    return alive.contains(id);
  }

  @Override
  public void terminate(Run running, Path workspace, TerminationReason reason) {}

  @Override
  public Inspection cancel(Run running, Path workspace, CancelRequest request) {
    return inspect(running, workspace);
  }

  @Override
  public RuntimeStatus probe(List<String> command) {
    return new RuntimeStatus(true, null, "available");
  }

  @Override
  public Optional<Path> log(Path workspace, LogStream stream) {
    return Optional.empty();
  }
}
