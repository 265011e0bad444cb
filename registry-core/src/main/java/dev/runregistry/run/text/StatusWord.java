package dev.runregistry.run.text;

import dev.runregistry.run.RunReason;
import dev.runregistry.run.RunStatus;
import org.jspecify.annotations.Nullable;

/** The status of a run for people, which distinguishes failures without an exit code. */
public final class StatusWord {
  public static final String LOST = "lost";
  public static final String NOT_STARTED = "not started";
  public static final String REJECTED = "rejected";

  private StatusWord() {}

  /**
   * Returns the word.
   *
   * @param reason of its ending; null if unknown
   */
  public static String of(RunStatus status, @Nullable RunReason reason) {
    if (reason == null) {
      return status.text();
    }
    return switch (reason) {
      case LOST -> LOST;
      case NOT_STARTED -> NOT_STARTED;
      case REJECTED -> REJECTED;
      default -> status.text();
    };
  }
}
