package dev.runregistry.run.port;

/** Why an execution is terminated that has no registry any more. */
public enum TerminationReason {
  /** It is over its time limit, which becomes its outcome. */
  TIME_LIMIT,
  /** It has ended; only what it left behind is terminated. */
  ENDED
}
