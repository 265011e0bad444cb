package dev.runregistry.run.idempotency;

import static java.util.Objects.requireNonNull;

import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import java.util.function.Function;

/** The result of a request that was submitted under a key. */
public sealed interface Submission {

  /** Calls the function for this case. */
  <T> T match(
      Function<Ended, T> ended,
      Function<InProgress, T> inProgress,
      Function<KeyMismatch, T> reused);

  /**
   * The run has ended.
   *
   * @param run the run
   * @param replayed whether an earlier request under the key executed it, and this one nothing
   */
  record Ended(Run run, boolean replayed) implements Submission {
    /** Checks the run. */
    public Ended {
      requireNonNull(run, "run");
    }

    @Override
    public <T> T match(
        Function<Ended, T> ended,
        Function<InProgress, T> inProgress,
        Function<KeyMismatch, T> reused) {
      return ended.apply(this);
    }
  }

  /**
   * An earlier request under the key is being executed, or its ending is not in the database yet;
   * this request did nothing.
   *
   * @param id the run of the earlier request
   */
  record InProgress(RunId id) implements Submission {
    /** Checks the id. */
    public InProgress {
      requireNonNull(id, "id");
    }

    @Override
    public <T> T match(
        Function<Ended, T> ended,
        Function<InProgress, T> inProgress,
        Function<KeyMismatch, T> reused) {
      return inProgress.apply(this);
    }
  }

  /**
   * The key belongs to another request; this one did nothing.
   *
   * @param id the run of the other request
   */
  record KeyMismatch(RunId id) implements Submission {
    /** Checks the id. */
    public KeyMismatch {
      requireNonNull(id, "id");
    }

    @Override
    public <T> T match(
        Function<Ended, T> ended,
        Function<InProgress, T> inProgress,
        Function<KeyMismatch, T> reused) {
      return reused.apply(this);
    }
  }
}
