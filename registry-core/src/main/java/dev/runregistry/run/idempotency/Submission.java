package dev.runregistry.run.idempotency;

import static java.util.Objects.requireNonNull;

import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import java.util.function.Function;

/** What became of a request that was submitted under a key. */
public sealed interface Submission {

  /** Calls the function of the case it is. */
  <T> T match(
      Function<Ended, T> ended, Function<InProgress, T> inProgress, Function<KeyReused, T> reused);

  /**
   * The run has ended.
   *
   * @param run the run
   * @param repeated whether an earlier request under the key had it carried out, and this one
   *     nothing
   */
  record Ended(Run run, boolean repeated) implements Submission {
    /** Null is refused. */
    public Ended {
      requireNonNull(run, "run");
    }

    @Override
    public <T> T match(
        Function<Ended, T> ended,
        Function<InProgress, T> inProgress,
        Function<KeyReused, T> reused) {
      return ended.apply(this);
    }
  }

  /**
   * An earlier request under the key is being carried out, or the database has not heard of its end
   * yet; this one did nothing.
   *
   * @param id the run of the earlier request
   */
  record InProgress(RunId id) implements Submission {
    /** Null is refused. */
    public InProgress {
      requireNonNull(id, "id");
    }

    @Override
    public <T> T match(
        Function<Ended, T> ended,
        Function<InProgress, T> inProgress,
        Function<KeyReused, T> reused) {
      return inProgress.apply(this);
    }
  }

  /**
   * The key stands for another request; this one did nothing.
   *
   * @param id the run of the other request
   */
  record KeyReused(RunId id) implements Submission {
    /** Null is refused. */
    public KeyReused {
      requireNonNull(id, "id");
    }

    @Override
    public <T> T match(
        Function<Ended, T> ended,
        Function<InProgress, T> inProgress,
        Function<KeyReused, T> reused) {
      return reused.apply(this);
    }
  }
}
