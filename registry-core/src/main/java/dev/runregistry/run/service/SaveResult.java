package dev.runregistry.run.service;

/** The result of saving a run in the database. */
enum SaveResult {
  /** On record: as passed, or with an ending that was recorded before. */
  SAVED,
  /** The database is unavailable, or is not the one that the run belongs to; to be retried. */
  DEFERRED,
  /** The database is available and rejects this run; to be retried. */
  REFUSED
}
