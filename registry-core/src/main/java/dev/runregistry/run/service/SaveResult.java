package dev.runregistry.run.service;

/** The result of saving a run in the database. */
enum SaveResult {
  /** On record as passed; a start also if the run has ended on record. */
  SAVED,
  /** Another ending was recorded first, and stays: this one is refused for good. */
  SUPERSEDED,
  /** The database is unavailable, or is not the one that the run belongs to; to be retried. */
  DEFERRED,
  /** The database is available and rejects this run; to be retried. */
  REFUSED;

  /** Returns whether the run is on record as ended, so that it need not be saved again. */
  boolean isSettled() {
    return this == SAVED || this == SUPERSEDED;
  }
}
