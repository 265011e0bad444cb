package dev.runregistry.run.port;

import static java.util.Objects.requireNonNull;

import dev.runregistry.run.CancelRequest;
import dev.runregistry.run.RunOutcome;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** One execution that was started. Safe for use by many threads. */
public interface ExecutionHandle {
  /**
   * Returns the future result. It completes when the execution has ended, its output is complete
   * and all its remaining processes were terminated, whether or not a thread waits for it. It
   * completes exceptionally with {@link UnreadableOutcomeException} if the evidence of how it ended
   * cannot be read now; a later {@link RunExecutor#inspect} may succeed. Completing or cancelling
   * it has no effect on the execution.
   */
  CompletableFuture<ExecutionResult> result();

  /**
   * Returns the future start. Of an executor {@link RunExecutor#hasQueue with a queue} it completes
   * when the engine has started the execution, before {@link #result}, and never if the engine does
   * not start it. Others start it before they return this handle, and their runs are on record as
   * running from then on: their future is not used and never completes.
   */
  default CompletableFuture<Start> started() {
    return new CompletableFuture<>();
  }

  /**
   * Terminates the execution: its processes get TERM and, after the grace period, KILL. Returns at
   * once; {@link #result} completes with how it ended. Does nothing if it has ended.
   */
  void terminate();

  /**
   * Cancels the execution: as {@link #terminate}, with {@link RunOutcome.Cancelled} as its outcome,
   * even if this process dies before it has ended. Of its own end, its time limit and this, the
   * first one is its outcome. Returns at once; does nothing if it has ended.
   */
  void cancel(CancelRequest request);

  /**
   * The start of an execution by an engine that has a queue of its own.
   *
   * @param at the time at which the engine started it, by the clock of the engine
   * @param externalId the engine's own name for it, at most 256 characters; empty if it is unknown
   */
  record Start(Instant at, Optional<String> externalId) {
    /** Checks the values. */
    public Start {
      requireNonNull(at, "at");
      requireNonNull(externalId, "externalId");
    }
  }

  /** Returns the handle of an execution that ended before anything was started. */
  static ExecutionHandle ended(RunOutcome outcome) {
    CompletableFuture<ExecutionResult> result =
        CompletableFuture.completedFuture(ExecutionResult.of(outcome));
    return new ExecutionHandle() {
      @Override
      public CompletableFuture<ExecutionResult> result() {
        return result;
      }

      @Override
      public void terminate() {
        // nothing runs
      }

      @Override
      public void cancel(CancelRequest request) {
        // nothing runs
      }
    };
  }

  /**
   * Blocks until the execution has ended. When the calling thread is interrupted, the execution is
   * terminated, its result is returned, and the thread's flag is set again.
   *
   * @throws UnreadableOutcomeException if the evidence of how it ended cannot be read now
   */
  default ExecutionResult await() {
    try {
      return result().get();
    } catch (InterruptedException e) {
      terminate();
      try {
        return join();
      } finally {
        Thread.currentThread().interrupt();
      }
    } catch (ExecutionException e) {
      return join(); // throws its cause
    }
  }

  private ExecutionResult join() {
    try {
      return result().join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }
}
