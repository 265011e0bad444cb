package dev.runregistry.chaos.model;

/** What a reconciler could do wrong. */
enum Mutation {
  NONE,
  /** Judges without a claim. */
  SKIP_THE_CLAIM,
  /** Takes what lives for gone. */
  SKIP_THE_OWNERSHIP_CHECK,
  /** Moves the folder away before the database has the run. */
  SETTLE_BEFORE_SAVE,
  /** Records an ending that is not noted. */
  SKIP_THE_NOTE,
  /** Does not look again after it has forbidden the start. */
  SKIP_THE_SECOND_LOOK,
  /** Does not forbid the start. */
  SKIP_THE_MARK,
  /** Looks for the exit code before it looks for who could still write it. */
  EXIT_BEFORE_PROCESSES,
  /** Ends what is over its limit without noting why. */
  SKIP_THE_NOTE_OF_THE_TIMEOUT,
  /** Takes an ending for recorded though the database is away. */
  IGNORE_THE_OUTAGE,
  /** Does not compare the database with the one that the run belongs to. */
  SKIP_THE_DATABASE,
  /** Does not save a start that could not be saved when the run began. */
  SKIP_THE_START,
  /** Takes what cannot be read for absent. */
  UNREADABLE_IS_ABSENT,
  /** Leaves an entry in the journal whose last sync failed, which the caller was told. */
  KEEP_WHAT_DID_NOT_BEGIN
}
