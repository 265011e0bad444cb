package dev.runregistry.cli.list;

import dev.runregistry.run.RunReason;
import dev.runregistry.run.RunStatus;
import dev.runregistry.run.text.StatusWord;
import org.jspecify.annotations.Nullable;

/** The status of a run for people, which distinguishes failures without an exit code. */
public final class DisplayStatus {
  private DisplayStatus() {}

  /**
   * Returns the word.
   *
   * @param reason of its ending; null if unknown
   */
  public static String of(RunStatus status, @Nullable RunReason reason) {
    return StatusWord.of(status, reason);
  }

  /** Returns the escape sequence of the colour of a word. */
  static String colour(String word) {
    return switch (word) {
      case StatusWord.LOST, StatusWord.NOT_STARTED, StatusWord.REJECTED -> "\u001B[31m"; // red
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
