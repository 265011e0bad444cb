package dev.runregistry.run.service;

import static java.util.Objects.requireNonNull;

import dev.runregistry.run.Run;
import java.util.Optional;

/**
 * The result of reconciling one active run.
 *
 * @param name the id of the run, or the name of an entry that is no run
 * @param action the action taken
 * @param message one sentence for people, without a full stop
 * @param run the ending that is, or will be, on record; empty if there is none
 */
public record ReconciledRun(String name, Action action, String message, Optional<Run> run) {

  /** The action taken. */
  public enum Action {
    /** Still running, or possibly so, and skipped. */
    SKIPPED("left_alone"),
    /** Its ending is on record now. */
    RECORDED("recorded"),
    /** Its ending is refused, because another one was recorded first. */
    SUPERSEDED("refused"),
    /** Its start or its ending is journaled, and the database is unavailable. */
    DEFERRED("waiting"),
    /** No run of the registry, or no longer readable, and quarantined. */
    QUARANTINED("set_aside"),
    /** None: an error occurred; retried later. */
    FAILED("failed");

    private final String text;

    Action(String text) {
      this.text = text;
    }

    /** Returns the name in the output of commands, as in {@code "action":"left_alone"}. */
    public String text() {
      return text;
    }
  }

  /** Checks the values. */
  public ReconciledRun {
    requireNonNull(name, "name");
    requireNonNull(action, "action");
    requireNonNull(message, "message");
    requireNonNull(run, "run");
  }

  static ReconciledRun of(Object name, Action action, String message) {
    return new ReconciledRun(name.toString(), action, message, Optional.empty());
  }
}
