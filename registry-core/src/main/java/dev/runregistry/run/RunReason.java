package dev.runregistry.run;

import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The reason of an ending, for programs, so that {@link Run#message()} need not be parsed. Stored
 * and shown as {@link #text()}: never change one.
 */
public enum RunReason {
  /** The process exited, or a dry-run found no problem. */
  EXITED("exited"),
  /** A signal terminated the process; its exit code is 128 + s, as in a shell. */
  SIGNALED("signaled"),
  /** It exceeded its time limit. */
  TIMED_OUT("timed-out"),
  /** Its cancellation was requested before it ended by itself. */
  CANCELLED("cancelled"),
  /** Nothing was started: no such program, not executable, refused by the host. */
  NOT_STARTED("not-started"),
  /** Its dataset or configuration was invalid, and nothing was started. */
  REJECTED("rejected"),
  /** The engine that had it, such as Slurm, reported the failure of its node. */
  NODE_FAILED("node-failed"),
  /** The engine that had it terminated it because it exceeded its memory limit. */
  OUT_OF_MEMORY("out-of-memory"),
  /** The engine that had it ended it for another reason, such as preemption. */
  ENDED_BY_ENGINE("ended-by-engine"),
  /** Its end was not observed. */
  LOST("lost");

  private static final int SIGNAL_BASE = 128;
  private static final List<RunReason> ALL = List.of(values());

  private final String text;

  RunReason(String text) {
    this.text = text;
  }

  /** Returns whether a final run with these values can have this reason. */
  public boolean fits(
      RunMode mode, RunStatus status, @Nullable Instant completedAt, @Nullable Integer exitCode) {
    boolean failed = status == RunStatus.FAILED;
    boolean local = mode == RunMode.LOCAL;
    if (this == LOST || completedAt == null) {
      return this == LOST && failed && completedAt == null;
    }
    return switch (this) {
      case EXITED -> local ? exitCode != null : status == RunStatus.COMPLETED;
      case SIGNALED -> failed && exitCode != null && exitCode > SIGNAL_BASE;
      case TIMED_OUT -> status == RunStatus.TIMEOUT;
      case NOT_STARTED, NODE_FAILED, OUT_OF_MEMORY, ENDED_BY_ENGINE ->
          failed && local && exitCode == null;
      case REJECTED -> failed && exitCode == null;
      case CANCELLED -> status == RunStatus.CANCELLED;
      case LOST -> false;
    };
  }

  /** Returns whether an engine ended the run: a program that starts and ends the runs of others. */
  public boolean isByEngine() {
    return switch (this) {
      case NODE_FAILED, OUT_OF_MEMORY, ENDED_BY_ENGINE -> true;
      case EXITED, SIGNALED, TIMED_OUT, CANCELLED, NOT_STARTED, REJECTED, LOST -> false;
    };
  }

  /** Returns the name used by databases, HTTP and the command line. */
  public String text() {
    return text;
  }

  /**
   * Parses the output of {@link #text()}.
   *
   * @throws IllegalArgumentException if there is no such reason; the message names all reasons
   */
  public static RunReason parse(String text) {
    for (RunReason reason : ALL) {
      if (reason.text.equals(text)) {
        return reason;
      }
    }
    throw new IllegalArgumentException(
        "no reason %s; allowed are %s".formatted(Text.quote(text), allowed()));
  }

  private static String allowed() {
    return ALL.stream().map(RunReason::text).collect(Collectors.joining(", "));
  }
}
