package dev.runregistry.run.audit;

import static java.util.Objects.requireNonNull;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A difference between the recorded runs and their chain.
 *
 * @param kind the kind of difference
 * @param runId of the run concerned, as it is stored; null if it is no longer stored
 * @param link the number of the link concerned; null for a run that has none
 * @param message a sentence for people
 */
public record Discrepancy(Kind kind, @Nullable String runId, @Nullable Long link, String message) {

  /** Checks the values. */
  public Discrepancy {
    requireNonNull(kind, "kind");
    requireNonNull(message, "message");
  }

  /** The kind of difference. */
  public enum Kind {
    /** The record was changed. */
    CHANGED,
    /** There is a link, and no record. */
    REMOVED,
    /** A finished run without a link: it was not written by the registry, or its link is gone. */
    INSERTED,
    /** The link was changed. */
    LINK_CHANGED,
    /** Numbers of links are missing. */
    LINK_REMOVED,
    /** A link that does not follow the one before: links were exchanged, removed or inserted. */
    OUT_OF_ORDER,
    /** The chain is shorter than the trusted head. */
    CUT,
    /** The chain has another digest at the trusted head: it was rewritten. */
    REWRITTEN;

    /** Returns the name in lower case. */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
