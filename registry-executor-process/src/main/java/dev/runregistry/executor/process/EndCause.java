package dev.runregistry.executor.process;

import dev.runregistry.run.CancelRequest;

/**
 * The reason why an execution is finished; the first one counts.
 *
 * @param kind the kind of reason
 * @param user the requester of a cancellation; empty for every other kind
 */
record EndCause(Kind kind, String user) {
  /** The child ended by itself, or its supervisor did. */
  static final EndCause ENDED = new EndCause(Kind.ENDED, "");

  /** The run exceeded its time limit. */
  static final EndCause TIME_LIMIT = new EndCause(Kind.TIME_LIMIT, "");

  /** The owner ends, which is recorded as the signals that it sends. */
  static final EndCause TERMINATED = new EndCause(Kind.TERMINATED, "");

  /** The kinds of reasons. */
  enum Kind {
    ENDED,
    TIME_LIMIT,
    TERMINATED,
    CANCELLED
  }

  static EndCause cancelled(CancelRequest request) {
    return new EndCause(Kind.CANCELLED, request.user());
  }

  /** Returns whether it is the outcome of the run, however its processes end. */
  boolean isOutcome() {
    return switch (kind) {
      case ENDED, TERMINATED -> false;
      case TIME_LIMIT, CANCELLED -> true;
    };
  }
}
