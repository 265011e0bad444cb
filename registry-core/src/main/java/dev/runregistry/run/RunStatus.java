package dev.runregistry.run;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** Where a run is in its life. Stored by {@link #text()}: never rename a constant. */
public enum RunStatus {
  /** Known, not yet started. The synchronous path never writes it. */
  PENDING,
  /** Being carried out. */
  RUNNING,
  /** Ended well: exit code 0, or a dry-run that found nothing wrong. */
  COMPLETED,
  /** Ended badly, could not be started, or was lost. */
  FAILED,
  /** Ended by the registry because it was over its time limit. */
  TIMEOUT;

  private static final List<RunStatus> ALL = List.of(values());

  private final String text = name().toLowerCase(Locale.ROOT);

  /** The only place that knows which moves are legal. */
  public boolean canBecome(RunStatus next) {
    return switch (this) {
      case PENDING -> next == RUNNING || next == FAILED;
      case RUNNING -> next.isFinal();
      case COMPLETED, FAILED, TIMEOUT -> false;
    };
  }

  /** Whether a run in this status never changes again. */
  public boolean isFinal() {
    return switch (this) {
      case PENDING, RUNNING -> false;
      case COMPLETED, FAILED, TIMEOUT -> true;
    };
  }

  /** All statuses from which this one can be reached in one move; empty for {@link #PENDING}. */
  public Set<RunStatus> predecessors() {
    return ALL.stream()
        .filter(status -> status.canBecome(this))
        .collect(Collectors.toUnmodifiableSet());
  }

  /** How databases, HTTP and the command line write it: the name in lower case. */
  public String text() {
    return text;
  }

  /**
   * Reads what {@link #text()} wrote.
   *
   * @throws IllegalArgumentException if there is no such status; the message names all that are
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
