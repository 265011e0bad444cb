package dev.runregistry.chaos.model;

/** What a registry could do wrong. */
enum Mutation {
  NONE,
  /** Decides without the lock. */
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
  KEEP_WHAT_DID_NOT_BEGIN,
  /** Answers a submission before the entry in the queue is durable. */
  SUBMIT_BEFORE_DURABLE,
  /** Records a waiting run whose submission was interrupted before it was durable. */
  RECORD_BEFORE_DURABLE,
  /** Starts a run without taking it from the queue first. */
  SKIP_THE_QUEUE_CLAIM,
  /** Takes a waiting run that another process has locked. */
  SKIP_THE_LOCK_OF_WAITING_RUNS,
  /** Dispatches beside another dispatcher. */
  SKIP_THE_LOCK_OF_THE_DISPATCHER,
  /** Starts the waiting runs in the wrong order. */
  IGNORE_THE_ORDER,
  /** Starts waiting runs though the queue is paused. */
  IGNORE_THE_PAUSE,
  /** Does not record who holds a slot. */
  HOLD_SLOTS_IN_MEMORY_ONLY,
  /** Records who holds a slot, and not the GPUs. */
  HOLD_GPUS_IN_MEMORY_ONLY,
  /** Frees a GPU while a process that the run left behind lives. */
  FREE_THE_GPU_AT_THE_END_OF_THE_MAIN_PROCESS,
  /** Frees a slot while a process that the run left behind lives. */
  FREE_THE_SLOT_AT_THE_END_OF_THE_MAIN_PROCESS,
  /** Puts a run back in the queue of which something was started. */
  PUT_BACK_WHAT_WAS_STARTED,
  /** Permits the start again before the attempt is withdrawn. */
  LIFT_THE_BARRIER_BEFORE_THE_WITHDRAWAL,
  /** The supervisor of a withdrawn attempt takes the file of the next one for its own. */
  IGNORE_THE_NUMBER_OF_THE_ATTEMPT,
  /** The supervisor does not look whether its attempt was withdrawn. */
  IGNORE_THE_WITHDRAWAL,
  /** Loses a run that is put back in the queue. */
  FORGET_WHAT_IS_PUT_BACK,
  /** Answers a request to cancel before it is durable. */
  CANCEL_IN_MEMORY_ONLY,
  /** Does not look for the mark that a run was terminated for a request. */
  IGNORE_THE_CANCEL_MARK,
  /** Marks a run that has ended by itself. */
  CANCEL_OVER_AN_ENDING,
  /** Takes a mark that came after the exit code for the reason of the end. */
  TRUST_A_LATE_MARK,
  /** Replaces the mark of a cancellation by that of the next attempt. */
  FORGET_THE_EARLIER_MARK,
  /** Believes the mark of a cancellation while a supervisor can still start the child. */
  BELIEVE_A_MARK_BEFORE_THE_BARRIER,
  /** Does not look for requests to cancel a run whose owner died. */
  FORGET_THE_CANCEL_OF_A_DEAD_OWNER,
  /** Does not look for requests in the database. */
  FORGET_THE_CANCEL_FROM_ELSEWHERE
}
