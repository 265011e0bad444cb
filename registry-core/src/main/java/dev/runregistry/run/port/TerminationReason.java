package dev.runregistry.run.port;

/** The reason to terminate an execution that has no registry any more. */
public enum TerminationReason {
  /** It exceeded its time limit, which becomes its outcome. */
  TIME_LIMIT,
  /** It has waited in the queue of its engine for longer than its executor permits. */
  PENDING_LIMIT,
  /** It has ended; only its remaining processes are terminated. */
  ENDED
}
