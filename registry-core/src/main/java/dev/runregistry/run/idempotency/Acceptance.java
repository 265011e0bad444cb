package dev.runregistry.run.idempotency;

import static java.util.Objects.requireNonNull;

import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import java.util.function.Function;

/** The result of a request that was enqueued under a key. */
public sealed interface Acceptance {

  /** Calls the function for this case. */
  <T> T match(Function<Accepted, T> accepted, Function<KeyMismatch, T> reused);

  /**
   * The run is in the queue, or was, and is on record.
   *
   * @param run the run as recorded
   * @param replayed whether an earlier request under the key submitted it, and this one did nothing
   */
  record Accepted(Run run, boolean replayed) implements Acceptance {
    /** Checks the run. */
    public Accepted {
      requireNonNull(run, "run");
    }

    @Override
    public <T> T match(Function<Accepted, T> accepted, Function<KeyMismatch, T> reused) {
      return accepted.apply(this);
    }
  }

  /**
   * The key belongs to another request; this one did nothing.
   *
   * @param id the run of the other request
   */
  record KeyMismatch(RunId id) implements Acceptance {
    /** Checks the id. */
    public KeyMismatch {
      requireNonNull(id, "id");
    }

    @Override
    public <T> T match(Function<Accepted, T> accepted, Function<KeyMismatch, T> reused) {
      return reused.apply(this);
    }
  }
}
