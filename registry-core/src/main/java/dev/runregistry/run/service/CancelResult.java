package dev.runregistry.run.service;

import static java.util.Objects.requireNonNull;

import dev.runregistry.run.RunStatus;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The result of a request to cancel a run.
 *
 * @param kind the kind of result
 * @param status the final status of a run that has ended; else null
 * @param host the host of a run that cannot be reached from here, if known; else null
 */
public record CancelResult(Kind kind, @Nullable RunStatus status, @Nullable String host) {
  /** The kinds of results. */
  public enum Kind {
    /** The request is stored durably; the run ends as soon as its owner sees it. */
    REQUESTED,
    /** A request was stored before; this one changes nothing. */
    REQUESTED_BEFORE,
    /** The run has ended; nothing was stored. */
    ALREADY_FINAL,
    /** The run is on another host, and this registry has no way to reach that. */
    OUT_OF_REACH,
    /** There is no such run. */
    UNKNOWN
  }

  static final CancelResult REQUESTED = new CancelResult(Kind.REQUESTED, null, null);
  static final CancelResult REQUESTED_BEFORE = new CancelResult(Kind.REQUESTED_BEFORE, null, null);
  static final CancelResult UNKNOWN = new CancelResult(Kind.UNKNOWN, null, null);

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException if there is a status without the end of a run, or vice versa
   */
  public CancelResult {
    requireNonNull(kind, "kind");
    if ((kind == Kind.ALREADY_FINAL) != (status != null && status.isFinal())) {
      throw new IllegalArgumentException("a run that is " + kind + " has not the status " + status);
    }
  }

  static CancelResult alreadyFinal(RunStatus status) {
    return new CancelResult(Kind.ALREADY_FINAL, status, null);
  }

  static CancelResult outOfReach(Optional<String> host) {
    return new CancelResult(Kind.OUT_OF_REACH, null, host.orElse(null));
  }

  /** Returns whether the run is going to be cancelled, unless it ends by itself before. */
  public boolean isRequested() {
    return kind == Kind.REQUESTED || kind == Kind.REQUESTED_BEFORE;
  }
}
