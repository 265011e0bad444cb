package dev.runregistry.chaos.model;

/** What one registry process does, once. */
enum Role {
  /** Executes a run that was not queued. */
  RUN,
  /** Reconciles. */
  RECONCILE,
  /** Reconciles with a copy of the database. */
  RECONCILE_COPY,
  /** Adds a run to the queue. */
  SUBMIT,
  /** Starts the waiting runs. */
  DISPATCH,
  /** Requests that a run be cancelled. */
  CANCEL,
  /** Requests that a run be cancelled, on another host. */
  CANCEL_FROM_ELSEWHERE
}
