package dev.runregistry.executor.slurm;

import java.util.Map;

/** The phases of a job, as far as they matter for a run. */
enum JobState {
  /** It waits, or is held. */
  PENDING,
  /** It has nodes, or its processes are being ended. */
  ACTIVE,
  /** Its script ended by itself: the exit code counts. */
  ENDED,
  /** Slurm ended it because of its time limit. */
  TIME_LIMIT,
  /** It was cancelled, by its user or an administrator. */
  CANCELLED,
  /** It exceeded its memory. */
  OUT_OF_MEMORY,
  /** A node of it failed; its processes may go on there. */
  NODE_FAILED,
  /** Slurm ended it for another reason, such as preemption. */
  ENDED_BY_SLURM,
  /** A word that this version does not know: it may stand for a job that runs. */
  UNKNOWN;

  private static final Map<String, JobState> WORDS =
      Map.ofEntries(
          Map.entry("PENDING", PENDING),
          Map.entry("CONFIGURING", PENDING),
          Map.entry("REQUEUED", PENDING),
          Map.entry("REQUEUE_FED", PENDING),
          Map.entry("REQUEUE_HOLD", PENDING),
          Map.entry("RESV_DEL_HOLD", PENDING),
          Map.entry("SPECIAL_EXIT", PENDING),
          Map.entry("RUNNING", ACTIVE),
          Map.entry("COMPLETING", ACTIVE),
          Map.entry("SUSPENDED", ACTIVE),
          Map.entry("STOPPED", ACTIVE),
          Map.entry("SIGNALING", ACTIVE),
          Map.entry("STAGE_OUT", ACTIVE),
          Map.entry("RESIZING", ACTIVE),
          Map.entry("COMPLETED", ENDED),
          Map.entry("FAILED", ENDED),
          Map.entry("TIMEOUT", TIME_LIMIT),
          Map.entry("DEADLINE", TIME_LIMIT),
          Map.entry("CANCELLED", CANCELLED),
          Map.entry("OUT_OF_MEMORY", OUT_OF_MEMORY),
          Map.entry("NODE_FAIL", NODE_FAILED),
          Map.entry("BOOT_FAIL", ENDED_BY_SLURM),
          Map.entry("LAUNCH_FAILED", ENDED_BY_SLURM),
          Map.entry("RECONFIG_FAIL", ENDED_BY_SLURM),
          Map.entry("PREEMPTED", ENDED_BY_SLURM),
          Map.entry("REVOKED", ENDED_BY_SLURM));

  /** Returns the phase for a word of {@code squeue} or the first word of {@code sacct}. */
  static JobState of(String word) {
    return WORDS.getOrDefault(word.split(" ", 2)[0], UNKNOWN);
  }

  /** Returns whether nothing of the job runs or will run. */
  boolean isFinal() {
    return switch (this) {
      case PENDING, ACTIVE, UNKNOWN -> false;
      case ENDED, TIME_LIMIT, CANCELLED, OUT_OF_MEMORY, NODE_FAILED, ENDED_BY_SLURM -> true;
    };
  }
}
