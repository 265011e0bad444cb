package dev.runregistry.run.port;

import static java.util.Objects.requireNonNull;

import dev.runregistry.run.RunOutcome;
import java.time.Instant;
import java.util.Optional;

/**
 * How an execution ended.
 *
 * @param outcome how it ended
 * @param at when, by the clock of the executor and before anything that it left behind was
 *     terminated; empty if that is not known: then it ended now
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
