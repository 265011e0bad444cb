package dev.runregistry.run.port;

import dev.runregistry.run.Run;

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
     * @throws IllegalArgumentException if it has ended
     */
    public Begun {
      if (running.status().isFinal()) {
        throw new IllegalArgumentException("run " + running.id() + " has ended");
      }
    }

    @Override
    public <T> T match(Cases<T> cases) {
      return cases.begun(this);
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
