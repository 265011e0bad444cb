package dev.runregistry.run.port;

import static java.util.Objects.requireNonNull;

import dev.runregistry.run.Run;
import dev.runregistry.run.RunStatus;

/** The journal's entry of an active run. */
public sealed interface JournalEntry {

  /** Calls the function for this case, and returns its result. */
  <T> T match(Cases<T> cases);

  /**
   * One function for each case; a new case does not compile without one.
   *
   * @param <T> the type of the result
   */
  interface Cases<T> {
    /** It began. */
    T begun(Begun entry);

    /** It was handed to an engine. */
    T submitted(Submitted entry);

    /** It ended. */
    T ended(Ended entry);

    /** The entry is corrupt. */
    T corrupt(Corrupt entry);
  }

  /**
   * The run began, and its ending is not in the journal.
   *
   * @param running as journaled when it began
   */
  record Begun(Run running) implements JournalEntry {
    /**
     * Checks the run.
     *
     * @throws IllegalArgumentException if it is not running
     */
    public Begun {
      if (running.status() != RunStatus.RUNNING) {
        throw new IllegalArgumentException("run " + running.id() + " is not running");
      }
    }

    @Override
    public <T> T match(Cases<T> cases) {
      return cases.begun(this);
    }
  }

  /**
   * The run is, or is about to be, in the queue of an engine, whose start of it is not in the
   * journal.
   *
   * @param pending as journaled before it was handed over
   * @param executor the name of its executor
   */
  record Submitted(Run pending, String executor) implements JournalEntry {
    /**
     * Checks the run.
     *
     * @throws IllegalArgumentException if it is not pending
     */
    public Submitted {
      requireNonNull(executor, "executor");
      if (pending.status() != RunStatus.PENDING) {
        throw new IllegalArgumentException("run " + pending.id() + " is not pending");
      }
    }

    @Override
    public <T> T match(Cases<T> cases) {
      return cases.submitted(this);
    }
  }

  /**
   * The run ended.
   *
   * @param run as it ended
   */
  record Ended(Run run) implements JournalEntry {
    /**
     * Checks the run.
     *
     * @throws IllegalArgumentException if it has not ended
     */
    public Ended {
      if (!run.status().isFinal()) {
        throw new IllegalArgumentException("run " + run.id() + " has not ended");
      }
    }

    @Override
    public <T> T match(Cases<T> cases) {
      return cases.ended(this);
    }
  }

  /**
   * The entry is not in the format of a journal.
   *
   * @param reason the problem
   */
  record Corrupt(String reason) implements JournalEntry {
    @Override
    public <T> T match(Cases<T> cases) {
      return cases.corrupt(this);
    }
  }
}
