package dev.runregistry.run.audit;

import static java.util.Objects.requireNonNull;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A place where the recorded runs are not what the chain says they were.
 *
 * @param kind what is wrong
 * @param runId of the run concerned, as it is stored; null where nobody knows it any more
 * @param link the number of the link concerned; null for a run that has none
 * @param message a sentence for people
 */
public record Discrepancy(Kind kind, @Nullable String runId, @Nullable Long link, String message) {

  /** The message may not be null. */
  public Discrepancy {
    requireNonNull(kind, "kind");
    requireNonNull(message, "message");
  }

  /** What can be wrong. */
  public enum Kind {
    /** The record is not the one that was made. */
    CHANGED,
    /** There is a link, and no record any more. */
    REMOVED,
    /** A finished run without a link: it was written past the registry, or its link is gone. */
    INSERTED,
    /** The link is not the one that was made. */
    LINK_CHANGED,
    /** Numbers of links are missing. */
    LINK_REMOVED,
    /** A link that does not follow the one before: some were exchanged, removed or put there. */
    OUT_OF_ORDER,
    /** The chain is shorter than the head that was kept. */
    CUT,
    /** The chain has another digest where the kept head is: it was written anew. */
    REWRITTEN;

    /** How it is written: the name in lower case. */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
