package dev.runregistry.run.audit;

import static java.util.Objects.requireNonNull;

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
    CHANGED("changed"),
    /** There is a link, and no record. */
    REMOVED("removed"),
    /** A finished run without a link: it was not written by the registry, or its link is gone. */
    INSERTED("inserted"),
    /** The link was changed. */
    LINK_CHANGED("link_changed"),
    /** Numbers of links are missing. */
    LINK_REMOVED("link_removed"),
    /** A link that does not follow the one before: links were exchanged, removed or inserted. */
    OUT_OF_ORDER("out_of_order"),
    /** The chain is shorter than the trusted head. */
    TRUNCATED("cut"),
    /** The chain has another digest at the trusted head: it was rewritten. */
    REWRITTEN("rewritten");

    private final String text;

    Kind(String text) {
      this.text = text;
    }

    /** Returns the name in the output of commands, as in {@code "kind":"link_changed"}. */
    public String text() {
      return text;
    }
  }
}
