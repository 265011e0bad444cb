package dev.runregistry.run.service;

import static java.util.Objects.requireNonNull;

import dev.runregistry.run.Run;
import java.util.Locale;
import java.util.Optional;

/**
 * What was found of one unsettled run, and done.
 *
 * @param name the id of the run, or the name of what was taken for one
 * @param action what was done
 * @param message one sentence for people, without a full stop
 * @param run the ending that is, or will be, on record; empty where there is none
 */
public record Finding(String name, Action action, String message, Optional<Run> run) {

  /** What was done. */
  public enum Action {
    /** It goes on, or may do so, and was left alone. */
    LEFT_ALONE,
    /** Its ending is on record now. */
    RECORDED,
    /** Its start or its ending is noted on this host, and the database is away. */
    WAITING,
    /** It is no run of ours, or no longer readable, and was moved out of the way. */
    SET_ASIDE,
    /** Nothing: something went wrong; it will be looked at again. */
    FAILED;

    /** The name in lower case, with an underscore between words. */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Null is refused. */
  public Finding {
    requireNonNull(name, "name");
    requireNonNull(action, "action");
    requireNonNull(message, "message");
    requireNonNull(run, "run");
  }

  static Finding of(Object name, Action action, String message) {
    return new Finding(name.toString(), action, message, Optional.empty());
  }
}
