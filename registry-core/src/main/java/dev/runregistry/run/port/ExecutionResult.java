package dev.runregistry.run.port;

import static java.util.Objects.requireNonNull;

import dev.runregistry.run.RunOutcome;
import java.time.Instant;
import java.util.Optional;

/**
 * The result of an execution.
 *
 * @param outcome how it ended
 * @param at the time at which it ended, by the clock of the executor and before its remaining
 *     processes were terminated; empty if unknown: the caller then uses the current time
 */
public record ExecutionResult(RunOutcome outcome, Optional<Instant> at) {
  /** Checks the values. */
  public ExecutionResult {
    requireNonNull(outcome, "outcome");
    requireNonNull(at, "at");
  }

  /** Returns the result of an execution that ends now. */
  public static ExecutionResult of(RunOutcome outcome) {
    return new ExecutionResult(outcome, Optional.empty());
  }
}
