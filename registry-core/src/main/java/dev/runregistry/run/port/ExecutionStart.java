package dev.runregistry.run.port;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Optional;

/**
 * The start of an execution by an engine that has a queue of its own.
 *
 * @param at the time at which the engine started it, by the clock of the engine
 * @param externalId the engine's own name for it, at most 256 characters; empty if it is unknown
 */
public record ExecutionStart(Instant at, Optional<String> externalId) {
  /** Checks the values. */
  public ExecutionStart {
    requireNonNull(at, "at");
    requireNonNull(externalId, "externalId");
  }
}
