package dev.runregistry.run.service;

/** What became of a run that was handed to the database. */
enum SaveResult {
  /** It is on record: as handed over, or with an ending that was recorded before. */
  SAVED,
  /** The database is unavailable, or another one than the run belongs to; to be tried again. */
  DEFERRED,
  /** The database is available and refuses this run; to be tried again. */
  REFUSED
}
