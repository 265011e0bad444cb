package dev.runregistry.cli.list;

import dev.runregistry.run.RunReason;
import dev.runregistry.run.RunStatus;
import org.jspecify.annotations.Nullable;

/** The status of a run for people, which distinguishes failures without an exit code. */
public final class DisplayStatus {
  private static final String LOST = "lost";
  private static final String NOT_STARTED = "not started";
  private static final String REJECTED = "rejected";

  private DisplayStatus() {}

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

  /** Returns the escape sequence of the colour of a word. */
  static String colour(String word) {
    return switch (word) {
      case LOST, NOT_STARTED, REJECTED -> "\u001B[31m"; // red
      default -> colour(RunStatus.parse(word));
    };
  }

  private static String colour(RunStatus status) {
    return switch (status) {
      case PENDING -> "\u001B[2m"; // faint
      case RUNNING -> "\u001B[36m"; // cyan
      case COMPLETED -> "\u001B[32m"; // green
      case FAILED -> "\u001B[31m"; // red
      case TIMEOUT -> "\u001B[33m"; // yellow
      case CANCELLED -> "\u001B[35m"; // magenta
    };
  }
}
