package dev.runregistry.run;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** The status of a run. Stored as {@link #text()}: never rename a constant. */
public enum RunStatus {
  /** Accepted, not yet started. The synchronous path never writes it. */
  PENDING,
  /** Executing. */
  RUNNING,
  /** Succeeded: exit code 0, or a dry-run that found no problem. */
  COMPLETED,
  /** Failed, could not be started, or was lost. */
  FAILED,
  /** Terminated by the registry because it exceeded its time limit. */
  TIMEOUT,
  /** Terminated, or never started, because its cancellation was requested. */
  CANCELLED;

  private static final List<RunStatus> ALL = List.of(values());

  private final String text = name().toLowerCase(Locale.ROOT);

  /** Returns whether this transition is legal. The only definition of the state machine. */
  public boolean canBecome(RunStatus next) {
    return switch (this) {
      case PENDING -> next == RUNNING || next == FAILED || next == CANCELLED;
      case RUNNING -> next.isFinal();
      case COMPLETED, FAILED, TIMEOUT, CANCELLED -> false;
    };
  }

  /** Returns whether a run in this status never changes again. */
  public boolean isFinal() {
    return switch (this) {
      case PENDING, RUNNING -> false;
      case COMPLETED, FAILED, TIMEOUT, CANCELLED -> true;
    };
  }

  /** Returns all statuses with a legal transition to this one; empty for {@link #PENDING}. */
  public Set<RunStatus> predecessors() {
    return ALL.stream()
        .filter(status -> status.canBecome(this))
        .collect(Collectors.toUnmodifiableSet());
  }

  /** Returns the name used by databases, HTTP and the command line: in lower case. */
  public String text() {
    return text;
  }

  /**
   * Parses the output of {@link #text()}.
   *
   * @throws IllegalArgumentException if there is no such status; the message names all statuses
   */
  public static RunStatus parse(String text) {
    for (RunStatus status : ALL) { // once for each line of a list
      if (status.text.equals(text)) {
        return status;
      }
    }
    throw new IllegalArgumentException(
        "no status %s; allowed are %s".formatted(Text.quote(text), allowed()));
  }

  private static String allowed() {
    return ALL.stream().map(RunStatus::text).collect(Collectors.joining(", "));
  }
}
